import { stringify } from 'yaml';
import { type SettingsNode, settingsAt } from '../../src/pipelines/domain/settings-tree.ts';

/** Settings with exactly one fault, and the rule that has to name it. */
export interface Mutant {
  readonly title: string;
  readonly rule: string;
  readonly text: string;
  /** the collector would start with it; we refuse it all the same, and this is why */
  readonly stricterBecause?: string;
}

const WHOLE = {
  receivers: {
    host_metrics: { collection_interval: '60s', scrapers: { load: {} } },
    otlp: { protocols: { grpc: {} } },
  },
  processors: { batch: {}, 'batch/second': {}, memory_limiter: { check_interval: '1s', limit_mib: 64 } },
  exporters: { debug: {}, 'nop/spare': {} },
  connectors: { forward: {} },
  extensions: { health_check: {} },
  service: {
    extensions: ['health_check'],
    pipelines: {
      metrics: {
        receivers: ['host_metrics', 'otlp'],
        processors: ['memory_limiter', 'batch'],
        exporters: ['forward', 'nop/spare'],
      },
      'metrics/out': { receivers: ['forward'], processors: ['batch/second'], exporters: ['debug'] },
      traces: { receivers: ['otlp'], exporters: ['debug'] },
    },
  },
} as const;

/** The settings that every mutant differs from in one place. */
export const WHOLE_TEXT = stringify(WHOLE);

type Place = readonly [parent: readonly string[], key: string];

const put = ([parent, key]: Place, value: SettingsNode | undefined): string => {
  const copy = structuredClone(WHOLE) as never;
  const below = settingsAt(copy, ...parent) as Record<string, SettingsNode>;
  if (value === undefined) delete below[key];
  else below[key] = value;
  return stringify(copy);
};

const PIPELINES = ['service', 'pipelines'];
const mutant = (title: string, rule: string, place: Place, value: SettingsNode | undefined): Mutant => ({
  title,
  rule,
  text: put(place, value),
});
const stricter = (stricterBecause: string, each: Mutant): Mutant => ({ ...each, stricterBecause });
const endpoint = (value: string): Mutant['text'] =>
  put([['exporters'], 'otlp_http'], { endpoint: value }).replace('- nop/spare', '- nop/spare\n        - otlp_http');

const fromOutside = (title: string, value: string): Mutant => ({
  title,
  rule: 'provider-not-allowed',
  text: endpoint(value),
  stricterBecause: 'nothing may be read that nobody has reviewed',
});

