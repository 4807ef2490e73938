import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Children, makeChildren } from '../../local/processes/child.ts';
import { beginLife, type Life } from '../../local/processes/life.ts';
import { waitFor } from '../../local/processes/wait.ts';
import type { Epoch, ExperimentId } from '../../src/kernel/identity.ts';
import { epochMsOf } from '../../src/kernel/instant.ts';
import { systemClock } from '../../src/kernel/system.ts';
import { Destination, SECRET_ENVIRONMENT } from '../../src/pipelines/domain/destination.ts';
import type { RenderedPipeline } from '../../src/pipelines/domain/template.ts';
import { startTestCollector } from '../support/collector.ts';
import { type OtlpSink, type ReceivedPoint, startOtlpSink } from '../support/otlp-sink.ts';
import { type PushedMetric, pushMetrics } from '../support/pushing.ts';
import { renderedOf } from '../support/template-grid.ts';
import { tapped } from '../support/template-runs.ts';

// Templates that take what is pushed, and where data goes besides: through the real collector.

let sink: OtlpSink;
let life: Life;
let children: Children;
const folder = mkdtempSync(join(tmpdir(), 'phoenix-pushed-'));
beforeAll(async () => {
  sink = await startOtlpSink();
  life = await beginLife(folder);
  children = makeChildren(life);
});
afterAll(async () => {
  await children.stopAll();
  life.end();
  await sink.stop();
  rmSync(folder, { recursive: true, force: true });
});

const nowMs = (): number => epochMsOf(systemClock.now());

const start = async (name: string, yaml: string, podIp: string) => {
  await startTestCollector(
    { children, folder, prometheus: { remoteWriteUrl: sink.remoteWriteOf(name) } },
    {
      yaml,
      experimentId: 'exp-0123456789ab' as ExperimentId,
      epoch: 1 as Epoch,
      variant: name,
      node: 'node-1',
      podIp,
      environment: { [SECRET_ENVIRONMENT.new_relic]: 'key-from-a-secret' },
    },
  );
  return `http://${podIp}:4318`;
};

const arrived = (
  sender: string,
  isThere: (points: readonly ReceivedPoint[]) => boolean,
): Promise<readonly ReceivedPoint[]> =>
  waitFor({ what: `points of ${sender}`, deadlineSeconds: 30 }, () => {
    // requests overtake each other
    const points = sink.pointsOf(sender).toSorted((one, other) => one.timeMs - other.timeMs);
    return isThere(points) ? points : undefined;
  });

const tap = (name: string, rendered: RenderedPipeline, pipeline: string) => ({
  ...tapped(rendered.yaml, name, sink),
  sender: `${name}--${pipeline.replace('/', '-')}`,
});

test('main-collector counts up what comes as a difference, and lets everything through', async () => {
  const { settings, sender } = tap('main', renderedOf('main-collector'), 'metrics');
  const endpoint = await start('main', settings, '127.3.1.1');
  const begin = nowMs();
  const requests = (value: number): PushedMetric => ({
    name: 'requests',
    value,
    kind: 'delta',
    attributes: { route: '/' },
  });
  for (const [index, value] of [3, 4, 5].entries())
    await pushMetrics(endpoint, [requests(value), { name: 'temperature', value: 20 + index, kind: 'gauge' }], {
      fromMs: begin + index * 10,
      atMs: begin + (index + 1) * 10,
    });
  const points = await arrived(sender, (all) => all.length >= 6);
  const of = (name: string) => points.filter(({ metric }) => metric === name);
  expect(of('requests').map(({ value, temporality }) => [value, temporality])).toEqual([
    [3, 'cumulative'],
    [7, 'cumulative'],
    [12, 'cumulative'],
  ]);
  expect(of('temperature').map(({ value }) => value)).toEqual([20, 21, 22]);
});

test('observer-collector lets through what collectors tell of themselves, and nothing else', async () => {
  const { settings, sender } = tap('observer', renderedOf('observer-collector'), 'metrics');
  const endpoint = await start('observer', settings, '127.3.2.1');
  const at = nowMs();
  const names = [
    'otelcol_exporter_sent_metric_points',
    'otelcol.processor.items',
    'requests',
    'my_otelcol_thing',
    'last',
  ];
  await pushMetrics(
    endpoint,
    names.map((name) => ({ name: name === 'last' ? 'phoenix_last' : name, value: 1, kind: 'gauge' })),
    { fromMs: at, atMs: at + 1 },
  );
  const points = await arrived(sender, (all) => all.some(({ metric }) => metric === 'phoenix_last'));
  expect(points.map(({ metric }) => metric).toSorted()).toEqual([
    'otelcol.processor.items',
    'otelcol_exporter_sent_metric_points',
    'phoenix_last',
  ]);
});

test('two-speed passes on the last value of an interval, of sums that may fall as well', async () => {
  const rendered = renderedOf('two-speed', { pushed_metrics: true, pushed_interval_seconds: 2 });
  const { settings, sender } = tap('thin', rendered, 'metrics/push');
  const endpoint = await start('thin', settings, '127.3.3.1');
  const begin = nowMs();
  for (let index = 1; index <= 10; index += 1)
    await pushMetrics(
      endpoint,
      [
        { name: 'process.memory.usage', value: index, kind: 'up-down' },
        { name: 'temperature', value: index, kind: 'gauge' },
      ],
      { fromMs: begin, atMs: begin + index },
    );
  const points = await arrived(sender, (all) =>
    ['process.memory.usage', 'temperature'].every((name) =>
      all.some(({ metric, value }) => metric === name && value === 10),
    ),
  );
  // all ten came within one interval, or fell into two
  for (const name of ['process.memory.usage', 'temperature'])
    expect(points.filter(({ metric }) => metric === name).length).toBeLessThanOrEqual(2);
  expect(points.find(({ metric }) => metric === 'process.memory.usage')?.kind).toBe('gauge');
}, 60_000);

describe('destinations', () => {
  test('New Relic gets differences with the key of its Secret, while the store gets counters', async () => {
    const destinations = [Destination.parse({ kind: 'new_relic', licenseKey: { name: 'vendor', key: 'k' } })];
    const rendered = renderedOf('main-collector', {}, { destinations });
    expect(rendered.yaml).toContain('https://otlp.nr-data.net');
    const { settings } = tapped(rendered.yaml, 'vendor', sink);
    // the vendor's address is the only thing that is not the real one
    const local = settings
      .replace('https://otlp.nr-data.net', sink.endpointOf('new-relic'))
      .replace('compression: gzip', 'compression: none\n    encoding: json');
    const endpoint = await start('vendor', local, '127.3.4.1');
    const begin = nowMs();
    for (const [index, value] of [3, 4, 5].entries())
      await pushMetrics(endpoint, [{ name: 'requests', value, kind: 'delta' }], {
        fromMs: begin + index * 10,
        atMs: begin + (index + 1) * 10,
      });
    const points = await arrived('new-relic', (all) => all.length >= 3);
    expect(points.map(({ value, temporality }) => [value, temporality])).toEqual([
      [3, 'delta'],
      [4, 'delta'],
      [5, 'delta'],
    ]);
    expect(sink.headersOf('new-relic')['api-key']).toBe('key-from-a-secret');
    expect(local).not.toContain('key-from-a-secret');
    const stored = await arrived('vendor--metrics', (all) => all.length >= 3);
    expect(stored.map(({ value }) => value)).toEqual([3, 7, 12]);
  });
});
