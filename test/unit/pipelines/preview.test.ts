import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { type PreviewWish, preview } from '../../../src/pipelines/domain/preview/preview.ts';
import { recordingOf, type SimulatedProcess } from '../../support/hosts/simulated-host.ts';

const DATABASE = { pid: 10, name: 'postgres', path: '/usr/bin/postgres', residentMiB: 500, userTicks: 60 };
const SHELL = { pid: 20, name: 'bash', path: '/usr/bin/bash', residentMiB: 4 };
const WORKER = { pid: 30, name: 'worker', path: '/opt/worker', residentMiB: 50 };

const hostOf = (...processes: readonly SimulatedProcess[]) => recordingOf({ name: 'test', processes }, [0, 10, 20]);
const HOST = hostOf(DATABASE, SHELL, WORKER);

interface Parts {
  readonly processors?: Readonly<Record<string, unknown>>;
  readonly scrapers?: Readonly<Record<string, unknown>>;
  readonly others?: Readonly<Record<string, unknown>>;
}

/** Settings that read one metric of each process, through these processors. */
const settingsOf = ({ processors = {}, scrapers, others = {} }: Parts = {}): string =>
  stringify({
    receivers: { host_metrics: { collection_interval: '30s', scrapers: scrapers ?? { process: ONLY_MEMORY } } },
    processors,
    exporters: { prometheus_remote_write: { endpoint: 'http://127.0.0.1:9090/api/v1/write' } },
    service: {
      pipelines: {
        metrics: {
          receivers: ['host_metrics'],
          processors: Object.keys(processors),
          exporters: ['prometheus_remote_write'],
        },
      },
    },
    ...others,
  });

const ONLY_MEMORY = {
  mute_process_all_errors: true,
  metrics: {
    'process.cpu.time': { enabled: false },
    'process.disk.io': { enabled: false },
    'process.memory.virtual': { enabled: false },
  },
  resource_attributes: { 'process.command_line': { enabled: false } },
};

const wish = (candidate: string, change: Partial<PreviewWish> = {}): PreviewWish => ({
  recording: HOST,
  baseline: settingsOf(),
  candidate,
  criticalProcesses: [],
  hosts: 1,
  terms: {},
  priceBook: 'grafana-cloud-pro',
  ...change,
});

const previewOf = (candidate: string, change: Partial<PreviewWish> = {}) => {
  const outcome = preview(wish(candidate, change));
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};

const figuresOf = (candidate: string, change: Partial<PreviewWish> = {}) => {
  const { figures, limits } = previewOf(candidate, change).candidate;
  if (figures === null) throw new Error(`nothing was predicted: ${JSON.stringify(limits)}`);
  return figures;
};

const through = (processors: Readonly<Record<string, unknown>>, change: Partial<PreviewWish> = {}) =>
  figuresOf(settingsOf({ processors }), change);

const filtered = (...conditions: readonly string[]) => through({ filter: { metric_conditions: conditions } });
const names = ({ processes }: { processes: readonly { name: string }[] }) =>
  processes.map(({ name }) => name).toSorted();

const NAME = 'resource.attributes["process.executable.name"]';

