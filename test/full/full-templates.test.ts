import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Children, makeChildren } from '../../local/processes/child.ts';
import { beginLife, type Life } from '../../local/processes/life.ts';
import { waitFor } from '../../local/processes/wait.ts';
import { ensureFullCollector } from '../../local/toolchain/build.ts';
import type { Epoch, ExperimentId } from '../../src/kernel/identity.ts';
import { epochMsOf } from '../../src/kernel/instant.ts';
import { systemClock } from '../../src/kernel/system.ts';
import type { ParameterValue } from '../../src/pipelines/domain/template.ts';
import { TEMPLATES } from '../../src/pipelines/domain/templates.ts';
import { startTestCollector } from '../support/collector.ts';
import { askCollector } from '../support/collector-answers.ts';
import { type OtlpSink, startOtlpSink } from '../support/otlp-sink.ts';
import { pushTraces } from '../support/pushing.ts';
import { gridOf, renderedOf } from '../support/template-grid.ts';
import { toolCache, toolContext } from '../support/tools.ts';

// Templates of logs and traces, and settings that sign for AWS: in a collector that has more than ours. `npm test full`.

let program: string;
let sink: OtlpSink;
let life: Life;
let children: Children;
const folder = mkdtempSync(join(tmpdir(), 'phoenix-full-'));
beforeAll(async () => {
  program = await ensureFullCollector(toolCache(), toolContext());
  sink = await startOtlpSink();
  life = await beginLife(folder);
  children = makeChildren(life);
}, 1_800_000);
afterAll(async () => {
  await children.stopAll();
  life.end();
  await sink.stop();
  rmSync(folder, { recursive: true, force: true });
});

const buildable = TEMPLATES.filter(({ build }) => build !== null);

test.each(['none', 'sigv4'] as const)(
  'every template that can be built, over its edges, with signing: %s',
  async (remoteWriteAuth) => {
    const points = buildable.flatMap((template) => gridOf(template, { remoteWriteAuth }));
    // the one gap that is a parameter
    const texts = points.flatMap(({ outcome }) =>
      outcome.accepted && !outcome.value.yaml.includes('log_dedup') ? [outcome.value.yaml] : [],
    );
    expect(texts.length).toBeGreaterThan(100);
    const answers = await askCollector(texts, { program });
    expect(answers.filter((answer) => answer !== '')).toEqual([]);
  },
);

test('what cannot be built at this version is refused by name', async () => {
  const texts = [renderedOf('growth-guard').yaml, renderedOf('log-noise', { collapse_repeats: true }).yaml];
  const [guard, repeats] = await askCollector(texts, { program });
  expect(guard).toContain('unknown type: "cardinality_guardian"');
  // of each kind it names one
  expect(guard).toMatch(/unknown type: "(routing|count)"/);
  expect(repeats).toContain('unknown type: "log_dedup"');
});

const run = async (name: string, yaml: string, podIp: string): Promise<void> => {
  await startTestCollector(
    { children, folder, prometheus: { remoteWriteUrl: sink.remoteWriteOf(name) } },
    {
      yaml: yaml.replaceAll('compression: gzip', 'compression: none\n    encoding: json'),
      experimentId: 'exp-0123456789ab' as ExperimentId,
      epoch: 1 as Epoch,
      variant: name,
      node: 'node-1',
      podIp,
      environment: { PHX_LOGS_OTLP: sink.endpointOf(name), PHX_TRACES_OTLP: sink.endpointOf(name) },
    },
    program,
  );
};

