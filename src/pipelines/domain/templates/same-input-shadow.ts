import { remoteWriteExporter } from '../frame.ts';
import { hostMetricsReceiver, readingSentence } from '../metric-set.ts';
import { Template } from '../template.ts';
import { listOf, type TemplateDefinition, type TemplateWish, together } from '../template-definition.ts';
import { names } from './parameter-kinds.ts';
import { IS_PROCESS, isNamed, someNames } from './process-conditions.ts';
import { components, FRAME_DOES } from './template-components.ts';
import { CRITICAL_EXECUTABLES } from './well-known-executables.ts';

/** T10: both variants in one collector, out of one scrape: what a filter does, without any other difference. */
export const sameInputShadow: TemplateDefinition = {
  template: Template.parse({
    name: 'same-input-shadow',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    use: 'pre_check',
    build: 'slim',
    readsLess: false,
    title: 'Both out of one scrape',
    summary: 'One collector with both variants: everything, and what a list of names leaves.',
    documentation:
      'A check before an experiment: one scrape goes two ways, whole and filtered, each under its own variant. The input ' +
      'is the same to the byte, so minutes are enough to see what a filter leaves. What the two ways cost in CPU and ' +
      'memory cannot be told apart, and a candidate that reads less cannot be checked like this. In its own telemetry the ' +
      'variant is the exporter, not phx_variant.',
    keeps: 'Everything under the variant baseline; listed processes and the node under the variant candidate.',
    drops: 'Under the variant candidate every process that is not listed.',
    trap: 'It writes both variants: beside a running experiment on the same node everything would be there twice.',
    lever: 'fewer processes',
    parameters: [names('kept_processes', 'executables that the candidate keeps', CRITICAL_EXECUTABLES)],
    components: components({
      host_metrics: 'reads the node and its processes, once for both',
      memory_limiter: FRAME_DOES.memory_limiter,
      filter: 'drops processes that are not listed, on the way of the candidate',
      resource: FRAME_DOES.resource,
      prometheus_remote_write: 'sends to the measurement store, each variant under its name',
    }),
  }),
  metricSet: { scrapers: ['cpu', 'memory'], processMetrics: {} },
  neededMetrics: {},
  faults: (wish) =>
    keptBy(wish).length > 0
      ? []
      : [{ parameter: 'kept_processes', message: 'it is empty, so the candidate would keep no process' }],
  content: (wish) => ({
    settings: {
      receivers: { host_metrics: hostMetricsReceiver(wish.metricSet, wish.collectionIntervalSeconds) },
      processors: {
        'filter/candidate': {
          error_mode: 'ignore',
          metric_conditions: [`${IS_PROCESS} and not ${isNamed(keptBy(wish))}`],
        },
      },
      exporters: {
        'prometheus_remote_write/baseline': remoteWriteExporter(wish.remoteWriteAuth, 'baseline'),
        'prometheus_remote_write/candidate': remoteWriteExporter(wish.remoteWriteAuth, 'candidate'),
      },
      service: {
        pipelines: {
          'metrics/baseline': {
            receivers: ['host_metrics'],
            processors: ['memory_limiter', 'resource/stamp'],
            exporters: ['prometheus_remote_write/baseline'],
          },
          'metrics/candidate': {
            receivers: ['host_metrics'],
            processors: ['memory_limiter', 'filter/candidate', 'resource/stamp'],
            exporters: ['prometheus_remote_write/candidate'],
          },
        },
      },
    },
    says: {
      host_metrics: readingSentence(wish.metricSet, wish.collectionIntervalSeconds),
      'filter/candidate': `On the way of the candidate every process goes that is not named ${someNames(keptBy(wish))}.`,
      'prometheus_remote_write/baseline': 'Everything goes to the measurement store as the baseline.',
      'prometheus_remote_write/candidate': 'What is left goes to the measurement store as the candidate.',
    },
  }),
};

const keptBy = (wish: TemplateWish): readonly string[] =>
  together(wish.criticalProcesses, listOf(wish, 'kept_processes'));
