import { afterAll, beforeAll, expect, test } from 'vitest';
import { epochMsOf } from '../../../src/kernel/instant.ts';
import { systemClock } from '../../../src/kernel/system.ts';
import type { TruthState } from '../../../src/truth/domain/state.ts';
import { startTestStore, type TestStore } from '../../support/prometheus.ts';
import { ruleCorpus } from '../../support/rule-corpus.ts';
import { RUN_SECONDS, runTruth } from '../../support/truth-runs.ts';

// Two collectors read one host at moments of their own; a real Prometheus answers the rules about both.

let store: TestStore;
let fromMs: number;
beforeAll(async () => {
  store = await startTestStore();
  fromMs = epochMsOf(systemClock.now()) - RUN_SECONDS * 1000;
}, 900_000);
afterAll(() => store?.stop());

const found = ({ checks }: TruthState) =>
  checks
    .filter(({ status }) => !['same', 'no_data'].includes(status))
    .map(({ name, status, sentence }) => `${name}: ${status}, ${sentence}`);

test.each([1, 2])('two that are the same show the same truth in every rule, seed %i', async (seed) => {
  const state = await runTruth(store.prometheus, { rules: ruleCorpus(), seed, fromMs });
  expect(state.checks.length).toBeGreaterThanOrEqual(200);
  expect(found(state)).toEqual([]);
  expect(state.checks.filter(({ status }) => status === 'same').length).toBeGreaterThanOrEqual(200);
});

test('what people really lose is found, and named by the rules that would not see it any more', async () => {
  const state = await runTruth(store.prometheus, {
    rules: ruleCorpus(),
    seed: 3,
    fromMs,
    distort: (series) => {
      const executable = series.labels['process_executable_name'];
      // dropped by a typo, a label taken away, another unit
      if (executable === 'redis') return null;
      if (series.name === 'system_filesystem_usage_bytes')
        return { ...series, labels: { state: series.labels['state'] ?? '', mount: series.labels['mountpoint'] ?? '' } };
      return series.name === 'process_threads'
        ? { ...series, values: series.values.map((value) => (value === null ? null : value * 1.1)) }
        : series;
    },
  });
  const statusOf = (name: string) => state.checks.find((check) => check.name === name)?.status;
  expect(
    Object.fromEntries(
      [
        'process_memory_usage_bytesGone2',
        'process_memory_usage_bytesHigh',
        'DiskFull',
        'process_threadsHigh',
        'process_memory_usage_bytesGone0',
        'CpuSaturated',
      ].map((name) => [name, statusOf(name)]),
    ),
  ).toEqual({
    // absent(redis): fires on the candidate, and its series is gone
    process_memory_usage_bytesGone2: 'lost',
    process_memory_usage_bytesHigh: 'lost',
    // matched by a label that is not there any more, so it has no answer
    DiskFull: 'lost',
    process_threadsHigh: 'lost',
    process_memory_usage_bytesGone0: 'same',
    CpuSaturated: 'same',
  });
});
