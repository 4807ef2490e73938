import { describe, expect, test } from 'vitest';
import type {
  ClusterHands,
  ClusterRegistry,
  ExperimentStore,
  LookQueue,
  LookStore,
  Machines,
  ReadinessQueue,
  Settler,
  WaitStore,
} from '../../../src/experiments/application/ports.ts';
import type { SampleStore } from '../../../src/measurement/application/ports.ts';
import { type LifePlan, live, liveBySeed } from '../../support/campaign.ts';
import type { Fault } from '../../support/faults.ts';

// Lives full of faults: by chance from seeds, and one by one for every side effect that the lifecycle has.

const SEEDS = 200;
const FIRST_SEED = 1;

test(`${SEEDS} lives full of lost calls, lost answers and doubled messages break no promise (seeds from ${FIRST_SEED})`, async () => {
  const broken: string[] = [];
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
    const lived = await liveBySeed(seed);
    broken.push(...lived.broken.map((promise) => `seed ${seed}, ${lived.plot}, ${lived.readings}: ${promise}`));
  }
  expect(broken).toEqual([]);
}, 300_000);

test.each([3, 17, 101])('seed %i gives the same life again, fault by fault and event by event', async (seed) => {
  const [first, second] = [await liveBySeed(seed), await liveBySeed(seed)];
  expect(first.faults).toBeGreaterThan(0);
  expect(second.hash).toBe(first.hash);
});

type Effect = 'changes' | 'reads';

/** What each call to the outside does. A port that gets a method has to say it here, or this does not compile. */
const PORTS: {
  readonly experiments: Record<keyof ExperimentStore, Effect>;
  readonly samples: Record<keyof SampleStore, Effect>;
  readonly recordedLooks: Record<keyof LookStore, Effect>;
  readonly waits: Record<keyof WaitStore, Effect>;
  readonly clusters: Record<keyof ClusterRegistry, Effect>;
  readonly kubernetes: Record<keyof ClusterHands, Effect>;
  readonly machines: Record<keyof Machines, Effect>;
  readonly settler: Record<keyof Settler, Effect>;
  readonly looks: Record<keyof LookQueue, Effect>;
  readonly readiness: Record<keyof ReadinessQueue, Effect>;
} = {
  experiments: {
    load: 'reads',
    create: 'changes',
    commit: 'changes',
    list: 'reads',
    countActive: 'reads',
    transitions: 'reads',
    keepLatestLook: 'changes',
    recordProgress: 'changes',
    countBlindness: 'changes',
    savePlan: 'changes',
    plan: 'reads',
    saveReadiness: 'changes',
    readiness: 'reads',
    due: 'reads',
  },
  samples: { record: 'changes', lastSlot: 'reads', list: 'reads' },
  recordedLooks: { record: 'changes', list: 'reads' },
  waits: { put: 'changes', find: 'reads', drop: 'changes' },
  clusters: { load: 'reads', nodes: 'reads' },
  kubernetes: { apply: 'changes', runJob: 'changes', readiness: 'reads', objects: 'reads', remove: 'changes' },
  machines: { start: 'changes' },
  settler: { succeed: 'changes', heartbeat: 'changes' },
  looks: { ask: 'changes' },
  readiness: { ask: 'changes' },
};

const EFFECTS = Object.entries(PORTS).flatMap(([port, methods]) =>
  Object.entries(methods).flatMap(([method, effect]) => (effect === 'changes' ? [`${port}.${method}`] : [])),
);

const lifeWith = (plan: Partial<LifePlan>): Promise<Awaited<ReturnType<typeof live>>> =>
  live({
    seed: 0,
    plot: 'promoted and taken back',
    readings: 'healthy',
    copies: 1,
    quietFrom: '',
    stopAfterSeconds: 0,
    faultOf: () => 'none',
    ...plan,
  });

/** No look arrives for most of an hour: the machine notices that it hears nothing. */
const DEAF: Partial<LifePlan> = {
  isLost: (kind, at) => kind === 'look' && at > '2026-11-21T09:01:30.000Z' && at < '2026-11-21T09:50:00.000Z',
};
const specialLifeOf = (effect: string): Partial<LifePlan> => (effect === 'experiments.countBlindness' ? DEAF : {});

/** What happens in the lives below when nothing fails. */
const effectsSeen = async (): Promise<ReadonlySet<string>> => {
  const seen = new Set<string>();
  for (const life of [{}, DEAF]) {
    await lifeWith({
      ...life,
      faultOf: ({ name }) => {
        seen.add(name);
        return 'none';
      },
    });
  }
  return seen;
};

describe('every side effect of the lifecycle', () => {
  test('happens in a life of these tests, so that its crash is tested', async () => {
    const seen = await effectsSeen();
    expect(EFFECTS.filter((effect) => !seen.has(effect))).toEqual([]);
  });

  describe.each(EFFECTS)('%s', (effect) => {
    const life = specialLifeOf(effect);

    test.each<Fault>(['before', 'after', 'twice'])('once %s, at its first and third time', async (fault) => {
      for (const nth of [1, 3]) {
        const lived = await lifeWith({
          ...life,
          faultOf: (call) => (call.name === effect && call.nth === nth ? fault : 'none'),
        });
        expect(lived.broken, `${effect} ${fault} at ${nth}`).toEqual([]);
        if (life !== DEAF) expect(lived.verdict, `${effect} ${fault} at ${nth}`).toBe('promote');
      }
    });

    test('failing for good ends the life in words, and a new epoch does what was wanted', async () => {
      const failsUntil = '2026-11-21T09:20:00.000Z';
      const lived = await lifeWith({
        plot: 'retried',
        ...life,
        faultOf: (call) => (call.name === effect && call.nth > 1 && call.at < failsUntil ? 'before' : 'none'),
      });
      expect(lived.broken).toEqual([]);
    });
  });
});
