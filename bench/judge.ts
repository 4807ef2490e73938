import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricCriterion } from '../src/judgement/contract/criteria.ts';
import { judgeMaterial } from '../src/judgement/domain/judge.ts';
import { judgeLine } from '../src/judgement/domain/judge-case.ts';
import type { Material } from '../src/judgement/domain/material.ts';
import { columnsOf } from '../test/simulation/statistics/experiments.ts';
import { makeArms, makeChance, toValues } from '../test/simulation/statistics/series.ts';

/**
 * A full judgement (10 metrics × 1,440 slots, every look, decision and sentences) beside GrowthBook's sequential test on
 * the same series and looks, and the throughput of `phoenix judge` on cases of 120 slots × 5 metrics. Times are of
 * the processor, not of the clock on the wall, so that what else runs on the machine does not count.
 *
 *     npm run bench -- judge [python with gbstats, numpy and pandas]
 */

const METRICS = 10;
const SLOTS = 1440;
const REPEATS = 7;

const criterionOf = (index: number): MetricCriterion => {
  const common = { name: `metric-${index}`, better: 'lower', aggregate: 'sum', scale: 'log_ratio' } as const;
  if (index === 0) return { ...common, role: 'primary', minimumSaving: 0.05 };
  return index <= 4 ? { ...common, role: 'guardrail', margin: 0.05 } : { ...common, role: 'diagnostic' };
};

const chance = makeChance(1);
const arms = Array.from({ length: METRICS }, (_, index) =>
  makeArms(chance, { length: SLOTS, rho: 0.6, shared: 0.5, effect: index === 0 ? -0.2 : 0 }),
);
const criteria = arms.map((_, index) => criterionOf(index));
const material: Material = {
  design: {
    stepSeconds: 60,
    horizonSlots: SLOTS,
    alpha: 0.05,
    populationNodes: null,
    hypotheticalBaseline: false,
    mismatchGuard: false,
    bootstrapSeed: null,
    criteria,
  },
  metrics: criteria.map((criterion, index) => columnsOf(criterion, arms[index] as (typeof arms)[number])),
  slots: SLOTS,
  history: {},
  trust: { bothReady: 'unknown', sameSettingsOtherwise: 'unknown', clock: 'unknown' },
  interruption: null,
};

const medianMs = (act: () => void): number => {
  act();
  const times = Array.from({ length: REPEATS }, () => {
    const started = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  });
  return times.sort((a, b) => a - b)[Math.floor(REPEATS / 2)] as number;
};

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const made = judgeMaterial(material).looks.length;
if (made !== SLOTS) throw new Error(`stopped after ${made} of ${SLOTS} looks: not the work that is timed`);
const ours = medianMs(() => judgeMaterial(material));
const looks = METRICS * SLOTS;
say(
  `Phoenix: ${ours.toFixed(0)} ms for ${METRICS} metrics × ${SLOTS} looks, ${((ours * 1000) / looks).toFixed(1)} µs per look and metric`,
);

const line = JSON.stringify({
  id: 'case',
  horizon_slots: 120,
  metrics: Array.from({ length: 5 }, (_, index) => {
    const { baseline, candidate } = makeArms(chance, {
      length: 120,
      rho: 0.6,
      shared: 0.5,
      effect: index === 0 ? -0.2 : 0,
    });
    const role = index === 0 ? { role: 'primary', minimum_saving: 0.05 } : { role: 'guardrail', margin: 0.05 };
    return { name: `m${index}`, ...role, baseline: [...toValues(baseline)], candidate: [...toValues(candidate)] };
  }),
});
const perCase =
  medianMs(() => {
    for (let repeat = 0; repeat < 50; repeat++) judgeLine(line);
  }) / 50;
say(
  `phoenix judge: ${perCase.toFixed(2)} ms per case of 120 slots × 5 metrics, ${Math.floor(60_000 / perCase)} cases a minute`,
);

const python = process.argv[2];
if (python === undefined || !existsSync(python)) {
  say('GrowthBook: not compared; name a Python that has gbstats as the argument');
} else {
  const folder = mkdtempSync(join(tmpdir(), 'bench-judge-'));
  try {
    const file = join(folder, 'series.json');
    writeFileSync(file, JSON.stringify(arms.map(({ baseline, candidate }) => [[...baseline], [...candidate]])));
    const script = new URL('./judge-gbstats.py', import.meta.url).pathname;
    const answer: unknown = JSON.parse(execFileSync(python, [script, file], { encoding: 'utf8' }));
    const { ms } = answer as { ms: number };
    say(
      `GrowthBook's sequential test alone: ${ms.toFixed(0)} ms, ${((ms * 1000) / looks).toFixed(1)} µs per look and metric`,
    );
    say(`ratio: a full judgement takes ${(ours / ms).toFixed(2)} of that time`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
