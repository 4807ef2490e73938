import { ADDRESS_ENVIRONMENT } from '../frame.ts';
import { Template } from '../template.ts';
import { flagOf, numberOf, type TemplateDefinition, type TemplateWish, textOf } from '../template-definition.ts';
import { flag, oneOf, whole } from './parameter-kinds.ts';
import { components, FRAME_DOES } from './template-components.ts';

/** Levels with the name of their lowest number, in the order of how loud they are. */
const SEVERITIES = { debug: 'DEBUG', info: 'INFO', warn: 'WARN', error: 'ERROR' } as const;
type Severity = keyof typeof SEVERITIES;

const LOGS_OTLP = ADDRESS_ENVIRONMENT.logs;

/** T8: log records below a level go; records without a level stay. */
export const logNoise: TemplateDefinition = {
  template: Template.parse({
    name: 'log-noise',
    version: '1.0.0',
    kind: 'optimized',
    signal: 'logs',
    use: 'deployment',
    build: 'full',
    readsLess: false,
    title: 'Logs without the noise',
    summary: 'Records of pods below a level go, and are counted by the filter.',
    documentation:
      "Reads the logs of pods from the node, takes the runtime's frame off each line, finds the first word that is a " +
      'level, and drops what is below the wanted one. A record without such a word stays: nobody knows what it says. ' +
      "Logs of Phoenix's own collectors are not read. Where it goes is an address that the owner of the cluster sets.",
    keeps: 'Records at or above the level, and those without any.',
    drops: 'Records below the level; how many, otelcol_processor_filter_logs_filtered says.',
    trap: 'The first level word of a line counts: a line that begins with "debug mode is off" is a debug line. Structured logs deserve a parser of their own. collapse_repeats needs log_dedup, which cannot be built at the pinned version.',
    lever: 'fewer records',
    parameters: [
      oneOf('minimum_severity', 'records below it are dropped', Object.keys(SEVERITIES), 'info'),
      flag('collapse_repeats', 'equal records within an interval become one with a count; needs log_dedup', false),
      whole('repeat_interval_seconds', 'how long equal records are collected into one', {
        unit: 'seconds',
        default: 30,
        minimum: 1,
        maximum: 3600,
      }),
    ],
    components: components(
      {
        file_log: 'reads the logs of pods, and finds the level of each record',
        memory_limiter: FRAME_DOES.memory_limiter,
        filter: 'drops records below the level',
        log_dedup: 'makes one of equal records, where wanted',
        resource: FRAME_DOES.resource,
        otlp_http: 'sends to where logs go',
      },
      'logs',
    ),
  }),
  metricSet: { scrapers: [], processMetrics: {} },
  neededMetrics: {},
  content: (wish) => {
    const isCollapsing = flagOf(wish, 'collapse_repeats');
    const seconds = numberOf(wish, 'repeat_interval_seconds');
    return {
      settings: {
        receivers: { file_log: PODS },
        processors: {
          'filter/noise': { error_mode: 'ignore', log_conditions: [belowLevel(wish)] },
          ...(isCollapsing
            ? {
                log_dedup: {
                  interval: `${seconds}s`,
                  log_count_attribute: 'phx.repeat_count',
                  exclude_fields: ['attributes.timestamp'],
                },
              }
            : {}),
        },
        exporters: { otlp_http: toAddress(LOGS_OTLP) },
        service: {
          pipelines: {
            logs: {
              receivers: ['file_log'],
              processors: ['memory_limiter', 'filter/noise', ...(isCollapsing ? ['log_dedup'] : []), 'resource/stamp'],
              exporters: ['otlp_http'],
            },
          },
        },
      },
      says: {
        file_log: 'It reads what pods write, from now on, and takes the first word that is a level as the level.',
        'filter/noise': `Records below ${textOf(wish, 'minimum_severity')} go; those without a level stay.`,
        log_dedup: `Equal records within ${seconds} s become one, with their number.`,
        otlp_http: `What is left goes to the address in ${LOGS_OTLP}.`,
      },
      needs: { podLogs: true, addresses: [LOGS_OTLP] },
    };
  },
};

/**
 * Without the operators no record has a level, so nothing would be dropped, and each begins with the time of the
 * runtime, so no two would be equal.
 */
const PODS = {
  include: ['/var/log/pods/*/*/*.log'],
  exclude: ['/var/log/pods/phoenix-exp_*/*/*.log'],
  include_file_path: true,
  start_at: 'end',
  operators: [
    { type: 'container' },
    {
      type: 'regex_parser',
      regex: '(?i)\\b(?P<sev>trace|debug|info|warn|warning|error|fatal)\\b',
      parse_from: 'body',
      on_error: 'send_quiet',
      severity: { parse_from: 'attributes.sev' },
    },
    { type: 'remove', field: 'attributes.sev', if: 'attributes.sev != nil' },
  ],
};

const belowLevel = (wish: TemplateWish): string =>
  `log.severity_number > SEVERITY_NUMBER_UNSPECIFIED and log.severity_number < SEVERITY_NUMBER_${SEVERITIES[textOf(wish, 'minimum_severity') as Severity]}`;

/** To an address that only the owner of the cluster knows. */
export const toAddress = (variable: string) => ({
  endpoint: `\${env:${variable}}`,
  compression: 'gzip',
  sending_queue: {
    enabled: true,
    sizer: 'items',
    queue_size: 50_000,
    batch: { min_size: 2048, max_size: 8192, flush_timeout: '1s' },
  },
});