describe('log-noise', () => {
  const LINES = [
    'DEBUG cache miss for user 7',
    '2026 INFO request served',
    'a line without any level',
    '{"level":"debug","msg":"tick"}',
    'ERROR no route to the database',
    // the trap: the first word that is a level counts
    'debug mode is off',
    'WARN disk is nearly full',
    'the last line',
  ];

  const PROBE = 'FATAL is anybody there';
  // without its operators the receiver leaves what the runtime wrote before it
  const isProbe = (body: string): boolean => body.endsWith(PROBE);

  /** What is left of the lines of a pod, with the settings of the template changed by `change`. */
  const left = async (
    name: string,
    podIp: string,
    parameters: Readonly<Record<string, ParameterValue>> = {},
    change = (yaml: string): string => yaml,
  ): Promise<readonly string[]> => {
    const pods = join(folder, name, 'pods');
    const write = (pod: string, lines: readonly string[]): void => {
      const file = join(pods, `shop_${pod}_0c1e7ba0-0000-4000-8000-000000000000/app/0.log`);
      mkdirSync(dirname(file), { recursive: true });
      appendFileSync(file, lines.map((line) => `2026-01-05T10:00:00.000000000Z stdout F ${line}\n`).join(''));
    };
    const yaml = renderedOf('log-noise', parameters).yaml.replaceAll('/var/log/pods', pods);
    await run(name, change(yaml), podIp);
    const bodies = () => bodiesOf(sink.bodiesOf(name));
    // it is healthy before it has looked for files, and what is there at its first look is read from the end
    await waitFor({ what: `${name} to look for files`, deadlineSeconds: 60, everyMs: 200 }, () => {
      write('probe-1', [PROBE]);
      return bodies().some(isProbe) ? true : undefined;
    });
    write('web-1', LINES);
    const seen = await waitFor({ what: `the logs of ${name}`, deadlineSeconds: 30 }, () =>
      bodies().some((body) => body.endsWith('the last line')) ? bodies() : undefined,
    );
    return seen.filter((body) => !isProbe(body));
  };

  test('what is below the level goes, what has no level stays', async () => {
    expect(await left('info', '127.5.1.1')).toEqual(LINES.filter((_, index) => ![0, 3, 5].includes(index)));
  });

  test('the level is a parameter', async () => {
    expect(await left('warn', '127.5.2.1', { minimum_severity: 'warn' })).toEqual(
      LINES.filter((_, index) => [2, 4, 6, 7].includes(index)),
    );
  });

  test('without its operators it would drop nothing: they are what gives records a level', async () => {
    const without = (yaml: string): string => yaml.replace(/ {4}operators:\n(?: {6}.*\n)+/, '');
    expect(await left('bare', '127.5.3.1', {}, without)).toHaveLength(LINES.length);
  });
});

describe('tail-sampling', () => {
  const traceId = (index: number): string => `${index}`.padStart(2, '0').repeat(16);
  const FAST = Array.from({ length: 40 }, (_, index) => ({ id: traceId(index), milliseconds: 20, isError: false }));
  const ERROR = { id: traceId(50), milliseconds: 20, isError: true };
  const SLOW = { id: traceId(60), milliseconds: 900, isError: false };

  const kept = async (name: string, podIp: string, parameters: Readonly<Record<string, ParameterValue>>) => {
    await run(name, renderedOf('tail-sampling', { decision_wait_seconds: 1, ...parameters }).yaml, podIp);
    await pushTraces(`http://${podIp}:4318`, [...FAST, ERROR, SLOW], epochMsOf(systemClock.now()));
    const seen = () => spansByTrace(sink.bodiesOf(name));
    await waitFor({ what: `traces of ${name}`, deadlineSeconds: 30 }, () =>
      seen().has(ERROR.id) && seen().has(SLOW.id) ? true : undefined,
    );
    return seen();
  };

  test('traces with an error and slow ones stay, whole; of the rest nothing, when nothing is wanted', async () => {
    const spans = await kept('nothing-else', '127.6.1.1', { kept_percent: 0 });
    expect(Object.fromEntries(spans)).toEqual({ [ERROR.id]: 2, [SLOW.id]: 2 });
  });

  test('all stay, when all are wanted', async () => {
    await kept('everything', '127.6.2.1', { kept_percent: 100 });
    const all = await waitFor({ what: 'all traces', deadlineSeconds: 30 }, () => {
      const spans = spansByTrace(sink.bodiesOf('everything'));
      return spans.size === FAST.length + 2 ? spans : undefined;
    });
    expect([...all.values()].every((count) => count === 2)).toBe(true);
  });
});

interface Logs {
  readonly resourceLogs?: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly { readonly body: { readonly stringValue: string } }[];
    }[];
  }[];
}
const bodiesOf = (requests: readonly unknown[]): readonly string[] =>
  (requests as readonly Logs[]).flatMap(({ resourceLogs = [] }) =>
    resourceLogs.flatMap(({ scopeLogs }) =>
      scopeLogs.flatMap(({ logRecords }) => logRecords.map(({ body }) => body.stringValue)),
    ),
  );

interface Traces {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly { readonly traceId: string }[] }[];
  }[];
}
const spansByTrace = (requests: readonly unknown[]): ReadonlyMap<string, number> => {
  const ids = (requests as readonly Traces[]).flatMap(({ resourceSpans = [] }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map(({ traceId }) => traceId))),
  );
  return new Map([...Map.groupBy(ids, (id) => id)].map(([id, spans]) => [id, spans.length]));
};
