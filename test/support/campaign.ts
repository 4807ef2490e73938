import { isTerminal, lifeOf } from '../../src/experiments/domain/experiment.ts';
import { TERMINAL_STATES } from '../../src/experiments/domain/vocabulary.ts';
import type { Epoch } from '../../src/kernel/identity.ts';
import { epochMsOf, type Instant, secondsAfter } from '../../src/kernel/instant.ts';
import { accept, type Outcome } from '../../src/kernel/outcome.ts';
import { settings, T0 } from './builders.ts';
import { type Call, chanceOf, FAULTS, type Fault, traceHash } from './faults.ts';
import {
  ANNA_PRINCIPAL,
  healthy,
  losingFrom,
  makeWorld,
  type ReadingsOf,
  SETTLE_SECONDS,
  type World,
} from './world.ts';

// One experiment's life while calls are lost, answers are lost and messages come twice; then quiet, and what must be
// true afterwards whatever happened. Everything follows from the seed.

export const PLOTS = [
  'stopped early',
  'left alone',
  'promoted',
  'promoted and taken back',
  'retried',
  'paused',
] as const;
export type Plot = (typeof PLOTS)[number];

export interface Lived {
  readonly seed: number;
  readonly plot: Plot;
  readonly readings: string;
  readonly states: readonly string[];
  readonly verdict: string | null;
  readonly faults: number;
  /** a line a fault */
  readonly trace: readonly string[];
  /** over every fault and every event in order */
  readonly hash: string;
  /** promises that were broken, in words; none when all is well */
  readonly broken: readonly string[];
}

const HOUR = 3600;
const READINGS: Readonly<Record<string, ReadingsOf>> = {
  healthy,
  losing: losingFrom(6),
  blind: (slot) => Object.fromEntries(Object.keys(healthy(slot)).map((metric) => [metric, null])),
};

/** A whole life with faults by chance: how many, how long and which plot follow from the seed. */
export const liveBySeed = (seed: number): Promise<Lived> => {
  const chance = chanceOf(seed);
  const oneOf = <T>(choices: readonly T[]): T => choices[Math.floor(chance() * choices.length)] as T;
  const plot = oneOf(PLOTS);
  const readings = oneOf(['healthy', 'healthy', 'losing', 'blind']);
  const rate = oneOf([0.02, 0.08, 0.2, 0.5, 0.9]);
  const quietFrom = secondsAfter(T0, oneOf([60, 200, 600, 1800, 7200]));
  const copies = oneOf([1, 1, 2]);
  const stopAfterSeconds = Math.floor(chance() * 160);
  const faultOf = ({ at }: Call): Fault =>
    at >= quietFrom || chance() >= rate ? 'none' : (FAULTS[1 + Math.floor(chance() * 3)] ?? 'before');
  return live({ seed, plot, readings, copies, quietFrom, stopAfterSeconds, faultOf });
};

export interface LifePlan {
  readonly seed: number;
  readonly plot: Plot;
  readonly readings: string;
  readonly copies: number;
  readonly quietFrom: string;
  readonly stopAfterSeconds: number;
  readonly faultOf: (call: Call) => Fault;
  /** looks that never arrive */
  readonly isLost?: (kind: 'look' | 'readiness', at: Instant) => boolean;
}

