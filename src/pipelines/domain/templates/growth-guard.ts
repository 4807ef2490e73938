import { Template } from '../template.ts';
import { listOf, numberOf, type TemplateDefinition } from '../template-definition.ts';
import { names, whole } from './parameter-kinds.ts';
import { someNames } from './process-conditions.ts';
import { pushReceiver, pushSentence } from './pushed-data.ts';
import { components, FRAME_DOES } from './template-components.ts';

const PROTOCOLS = ['otlp_grpc', 'otlp_http'] as const;

/** The attribute that the guard puts on a point whose labels grew too fast. */
const OVERFLOW = 'otel.metric.overflow';

/** T7: labels of pushed metrics that grow too fast are counted and kept from the paid path. */
export const growthGuard: TemplateDefinition = {
  template: Template.parse({
    name: 'growth-guard',
    version: '1.0.0',
    kind: 'adaptive',
    signal: 'metrics',
    use: 'not_yet',
    build: null,
    readsLess: false,
    title: 'A limit for growth',
    summary: 'Pushed metrics whose labels grow too fast are diverted and counted.',
    documentation:
      'The guard watches how many new values a label gets in an epoch. Points beyond the limit are marked, leave the paid ' +
      'path, and are counted per service, so that nothing disappears unnoticed. Labels that are protected are never the ' +
      'reason. It limits growth, not size: what was there before stays.',
    keeps: 'Everything that grows within the limit, and a count of what does not.',
    drops: 'Points of labels that grow faster than the limit, from the paid path.',
    trap: 'It was never run: cardinality_guardian, routing and count cannot be built at the pinned version, so it can be read and rendered, and not deployed.',
    lever: 'capped growth of labels',
    parameters: [
      whole('growth_limit', 'so many new values of a label in an epoch are in order', {
        unit: 'values',
        default: 200,
        minimum: 1,
        maximum: 1_000_000,
      }),
      whole('epoch_seconds', 'how long an epoch is', { unit: 'seconds', default: 300, minimum: 10, maximum: 86_400 }),
      names('protected_labels', 'labels that are never the reason', [
        'k8s.namespace.name',
        'process.executable.name',
        'service.name',
      ]),
    ],
    components: components({
      otlp: 'takes pushed metrics',
      memory_limiter: FRAME_DOES.memory_limiter,
      cardinality_guardian: 'marks points of labels that grow too fast',
      routing: 'sends marked points another way',
      count: 'counts what was diverted, per service',
      delta_to_cumulative: 'counts up, so that the store takes it',
      resource: FRAME_DOES.resource,
      prometheus_remote_write: FRAME_DOES.prometheus_remote_write,
    }),
  }),
  metricSet: { scrapers: [], processMetrics: {} },
  neededMetrics: {},
  content: (wish) => ({
    settings: {
      receivers: { otlp: pushReceiver(PROTOCOLS) },
      processors: {
        cardinality_guardian: {
          max_cardinality_delta_per_epoch: numberOf(wish, 'growth_limit'),
          epoch_duration_seconds: numberOf(wish, 'epoch_seconds'),
          enforcement_mode: 'tag_only',
          never_drop_labels: [...listOf(wish, 'protected_labels')].sort(),
          max_tracker_count: 50_000,
          top_offenders_count: 20,
        },
        delta_to_cumulative: { max_stale: '15m' },
      },
      connectors: {
        routing: {
          error_mode: 'ignore',
          default_pipelines: ['metrics/main'],
          table: [
            { context: 'datapoint', condition: `attributes["${OVERFLOW}"] == true`, pipelines: ['metrics/overflow'] },
          ],
        },
        'count/overflow': {
          datapoints: {
            'phx.overflow.datapoints': {
              description: 'points diverted by the growth guard',
              attributes: [{ key: 'service.name', default_value: 'unknown' }],
            },
          },
        },
      },
      service: {
        pipelines: {
          'metrics/in': {
            receivers: ['otlp'],
            processors: ['memory_limiter', 'cardinality_guardian'],
            exporters: ['routing'],
          },
          'metrics/main': {
            receivers: ['routing'],
            processors: ['resource/stamp'],
            exporters: ['prometheus_remote_write'],
          },
          'metrics/overflow': { receivers: ['routing'], exporters: ['count/overflow'] },
          'metrics/count': {
            receivers: ['count/overflow'],
            processors: ['delta_to_cumulative', 'resource/stamp'],
            exporters: ['prometheus_remote_write'],
          },
        },
      },
    },
    says: {
      otlp: pushSentence(PROTOCOLS),
      cardinality_guardian: `Points of a label with more than ${numberOf(wish, 'growth_limit')} new values in ${numberOf(wish, 'epoch_seconds')} s are marked; never because of ${someNames(listOf(wish, 'protected_labels'))}.`,
      routing: 'Marked points leave the way to the store.',
      'count/overflow': 'What left is counted per service.',
      delta_to_cumulative: 'The count is counted up, so that the store takes it.',
    },
    needs: { workload: 'one_replica', listens: PROTOCOLS.slice() },
  }),
};
