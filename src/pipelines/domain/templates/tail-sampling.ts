import { ADDRESS_ENVIRONMENT } from '../frame.ts';
import { Template } from '../template.ts';
import { numberOf, type TemplateDefinition } from '../template-definition.ts';
import { toAddress } from './log-noise.ts';
import { decimal, whole } from './parameter-kinds.ts';
import { pushReceiver, pushSentence } from './pushed-data.ts';
import { components, FRAME_DOES } from './template-components.ts';

const PROTOCOLS = ['otlp_grpc', 'otlp_http'] as const;
const TRACES_OTLP = ADDRESS_ENVIRONMENT.traces;

/** T9: traces with errors and slow ones stay, of the rest a share. */
export const tailSampling: TemplateDefinition = {
  template: Template.parse({
    name: 'tail-sampling',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'traces',
    use: 'deployment',
    build: 'full',
    readsLess: false,
    title: 'Errors, slow ones, and a sample',
    summary: 'Whole traces with an error or above a duration stay, of all others a share.',
    documentation:
      'The decision falls on the whole trace, after waiting for its spans. All spans of a trace have to reach the same ' +
      'collector, so it runs as one replica; more of them need a tier in front that sends by the id of the trace. Where ' +
      'traces go is an address that the owner of the cluster sets.',
    keeps: 'Every trace with an error, every slow one, and a share of the rest.',
    drops: 'The other traces, whole.',
    trap: 'Numbers computed from what is left (requests, rates of errors) are wrong unless they are weighted; a trace that is longer than the wait is decided without its end.',
    lever: 'fewer traces',
    parameters: [
      whole('slow_milliseconds', 'traces that take longer are kept', {
        unit: 'milliseconds',
        default: 800,
        minimum: 1,
        maximum: 3_600_000,
      }),
      decimal('kept_percent', 'so much of all other traces is kept', {
        unit: 'percent',
        default: 5,
        minimum: 0,
        maximum: 100,
      }),
      whole('decision_wait_seconds', 'how long the spans of a trace are waited for', {
        unit: 'seconds',
        default: 20,
        minimum: 1,
        maximum: 300,
      }),
    ],
    components: components(
      {
        otlp: 'takes pushed traces',
        memory_limiter: FRAME_DOES.memory_limiter,
        tail_sampling: 'decides about whole traces',
        resource: FRAME_DOES.resource,
        otlp_http: 'sends to where traces go',
      },
      'traces',
    ),
  }),
  metricSet: { scrapers: [], processMetrics: {} },
  neededMetrics: {},
  content: (wish) => {
    const slow = numberOf(wish, 'slow_milliseconds');
    const kept = numberOf(wish, 'kept_percent');
    const wait = numberOf(wish, 'decision_wait_seconds');
    return {
      settings: {
        receivers: { otlp: pushReceiver(PROTOCOLS) },
        processors: {
          tail_sampling: {
            decision_wait: `${wait}s`,
            num_traces: 50_000,
            policies: [
              { name: 'errors', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
              { name: 'slow', type: 'latency', latency: { threshold_ms: slow } },
              // a share of nothing is no policy
              ...(kept === 0
                ? []
                : [{ name: 'rest', type: 'probabilistic', probabilistic: { sampling_percentage: kept } }]),
            ],
          },
        },
        exporters: { otlp_http: toAddress(TRACES_OTLP) },
        service: {
          pipelines: {
            traces: {
              receivers: ['otlp'],
              processors: ['memory_limiter', 'tail_sampling', 'resource/stamp'],
              exporters: ['otlp_http'],
            },
          },
        },
      },
      says: {
        otlp: pushSentence(PROTOCOLS),
        tail_sampling: `${wait} s after its first span a trace is decided: kept with an error or when it took more than ${slow} ms, of the rest ${kept} %.`,
        otlp_http: `What is left goes to the address in ${TRACES_OTLP}.`,
      },
      needs: { workload: 'one_replica', listens: PROTOCOLS.slice(), addresses: [TRACES_OTLP] },
    };
  },
};
