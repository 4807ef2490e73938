import { Template } from '../template.ts';
import { type TemplateDefinition, toMeasurementStore } from '../template-definition.ts';
import { pushReceiver, pushSentence } from './pushed-data.ts';
import { components, FRAME_DOES } from './template-components.ts';

const PROTOCOLS = ['otlp_grpc', 'otlp_http'] as const;

/** The collector that applications push their metrics to. */
export const mainCollector: TemplateDefinition = {
  template: Template.parse({
    name: 'main-collector',
    version: '1.0.0',
    kind: 'baseline',
    signal: 'metrics',
    use: 'deployment',
    build: 'slim',
    readsLess: false,
    title: 'What applications push',
    summary: 'Takes OTLP metrics on 4317 and 4318 and passes them on, whole.',
    documentation:
      'The gate for metrics that applications push. Counters that tell what changed since the last point are counted up ' +
      'before they reach the store: remote write drops them otherwise, without an error. Nothing else is changed.',
    keeps: 'Everything that is pushed.',
    drops: 'Nothing, but delta counters that come too late or out of order.',
    trap: 'Each series of delta counters is remembered for 15 minutes, so all points of a sender have to reach the same collector: it runs as one replica. Node and cluster on a series are those of the collector, not of the sender.',
    lever: 'none',
    parameters: [],
    components: components({
      otlp: 'takes pushed metrics',
      memory_limiter: FRAME_DOES.memory_limiter,
      delta_to_cumulative: 'counts up what came as a difference',
      resource: FRAME_DOES.resource,
      prometheus_remote_write: FRAME_DOES.prometheus_remote_write,
    }),
  }),
  metricSet: { scrapers: [], processMetrics: {} },
  neededMetrics: {},
  content: () => ({
    settings: {
      receivers: { otlp: pushReceiver(PROTOCOLS) },
      processors: { delta_to_cumulative: { max_stale: '15m' } },
      service: { pipelines: { metrics: toMeasurementStore(['otlp'], ['delta_to_cumulative']) } },
    },
    says: {
      otlp: pushSentence(PROTOCOLS),
      delta_to_cumulative: 'Counters that come as what changed are counted up: the store drops them otherwise.',
    },
    needs: { workload: 'one_replica', listens: PROTOCOLS.slice() },
  }),
};