describe('figures', () => {
  test('each process is a series, and points follow the collection interval', () => {
    expect(figuresOf(settingsOf())).toMatchObject({
      series: 3,
      seriesAtOnce: { low: 3, estimate: 3, high: 3 },
      newSeriesPerMinute: 0,
      pointsPerMinute: { low: 6, estimate: 6, high: 6 },
    });
  });

  test('who comes and goes is there once in the recording and seldom at once', () => {
    const short = (pid: number, bornAt: number) => ({ ...SHELL, pid, bornAt, diesAt: bornAt + 5 });
    expect(figuresOf(settingsOf(), { recording: hostOf(DATABASE, short(21, 9), short(22, 19)) })).toMatchObject({
      series: 3,
      seriesAtOnce: { estimate: 2 },
      newSeriesPerMinute: 6,
    });
  });

  test('bytes are those of remote write before compression: labels, value and time', () => {
    const one = figuresOf(settingsOf(), { recording: hostOf({ pid: 1, name: 'a', path: '/a', residentMiB: 1 }) });
    const longer = figuresOf(settingsOf(), { recording: hostOf({ pid: 1, name: 'abcd', path: '/a', residentMiB: 1 }) });
    expect(longer.bytesPerMinute.estimate - one.bytesPerMinute.estimate).toBe(2 * 3);
    const labels = {
      __name__: 'process_memory_usage_bytes',
      process_pid: '1',
      process_parent_pid: '1',
      process_executable_name: 'a',
      process_executable_path: '/a',
      process_command: '/a',
      process_owner: 'root',
    };
    const texts = Object.entries(labels).flat().join('').length;
    // six bytes around each label, 18 of a value and its time, and three around the whole; twice a minute
    expect(one.bytesPerMinute.estimate).toBe(2 * (texts + 6 * Object.keys(labels).length + 18 + 3));
  });

  test('a store of remote write takes nothing that tells only what changed', () => {
    const counters = { process: { ...ONLY_MEMORY, metrics: { 'process.memory.virtual': { enabled: false } } } };
    const left = figuresOf(settingsOf({ scrapers: counters, processors: { cumulative_to_delta: {} } }));
    expect(left.metrics.map(({ name }) => name)).toEqual(['process.memory.usage']);
  });

  test('two ways out are counted each, and it is said', () => {
    const twice = settingsOf({
      others: {
        exporters: {
          prometheus_remote_write: { endpoint: 'http://127.0.0.1:9090/api/v1/write' },
          otlp_http: { endpoint: 'http://127.0.0.1:4318' },
          debug: {},
        },
        service: {
          pipelines: {
            metrics: { receivers: ['host_metrics'], exporters: ['prometheus_remote_write', 'otlp_http', 'debug'] },
          },
        },
      },
    });
    const { candidate } = previewOf(twice);
    expect(candidate.figures?.outputs.map(({ exporter, series }) => [exporter, series])).toEqual([
      ['prometheus_remote_write', 3],
      ['otlp_http', 3],
    ]);
    expect(candidate.limits.map(({ kind }) => kind)).toContain('supposed');
  });

  test('a single moment has sizes and no speed, and it is said', () => {
    const single = { ...HOST, moments: HOST.moments.slice(0, 1) };
    const { candidate } = previewOf(settingsOf(), { recording: single });
    expect(candidate.figures).toMatchObject({ series: 3, newSeriesPerMinute: null });
    expect(candidate.limits).toMatchObject([{ kind: 'supposed', message: expect.stringContaining('one moment') }]);
  });
});

describe('critical processes', () => {
  const criticalIn = (candidate: string, criticalProcesses: readonly string[]) =>
    figuresOf(candidate, { criticalProcesses }).critical;

  test('kept, lost, and not there at all are three things', () => {
    const candidate = settingsOf({ processors: { filter: { metric_conditions: [`${NAME} == "bash"`] } } });
    expect(criticalIn(candidate, ['postgres', 'bash', 'nginx'])).toEqual({
      kept: ['postgres'],
      partly: [],
      lost: ['bash'],
      notRunning: ['nginx'],
    });
  });

  test('one of two with a name is not the name', () => {
    const candidate = settingsOf({
      processors: { filter: { metric_conditions: ['resource.attributes["process.pid"] == 21'] } },
    });
    const recording = hostOf(SHELL, { ...SHELL, pid: 21 });
    expect(figuresOf(candidate, { recording, criticalProcesses: ['bash'] }).critical.partly).toEqual(['bash']);
  });
});