export const MUTANTS: readonly Mutant[] = [
  mutant('a root key with a typing error', 'key-unknown', [[], 'processor'], { batch: {} }),
  mutant('a root key of another program', 'key-unknown', [[], 'inputs'], {}),
  mutant('a receiver that this collector lacks', 'component-not-available', [['receivers'], 'kafka'], {}),
  mutant('a processor that this collector lacks', 'component-not-available', [['processors'], 'k8sattributes'], {}),
  mutant('an exporter that this collector lacks', 'component-not-available', [['exporters'], 'datadog'], {}),
  mutant('a connector that this collector lacks', 'component-not-available', [['connectors'], 'spanmetrics'], {}),
  mutant('an extension that this collector lacks', 'component-not-available', [['extensions'], 'pprof'], {}),
  mutant('a processor among the receivers', 'component-not-available', [['receivers'], 'batch'], {}),
  mutant('an id that begins with a digit', 'component-id-malformed', [['processors'], '2batch'], {}),
  mutant('an id with a space', 'component-id-malformed', [['processors'], 'bat ch'], {}),
  mutant('an id whose name is empty', 'component-id-malformed', [['processors'], 'batch/'], {}),
  mutant('no pipelines', 'no-pipeline', [['service'], 'pipelines'], undefined),
  mutant('pipelines that are empty', 'no-pipeline', [['service'], 'pipelines'], {}),
  mutant('a signal in the singular', 'pipeline-key-malformed', [PIPELINES, 'metric'], {
    receivers: ['otlp'],
    exporters: ['debug'],
  }),
  mutant('a pipeline that is empty', 'pipeline-not-a-map', [PIPELINES, 'logs'], null),
  mutant('a pipeline without receivers', 'pipeline-incomplete', [PIPELINES, 'logs'], { exporters: ['debug'] }),
  mutant('a pipeline without exporters', 'pipeline-incomplete', [PIPELINES, 'logs'], { receivers: ['otlp'] }),
  mutant('a pipeline whose receivers are an empty list', 'pipeline-incomplete', [PIPELINES, 'logs'], {
    receivers: [],
    exporters: ['debug'],
  }),
  mutant(
    'a receiver that nobody defined',
    'reference-undefined',
    [[...PIPELINES, 'traces'], 'receivers'],
    ['otlp/other'],
  ),
  mutant(
    'a processor that nobody defined',
    'reference-undefined',
    [[...PIPELINES, 'traces'], 'processors'],
    ['filter'],
  ),
  mutant('an exporter that nobody defined', 'reference-undefined', [[...PIPELINES, 'traces'], 'exporters'], ['nop']),
  mutant('a connector as a processor', 'reference-undefined', [[...PIPELINES, 'traces'], 'processors'], ['forward']),
  mutant('an extension that nobody defined', 'reference-undefined', [['service'], 'extensions'], ['pprof']),
  mutant('a processor twice', 'processor-twice', [[...PIPELINES, 'metrics'], 'processors'], ['batch', 'batch']),
  mutant(
    'metrics of the host as traces',
    'signal-not-supported',
    [[...PIPELINES, 'traces'], 'receivers'],
    ['otlp', 'host_metrics'],
  ),
  mutant(
    'a connector that nothing comes out of',
    'connector-one-ended',
    [[...PIPELINES, 'metrics/out'], 'receivers'],
    ['otlp'],
  ),
  mutant(
    'a connector that nothing goes into',
    'connector-one-ended',
    [[...PIPELINES, 'metrics'], 'exporters'],
    ['debug'],
  ),
  mutant('two pipelines in a circle', 'pipeline-cycle', [[...PIPELINES, 'metrics/out'], 'exporters'], ['forward']),

  { title: 'a tab as indentation', rule: 'yaml-broken', text: WHOLE_TEXT.replace('  host_metrics', '\thost_metrics') },
  { title: 'a key twice', rule: 'yaml-broken', text: `${WHOLE_TEXT}receivers: {}\n` },
  { title: 'a list that is never closed', rule: 'yaml-broken', text: `${WHOLE_TEXT}processors: [` },
  { title: 'nothing at all', rule: 'settings-not-a-map', text: '' },
  { title: 'a list', rule: 'settings-not-a-map', text: '- receivers\n- exporters\n' },
  { title: 'a word', rule: 'settings-not-a-map', text: 'receivers\n' },
  fromOutside('a file of the node', `\${file:/etc/shadow}`),
  fromOutside('a file of the node inside a text', `http://127.0.0.1/\${file:/var/run/secrets/token}`),
  fromOutside('a text in a text', `\${yaml:file}`),
  fromOutside('a file behind a default', `\${env:NOTHING:-\${file:/etc/shadow}}`),
  stricter('who builds a name reads any variable', {
    title: 'the name of a variable from a variable',
    rule: 'variable-name-built',
    text: endpoint(`\${env:\${env:WHICH}}`),
  }),
  stricter('secrets belong into secrets', {
    title: 'a key in plain text',
    rule: 'secret-in-plain-text',
    text: put([['exporters'], 'otlp_http'], { endpoint: 'http://127.0.0.1:9', headers: { 'api-key': 'NRAK-1' } }),
  }),
  stricter('few lines of them can stand for millions', {
    title: 'an alias',
    rule: 'yaml-alias',
    text: WHOLE_TEXT.replace('debug: {}', 'debug: &same {}').replace('nop/spare: {}', 'nop/spare: *same'),
  }),
];