export const live = async (plan: LifePlan): Promise<Lived> => {
  const { seed, plot, copies, faultOf } = plan;
  const world = makeWorld({
    faultOf,
    copies,
    readings: READINGS[plan.readings] ?? healthy,
    ...(plan.isLost === undefined ? {} : { isLost: plan.isLost }),
  });
  const broken: string[] = [];
  const experimentId = await begin(world);
  const ref = { tenantId: ANNA_PRINCIPAL.tenantId, experimentId };
  const now = () => world.now(ref);
  const seconds = (): number => (epochMsOf(world.time.now()) - epochMsOf(T0)) / 1000;
  const asked = { experimentId, caller: ANNA_PRINCIPAL, version: '*' as const };

  if (plot === 'stopped early') {
    await world.time.advance(plan.stopAfterSeconds);
    const faultsBefore = world.faults.trace.length;
    await insist(world, () => world.commands.stop({ ...asked, reason: 'enough' }));
    // the promise of 90 s holds where nothing fails from here on
    const acceptedAt = seconds();
    await until(world, 90, async () => isTerminal(await now()));
    if (!isTerminal(await now()) && world.faults.trace.length === faultsBefore && faultsBefore === 0) {
      broken.push(`P6: a stop at ${acceptedAt} s had no effect within 90 s`);
    }
  }
  if (plot === 'paused') {
    await world.time.advance(plan.stopAfterSeconds);
    await insist(world, () => world.commands.pause({ ...asked, reason: 'an upgrade' }));
    const isPaused = (await now()).state === 'paused';
    await world.time.advance(2 * HOUR);
    if (isPaused && (await now()).state === 'paused') await insist(world, () => world.commands.resume(asked));
    const { pauses } = lifeOf(await now()) ?? { pauses: [] };
    const inside = (await world.samples.list(ref.tenantId, experimentId, (await now()).epoch)).filter(({ endsAt }) =>
      pauses.some(({ from, to }) => endsAt > secondsAfter(from, SETTLE_SECONDS) && endsAt < (to ?? '')),
    );
    if (inside.length > 0) broken.push(`P5: ${inside.length} slots were measured in a pause`);
  }
  if (plot === 'promoted' || plot === 'promoted and taken back') {
    await until(world, 4 * HOUR, async () => isTerminal(await now()) || (await now()).state === 'awaiting_approval');
    if ((await now()).state === 'awaiting_approval') await insist(world, () => world.commands.promote(asked));
    await until(world, 4 * HOUR, async () => isTerminal(await now()));
    if (plot === 'promoted and taken back' && (await now()).state === 'promoted') {
      await insist(world, () => world.commands.rollback({ ...asked, reason: 'a panel is empty' }));
      await until(world, 4 * HOUR, async () => (await now()).state === 'rolled_back');
    }
  }
  if (plot === 'retried') {
    await until(world, 4 * HOUR, async () => isTerminal(await now()) || (await now()).state === 'awaiting_approval');
    if (!isTerminal(await now())) await insist(world, () => world.commands.stop({ ...asked, reason: 'once more' }));
    await until(world, 4 * HOUR, async () => isAtRest(await now()));
    await insist(world, async () => {
      const { version, epoch } = await now();
      // an answer that was lost is no reason to begin a third life
      if (epoch > 1) return accept(undefined);
      return world.start({ experimentId, caller: ANNA_PRINCIPAL, version, as: 'retry' });
    });
    broken.push(...(await staleRunChangesNothing(world, ref)));
    await until(world, 4 * HOUR, async () => isTerminal(await now()) || (await now()).state === 'awaiting_approval');
    if (!isTerminal(await now())) await insist(world, () => world.commands.stop({ ...asked, reason: 'enough' }));
  }
  // an approval waits for 72 h; then the janitor has two more passes
  await until(world, 76 * HOUR, async () => isAtRest(await now()));
  const restedAt = seconds();
  await world.time.advance(2.1 * HOUR);
  broken.push(...(await brokenPromises(world, ref, plan, restedAt)));

  const last = await now();
  const said = world.experiments.said.map(({ seq, type, epoch, timestamp }) => `${timestamp} ${seq} ${epoch} ${type}`);
  return {
    seed,
    plot,
    readings: plan.readings,
    states: world.experiments.said.flatMap(({ type, data }) =>
      type === 'experiment.state_changed' ? [String(data['to'])] : [],
    ),
    verdict: 'verdict' in last ? (last.verdict?.verdict ?? null) : null,
    faults: world.faults.trace.length,
    trace: world.faults.trace,
    hash: traceHash([...world.faults.trace, ...said]),
    broken,
  };
};

type Now = Awaited<ReturnType<World['now']>>;
type Ref = Parameters<World['now']>[0];

const isAtRest = (experiment: Now): boolean =>
  isTerminal(experiment) &&
  'cleanup' in experiment &&
  (experiment.cleanup === 'done' || experiment.cleanup === 'not_needed');

/** Lets time pass until something is true or the time is up. */
const until = async (world: World, limitSeconds: number, isTrue: () => Promise<boolean>): Promise<void> => {
  for (let passed = 0; passed < limitSeconds && !(await isTrue()); ) {
    const step = passed < 600 ? 5 : 60;
    await world.time.advance(step);
    passed += step;
  }
};

/** As a person does it: when it fails, again a little later; when it is refused, that is the answer. */
const insist = async (world: World, command: () => Promise<Outcome<unknown>>): Promise<void> => {
  for (let attempt = 0; attempt < 2000; attempt += 1) {
    try {
      await command();
      return;
    } catch {
      await world.time.advance(5);
    }
  }
  throw new Error('a command failed two thousand times');
};