describe('conditions and statements', () => {
  test.each([
    [`${NAME} == "bash"`, ['postgres', 'worker']],
    [`${NAME} != "bash"`, ['bash']],
    [`not IsMatch(${NAME}, "^(bash|post.*)$")`, ['bash', 'postgres']],
    [`IsMatch(${NAME}, "o")`, ['bash']],
    [`HasPrefix(${NAME}, "b") or ${NAME} == "worker"`, ['postgres']],
    ['metric.name == "process.memory.usage" and datapoint.value_int >= 52428800', ['bash']],
    // of the other kind of number nothing is there but zero
    ['datapoint.value_double == 0.0', []],
    ['resource.attributes["process.pid"] == "10"', ['bash', 'postgres', 'worker']],
    ['resource.attributes["process.pid"] > 10.5', ['postgres']],
    ['resource.attributes["nothing"] == nil and resource.attributes["process.pid"] == 10', ['bash', 'worker']],
    ['Now() - datapoint.start_time < Duration("2h")', []],
    ['Now() - datapoint.start_time < Duration("10m")', ['bash', 'postgres', 'worker']],
  ])('%s leaves %j', (condition, left) => {
    const { processes } = previewOf(settingsOf({ processors: { filter: { metric_conditions: [condition] } } }))
      .candidate.figures ?? { processes: [] };
    expect(names({ processes })).toEqual(left);
  });

  test('several conditions are asked together: one is enough', () => {
    expect(names(filtered(`${NAME} == "bash"`, 'datapoint.value_int > 400000000'))).toEqual(['worker']);
  });

  test('statements run in their order over each item, and the last one wins', () => {
    const left = through({
      transform: {
        metric_statements: [
          `set(resource.attributes["keep"], "no")`,
          `set(resource.attributes["keep"], "yes") where datapoint.value_int > 400000000`,
        ],
      },
      filter: { metric_conditions: ['resource.attributes["keep"] == "no"'] },
    });
    expect(names(left)).toEqual(['postgres']);
  });

  test('a line that fails at an item is skipped, or loses the batch where it says so', () => {
    const failing = ['set(datapoint.value_int, "text")'];
    expect(through({ transform: { metric_statements: failing } }).series).toBe(3);
    expect(through({ transform: { error_mode: 'propagate', metric_statements: failing } }).series).toBe(0);
  });

  test('attributes that go make processes one, as they do in the store', () => {
    const kept = (keys: string) =>
      through({ transform: { metric_statements: [`keep_keys(resource.attributes, [${keys}])`] } });
    expect(kept('"process.executable.name"').series).toBe(3);
    expect(kept('"process.owner"').series).toBe(1);
    expect(kept('"process.owner"').pointsPerMinute.estimate).toBe(6);
  });
});

describe('processors', () => {
  test('sums put points together', () => {
    const summed = through({
      'transform/one': {
        metric_statements: [
          'keep_keys(resource.attributes, ["process.owner"])',
          'set(datapoint.time_unix_nano, 0)',
          'set(datapoint.start_time_unix_nano, 0)',
        ],
      },
      groupbyattrs: {},
      'transform/sum': { metric_statements: ['aggregate_on_attributes("sum") where metric.name != ""'] },
    });
    expect(summed).toMatchObject({ series: 1, pointsPerMinute: { estimate: 2 } });
  });

  test('the busy are told by what they did between two moments', () => {
    const busy = settingsOf({
      scrapers: {
        process: {
          ...ONLY_MEMORY,
          metrics: {
            ...ONLY_MEMORY.metrics,
            'process.cpu.utilization': { enabled: true, attributes: [], aggregation_strategy: 'sum' },
          },
        },
      },
      processors: {
        filter: {
          metric_conditions: [
            'metric.name == "process.cpu.utilization" and datapoint.value_double < 0.5',
            'metric.name == "process.memory.usage"',
          ],
        },
      },
    });
    expect(names(figuresOf(busy))).toEqual(['postgres']);
  });

  test('resource, attributes and renaming', () => {
    const actions = (list: readonly unknown[]) => through({ resource: { attributes: list } }).series;
    expect(actions([{ key: 'process.pid', action: 'delete' }])).toBe(3);
    expect(actions([{ pattern: '^process\\.', action: 'delete' }])).toBe(1);
    expect(actions([{ key: 'node', value: 7, action: 'upsert' }])).toBe(3);
    const renamed = through({
      metrics_transform: { transforms: [{ include: 'process.memory.usage', action: 'insert', new_name: 'memory' }] },
    });
    expect(renamed.metrics.map(({ name }) => name)).toEqual(['memory', 'process.memory.usage']);
  });

  test('an interval thins what it keeps, and lets the rest pass', () => {
    const scrapers = {
      process: {
        ...ONLY_MEMORY,
        metrics: { 'process.disk.io': { enabled: false }, 'process.memory.virtual': { enabled: false } },
      },
    };
    const thinned = figuresOf(settingsOf({ scrapers, processors: { interval: { interval: '60s' } } }));
    // memory may fall and passes twice a minute; of the three counters each goes once
    expect(thinned.pointsPerMinute.estimate).toBe(3 * 2 + 9);
  });
});

