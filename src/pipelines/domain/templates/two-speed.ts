import { Template } from '../template.ts';
import {
  flagOf,
  listOf,
  numberOf,
  type TemplateDefinition,
  type TemplateWish,
  together,
  toMeasurementStore,
} from '../template-definition.ts';
import { flag, names, whole } from './parameter-kinds.ts';
import { isMetric } from './process-conditions.ts';
import { pushReceiver, pushSentence } from './pushed-data.ts';
import { readInClasses, slowFactor, slowFaults, slowIntervalSeconds } from './slower-reading.ts';
import { components, FRAME_DOES } from './template-components.ts';
import { CRITICAL_EXECUTABLES } from './well-known-executables.ts';

/** T5: critical processes are read as often as before, everything else more rarely. */
export const twoSpeed: TemplateDefinition = {
  template: Template.parse({
    name: 'two-speed',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    use: 'experiment',
    build: 'slim',
    readsLess: true,
    title: 'The rest more rarely',
    summary: 'Critical processes at full speed, all others and the node at a fraction of it.',
    documentation:
      'Nothing disappears: every process keeps every series, but only critical ones are read at the collection interval. ' +
      'It saves where points, bytes or samples are billed, and nothing where series are (Datadog custom metrics, Splunk ' +
      'host plans). With pushed_metrics it also listens for OTLP and passes on the last value of each interval.',
    keeps: 'Every process and every metric.',
    drops: 'Points in between, of everything that is not critical.',
    trap: 'Series stay as many as they were. A query whose range is shorter than two slow intervals finds nothing, and looks like an outage.',
    lever: 'slower interval',
    parameters: [
      names('critical_processes', 'executables that are read at the collection interval', CRITICAL_EXECUTABLES),
      slowFactor(3),
      flag('pushed_metrics', 'listens for OTLP metrics as well, and thins them', false),
      whole('pushed_interval_seconds', 'of pushed metrics the last value of so many seconds is passed on', {
        unit: 'seconds',
        default: 60,
        minimum: 1,
        maximum: 120,
      }),
    ],
    components: components({
      host_metrics: 'reads critical processes and all others, each at its own interval',
      otlp: 'takes pushed metrics, where wanted',
      memory_limiter: FRAME_DOES.memory_limiter,
      transform: 'turns pushed sums that may fall into gauges, where wanted',
      interval: 'keeps the last value of an interval of pushed metrics, where wanted',
      resource: FRAME_DOES.resource,
      prometheus_remote_write: FRAME_DOES.prometheus_remote_write,
    }),
  }),
  metricSet: { scrapers: ['cpu', 'memory'], processMetrics: {} },
  neededMetrics: {},
  faults: slowFaults,
  content: (wish) => {
    const classes = readInClasses(wish, criticalOf(wish));
    const isPushed = flagOf(wish, 'pushed_metrics');
    return {
      settings: {
        receivers: {
          ...classes.receivers,
          ...(isPushed ? { otlp: pushReceiver(['otlp_grpc', 'otlp_http']) } : {}),
        },
        ...(isPushed ? { processors: thinning(wish) } : {}),
        service: {
          pipelines: {
            'metrics/host': toMeasurementStore([...classes.fast, ...classes.slow], []),
            ...(isPushed ? { 'metrics/push': toMeasurementStore(['otlp'], ['transform/gauge', 'interval']) } : {}),
          },
        },
      },
      says: {
        ...classes.says,
        otlp: pushSentence(['otlp_grpc', 'otlp_http']),
        'transform/gauge': 'Pushed sums that may fall, as memory and threads, become gauges: else nothing thins them.',
        interval: `Of what is pushed the last value of each ${numberOf(wish, 'pushed_interval_seconds')} s is passed on.`,
      },
      slowestIntervalSeconds: slowIntervalSeconds(wish),
      ...(isPushed ? { needs: { listens: ['otlp_grpc', 'otlp_http'] } } : {}),
    };
  },
};

const criticalOf = (wish: TemplateWish): readonly string[] =>
  together(wish.criticalProcesses, listOf(wish, 'critical_processes'));

const thinning = (wish: TemplateWish) => ({
  'transform/gauge': {
    error_mode: 'ignore',
    metric_statements: [
      `convert_sum_to_gauge() where ${isMetric(['memory.usage', 'memory.virtual', 'threads', 'open_file_descriptors'])}`,
    ],
  },
  interval: {
    interval: `${numberOf(wish, 'pushed_interval_seconds')}s`,
    pass_through: { gauge: false, summary: true },
  },
});