const begin = async (world: World) => {
  let made: Awaited<ReturnType<World['create']>> | undefined;
  await insist(world, async () => {
    made = await world.create({ settings: settings(), caller: ANNA_PRINCIPAL, idempotencyKey: 'first' });
    return made;
  });
  if (made?.accepted !== true) throw new Error('a draft was refused');
  const { id, version } = made.value.experiment;
  await insist(world, () => world.start({ experimentId: id, version, caller: ANNA_PRINCIPAL, as: 'start' }));
  return id;
};

/** P7: whatever still speaks for an earlier epoch changes neither state nor cluster. */
const staleRunChangesNothing = async (world: World, ref: Ref): Promise<readonly string[]> => {
  const before = await world.now(ref);
  if (before.epoch < 2) return [];
  const stale = { ...ref, epoch: (before.epoch - 1) as Epoch };
  const objects = JSON.stringify(await world.objects());
  for (const speak of [
    () => world.lookAt(stale),
    () => world.checkReadiness(stale, 0),
    () => world.kubernetes.remove(ref.experimentId, stale.epoch),
  ]) {
    await Promise.resolve(speak()).catch(() => undefined);
  }
  const after = await world.now(ref);
  return [
    ...(after.version === before.version
      ? []
      : [`P7: a stale run changed the experiment: ${before.state} to ${after.state}`]),
    ...(JSON.stringify(await world.objects()) === objects ? [] : ['P7: a stale run changed the cluster']),
  ];
};

const HONEST: Readonly<Record<string, readonly string[]>> = {
  healthy: ['promote', 'inconclusive_underpowered', 'inconclusive_no_data', 'error_infrastructure', 'cancelled'],
  losing: ['abort_limit', 'inconclusive_no_data', 'error_infrastructure', 'cancelled'],
  blind: ['inconclusive_no_data', 'error_infrastructure', 'cancelled'],
};

const brokenPromises = async (world: World, ref: Ref, plan: LifePlan, restedAt: number): Promise<readonly string[]> => {
  const last = await world.now(ref);
  const { said } = world.experiments;
  const epochs = [...new Set(said.map(({ epoch }) => epoch))].filter((epoch) => epoch > 0);
  const ends = (epoch: number): readonly string[] =>
    said.flatMap(({ type, data, epoch: of }) => {
      const to = String(data['to']);
      return type === 'experiment.state_changed' && of === epoch && TERMINAL_STATES.some((state) => state === to)
        ? [to]
        : [];
    });
  const left = (await world.objects()).filter(({ owner }) => !isPromotedOwner(last, owner));
  const verdict = 'verdict' in last ? (last.verdict?.verdict ?? null) : null;
  const running = world.executions().filter(({ status }) => status === 'RUNNING');
  return [
    ...(isAtRest(last) ? [] : [`P1: it is ${last.state} after ${restedAt} s`]),
    ...epochs.flatMap((epoch) => {
      const reached = ends(epoch).join(', ');
      return ['ended', 'rolled_back', 'promoted', 'promoted, rolled_back'].includes(reached)
        ? []
        : [`P1: epoch ${epoch} ended as "${reached}"`];
    }),
    ...epochs.flatMap((epoch) => {
      const verdicts = said.filter(({ type, epoch: of }) => type === 'experiment.verdict_reached' && of === epoch);
      return verdicts.length <= 1 ? [] : [`P2: epoch ${epoch} reached ${verdicts.length} verdicts`];
    }),
    ...(left.length === 0 ? [] : [`P3: ${left.map(({ kind, name }) => `${kind} ${name}`).join(', ')} left`]),
    ...(world.experiments.holds.size === 0 ? [] : [`P3: ${world.experiments.holds.size} nodes are still held`]),
    ...(running.length === 0 ? [] : [`P1: ${running.map(({ name }) => name).join(', ')} still running`]),
    ...(said.every(({ seq }, index) => seq === index + 1) ? [] : ['P4: events are not numbered without a gap']),
    ...(verdict === null || HONEST[plan.readings]?.includes(verdict)
      ? []
      : [`P5: ${verdict} about a candidate that was ${plan.readings}`]),
  ];
};

const isPromotedOwner = (experiment: Now, owner: string | null): boolean =>
  experiment.state === 'promoted' && experiment.promotion?.deploymentId === owner;