describe('where a preview ends', () => {
  const limitsOf = (candidate: string) => previewOf(candidate).candidate;

  test('a function that nobody can carry out here is named with its line, and there are no figures', () => {
    const text = settingsOf({
      processors: { transform: { metric_statements: [`set(resource.attributes["x"], SHA256(${NAME}))`] } },
    });
    const { figures, limits } = limitsOf(text);
    expect(figures).toBeNull();
    const [limit] = limits;
    expect(limit).toMatchObject({
      kind: 'cannot_predict',
      pointer: '/processors/transform/metric_statements/0',
      message: 'what SHA256 gives cannot be predicted here',
    });
    expect(text.split('\n')[(limit?.line ?? 0) - 1]?.slice((limit?.column ?? 0) - 1)).toMatch(/^SHA256/);
  });

  test.each([
    ['a value that only the pod knows', { filter: { metric_conditions: [`${NAME} == "\${env:WHO}"`] } }],
    ['an action that makes something else', { attributes: { actions: [{ key: 'state', action: 'hash' }] } }],
    [
      'metrics put together by name',
      {
        metrics_transform: {
          transforms: [{ include: 'a', action: 'combine', new_name: 'b', aggregation_type: 'sum' }],
        },
      },
    ],
  ])('%s', (_what, processors) => {
    const { figures, limits } = limitsOf(settingsOf({ processors }));
    expect(figures).toBeNull();
    expect(limits.some(({ kind }) => kind === 'cannot_predict')).toBe(true);
  });

  test('what no recording shows is left out and named, and the rest is counted', () => {
    const { figures, limits } = limitsOf(settingsOf({ scrapers: { process: ONLY_MEMORY, network: {}, paging: {} } }));
    expect(figures?.series).toBe(3);
    expect(limits.map(({ kind, pointer }) => [kind, pointer])).toEqual([
      ['left_out', '/receivers/host_metrics/scrapers/network'],
      ['left_out', '/receivers/host_metrics/scrapers/paging'],
    ]);
  });

  test('settings that the collector would not take are refused with their line', () => {
    const outcome = preview(wish(settingsOf({ processors: { filter: { metric_conditions: ['metric.nme == "a"'] } } })));
    expect(outcome).toMatchObject({
      accepted: false,
      refusal: {
        code: 'pipeline-not-previewable',
        message: expect.stringMatching(/^the candidate is no pipeline .* line \d+;/),
      },
    });
  });
});

describe('money', () => {
  test('bills are of so many hosts, with the saving between them', () => {
    const half = settingsOf({ processors: { filter: { metric_conditions: [`${NAME} == "bash"`] } } });
    const found = previewOf(half, { hosts: 10_000, priceBook: 'grafana-cloud-pro' });
    expect(found.change).toMatchObject({ series: 2 / 3, pointsPerMinute: 2 / 3 });
    const [bill] = found.bills;
    expect(bill?.saving?.estimate).toBe((bill?.baseline?.estimate ?? 0) - (bill?.candidate?.estimate ?? 0));
    expect(bill?.saving?.estimate).toBeGreaterThan(0);
  });

  test('a bill that needs more says what', () => {
    const [bill] = previewOf(settingsOf(), { priceBook: 'new-relic-original' }).bills;
    expect(bill).toMatchObject({ saving: null, open: [expect.stringContaining('bytes per point')] });
    const [known] = previewOf(settingsOf(), { priceBook: 'new-relic-original', terms: { bytesPerPoint: 300 } }).bills;
    expect(known?.open).toEqual([]);
  });

  test('a book that nobody has is refused', () => {
    expect(preview(wish(settingsOf(), { priceBook: 'nobody' }))).toMatchObject({
      refusal: { code: 'price-book-not-found' },
    });
  });

  test('without figures there is no bill', () => {
    const open = settingsOf({ processors: { attributes: { actions: [{ key: 'state', action: 'hash' }] } } });
    expect(previewOf(open)).toMatchObject({ change: null, bills: [] });
  });
});
