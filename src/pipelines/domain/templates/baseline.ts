import { hostMetricsReceiver, readingSentence } from '../metric-set.ts';
import { Template } from '../template.ts';
import { type TemplateDefinition, toMeasurementStore } from '../template-definition.ts';
import { components, FRAME_DOES } from './template-components.ts';

/** T1: everything that the processes of a node show. Deliberately more than vendors ship: it is the control. */
export const baseline: TemplateDefinition = {
  template: Template.parse({
    name: 'baseline',
    version: '1.0.0',
    kind: 'baseline',
    signal: 'metrics',
    use: 'experiment',
    build: 'slim',
    readsLess: false,
    title: 'Everything',
    summary: 'Metrics of the node and of each of its processes, nothing left out.',
    documentation:
      'The control of a comparison: every process of the node with CPU, memory, disk, threads and open files, beside ' +
      'the metrics of the node as a whole. Compared with another template it collects the same metrics as that one, so ' +
      'that a saving comes from the idea of the other template alone. The command line of a process is not collected: ' +
      'it can hold secrets.',
    keeps: 'Every process with every metric: 12 series each, and the node as a whole.',
    drops: 'Nothing but command lines.',
    trap: 'The number of series follows the number of processes that ever ran: a node that builds or runs cron jobs makes thousands a day.',
    lever: 'none',
    parameters: [],
    components: components({ host_metrics: 'reads the node and its processes', ...FRAME_DOES }),
  }),
  metricSet: {
    scrapers: ['cpu', 'memory', 'disk', 'load'],
    processMetrics: {
      'process.cpu.utilization': 'each-state',
      'process.threads': 'each-state',
      'process.open_file_descriptors': 'each-state',
    },
  },
  neededMetrics: {},
  content: ({ metricSet, collectionIntervalSeconds }) => ({
    settings: {
      receivers: { host_metrics: hostMetricsReceiver(metricSet, collectionIntervalSeconds) },
      service: { pipelines: { metrics: toMeasurementStore(['host_metrics'], []) } },
    },
    says: {
      host_metrics: readingSentence(metricSet, collectionIntervalSeconds),
      prometheus_remote_write: 'Everything goes to the measurement store, and nowhere else.',
    },
  }),
};
