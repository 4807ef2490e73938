import type { Stored } from '../../src/experiments/application/ports.ts';
import type { Effect, Verdict } from '../../src/experiments/domain/verdict.ts';
import type { State } from '../../src/experiments/domain/vocabulary.ts';
import type { Epoch } from '../../src/kernel/identity.ts';
import { type Instant, minutesAfter } from '../../src/kernel/instant.ts';
import type { Sample } from '../../src/measurement/domain/sample.ts';
import { CLUSTER, EXPERIMENT, experimentIn, T0 } from './builders.ts';

const NAMES = Array.from({ length: 6 }, (_, index) => `node-${index}`);

/** Six nodes that send alike: 1000 against 150 points in ten seconds, 500 against 70 series. */
export const SIX_NODES: readonly Sample[] = Array.from({ length: 10 }, (_, slot) => {
  const readings = (points: number, series: number) => {
    const each = (value: number) => Object.fromEntries(NAMES.map((node) => [node, { value }]));
    return {
      exported_points: each(points),
      active_series: each(series),
      exported_bytes: each(points * 40),
      collector_cpu_seconds: each(0.1),
      collector_memory_bytes: each(1024 ** 3),
    };
  };
  return {
    experimentId: EXPERIMENT,
    epoch: 1 as Epoch,
    // after three of warm-up
    slot: slot + 3,
    endsAt: minutesAfter(T0, slot),
    phase: 'measured',
    baseline: readings(1000, 500),
    candidate: readings(150, 70),
    processes: [],
    measuredAt: T0,
    hashes: {},
  };
});

export const pointsEffect = (lower: number, upper: number): Effect =>
  ({ metric: 'exported_points', role: 'primary', scale: 'ratio', effect: -0.85, lower, upper }) as Effect;

/** An experiment that measured them, with a verdict over a baseline that somebody runs. */
export const onSixNodes = (state: State, change: Partial<Verdict> = {}, at: Instant = T0): Stored => {
  const experiment = experimentIn(state, at);
  if (!('life' in experiment) || experiment.life === null) throw new Error(`${state} has no nodes`);
  const life = { ...experiment.life, nodes: NAMES.map((node) => ({ clusterId: CLUSTER, node })) };
  const progress = { epoch: 1 as Epoch, slotsMeasured: SIX_NODES.length, latestLook: null, blindness: 0 };
  const said = { onMeasuredNodes: [pointsEffect(-0.86, -0.84)], hypotheticalBaseline: false, ...change };
  return 'verdict' in experiment && experiment.verdict !== null
    ? {
        experiment: { ...experiment, life, verdict: { ...experiment.verdict, ...said } } as Stored['experiment'],
        progress,
      }
    : { experiment: { ...experiment, life } as Stored['experiment'], progress };
};
