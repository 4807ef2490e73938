import { ottlString } from '../executable-names.ts';
import { Template } from '../template.ts';
import { listOf, type TemplateDefinition, toMeasurementStore } from '../template-definition.ts';
import { names } from './parameter-kinds.ts';
import { someNames } from './process-conditions.ts';
import { pushReceiver, pushSentence } from './pushed-data.ts';
import { components, FRAME_DOES } from './template-components.ts';

const PROTOCOLS = ['otlp_http'] as const;

/** The collector that takes what collectors and control planes tell of themselves, and nothing else. */
export const observerCollector: TemplateDefinition = {
  template: Template.parse({
    name: 'observer-collector',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'metrics',
    use: 'deployment',
    build: 'slim',
    readsLess: false,
    title: 'What collectors tell of themselves',
    summary: 'Takes OTLP metrics on 4318 and passes on those whose names begin as wanted.',
    documentation:
      'For clusters where nobody scrapes the telemetry of collectors: those that push it push it here. Only metrics whose ' +
      'names begin with one of the prefixes go on, so that what watches the observation does not become a second pipeline ' +
      'of everything. Our own collectors are scraped on port 8888 and need no observer.',
    keeps: 'Metrics whose names begin with a prefix.',
    drops: 'All other metrics.',
    trap: 'Senders with underscores and senders with dots name the same metric differently: keep both prefixes.',
    lever: 'fewer metrics',
    parameters: [
      names('kept_prefixes', 'metrics whose names begin like this go on', [
        'http.client.',
        'http_client_',
        'otelcol.',
        'otelcol_',
        'phoenix.',
        'phoenix_',
      ]),
    ],
    components: components({
      otlp: 'takes pushed metrics',
      memory_limiter: FRAME_DOES.memory_limiter,
      filter: 'drops metrics with another name',
      delta_to_cumulative: 'counts up what came as a difference',
      resource: FRAME_DOES.resource,
      prometheus_remote_write: FRAME_DOES.prometheus_remote_write,
    }),
  }),
  metricSet: { scrapers: [], processMetrics: {} },
  neededMetrics: {},
  faults: (wish) =>
    listOf(wish, 'kept_prefixes').length > 0
      ? []
      : [{ parameter: 'kept_prefixes', message: 'it is empty, so nothing would be kept' }],
  content: (wish) => {
    const prefixes = [...listOf(wish, 'kept_prefixes')].sort();
    const pattern = `^(${prefixes.map((prefix) => prefix.replaceAll(/[.+]/g, '\\$&')).join('|')})`;
    return {
      settings: {
        receivers: { otlp: pushReceiver(PROTOCOLS) },
        processors: {
          'filter/others': {
            error_mode: 'ignore',
            metric_conditions: [`not IsMatch(metric.name, ${ottlString(pattern)})`],
          },
          delta_to_cumulative: { max_stale: '15m' },
        },
        service: { pipelines: { metrics: toMeasurementStore(['otlp'], ['filter/others', 'delta_to_cumulative']) } },
      },
      says: {
        otlp: pushSentence(PROTOCOLS),
        'filter/others': `Metrics go whose names do not begin with ${someNames(prefixes)}.`,
        delta_to_cumulative: 'Counters that come as what changed are counted up: the store drops them otherwise.',
      },
      needs: { workload: 'one_replica', listens: PROTOCOLS.slice() },
    };
  },
};
