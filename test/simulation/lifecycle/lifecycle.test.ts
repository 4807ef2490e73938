import { describe, expect, test } from 'vitest';
import { type ExperimentIn, isTerminal } from '../../../src/experiments/domain/experiment.ts';
import { measuringEnds } from '../../../src/experiments/domain/schedule.ts';
import type { State } from '../../../src/experiments/domain/vocabulary.ts';
import { secondsBetween } from '../../../src/kernel/instant.ts';
import { T0 } from '../../support/builders.ts';
import { ANNA_PRINCIPAL, healthy, losingFrom, makeWorld, type ReadingsOf, type World } from '../../support/world.ts';

type Ref = Awaited<ReturnType<World['begin']>>;

const stop = async (world: World, ref: Ref) =>
  world.required(
    await world.commands.stop({
      experimentId: ref.experimentId,
      caller: ANNA_PRINCIPAL,
      version: '*',
      reason: 'the nodes are needed',
    }),
  );

const promote = async (world: World, ref: Ref) => {
  const { version } = await world.now(ref);
  return world.required(
    await world.commands.promote({ experimentId: ref.experimentId, caller: ANNA_PRINCIPAL, version }),
  );
};

const pause = async (world: World, ref: Ref) => {
  const { version } = await world.now(ref);
  const asked = { experimentId: ref.experimentId, caller: ANNA_PRINCIPAL, version, reason: 'an upgrade' };
  return world.required(await world.commands.pause(asked));
};

/** Lets time pass until a state is reached; the seconds it took. */
const until = async (world: World, ref: Ref, state: State, limitSeconds = 600): Promise<number> => {
  for (let seconds = 0; seconds <= limitSeconds; seconds += 0.5) {
    if ((await world.now(ref)).state === state) return seconds;
    await world.time.advance(0.5);
  }
  throw new Error(`not ${state} within ${limitSeconds} s, but ${(await world.now(ref)).state}; ${world.failures}`);
};

const nothingIsLeft = async (world: World) => {
  expect(await world.objects()).toEqual([]);
  expect([...world.experiments.holds.values()]).toEqual([]);
  expect(world.walkers.experiment.openTokens()).toEqual([]);
  expect(world.executions().map(({ status }) => status)).not.toContain('FAILED');
  expect(world.failures).toEqual([]);
};

describe('the way to a promotion', () => {
  test('an experiment runs to its verdict, is promoted by a person, and leaves exactly the winner', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    await until(world, ref, 'running');
    expect((await world.objects()).length).toBeGreaterThan(0);
    await until(world, ref, 'awaiting_approval');
    const waiting = await world.now(ref);
    expect(waiting).toMatchObject({
      verdict: { verdict: 'promote', strength: 'screening', hypotheticalBaseline: true },
    });
    const checks = 'verdict' in waiting ? waiting.verdict?.trust : null;
    expect('verdict' in waiting ? waiting.verdict?.rollOut : null).toMatchObject({
      supportsPromotion: true,
      sentence: 'All 2 nodes were measured.',
      measuredNodes: 2,
      fleetNodes: 2,
    });
    expect(checks?.map(({ outcome }) => outcome)).toEqual(['passed', 'passed', 'passed', 'passed', 'passed']);
    const primary =
      'verdict' in waiting ? waiting.verdict?.onMeasuredNodes.find(({ role }) => role === 'primary') : null;
    expect(primary?.effect).toBeCloseTo(-0.86, 2);
    await promote(world, ref);
    await until(world, ref, 'promoted');
    const promoted = await world.now(ref);
    expect(promoted).toMatchObject({ cleanup: 'done', promotion: { by: { email: 'anna@example.com' } } });
    const owners = new Set((await world.objects()).map(({ owner }) => owner));
    expect([...owners]).toEqual(['promotion' in promoted ? promoted.promotion?.deploymentId : '']);
    expect(world.failures).toEqual([]);
  });

  test('a promotion is taken back and nothing is left', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    await until(world, ref, 'awaiting_approval');
    await promote(world, ref);
    await until(world, ref, 'promoted');
    const { version } = await world.now(ref);
    const asked = { experimentId: ref.experimentId, caller: ANNA_PRINCIPAL, version, reason: 'a panel is empty' };
    world.required(await world.commands.rollback(asked));
    await until(world, ref, 'rolled_back');
    await nothingIsLeft(world);
    expect(await world.now(ref)).toMatchObject({ verdict: { verdict: 'promote' }, cleanup: 'done' });
  });

  test('without a decision it ends after 72 h, and the verdict stays', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    await until(world, ref, 'awaiting_approval');
    await world.time.advance(72 * 3600 - 5);
    expect((await world.now(ref)).state).toBe('awaiting_approval');
    await world.time.advance(120);
    expect(await world.now(ref)).toMatchObject({ state: 'ended', verdict: { verdict: 'promote' }, cleanup: 'done' });
    await nothingIsLeft(world);
  });

  test('where a screening may not promote, it ends with its verdict and says why', async () => {
    const world = makeWorld({ promoteFromScreening: false });
    const ref = await world.begin();
    await until(world, ref, 'ended');
    const ended = await world.now(ref);
    expect(ended).toMatchObject({ verdict: { verdict: 'promote', strength: 'screening' } });
    expect('reason' in ended ? ended.reason : '').toContain('less than 24 h');
    await nothingIsLeft(world);
  });

  test('the slots are each measured and looked at once, and the end is honoured to the slot', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    await until(world, ref, 'awaiting_approval');
    const all = await world.samples.list(ref.tenantId, ref.experimentId, (await world.now(ref)).epoch);
    expect(all.map(({ slot, phase }) => `${slot} ${phase}`)).toEqual([
      ...[0, 1, 2].map((slot) => `${slot} warmup`),
      ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((slot) => `${slot} measured`),
    ]);
    const looks = await world.recordedLooks.list({ ...ref, epoch: (await world.now(ref)).epoch });
    expect(looks.map(({ slot }) => slot)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect((await world.experiments.load(ref))?.progress).toMatchObject({ slotsMeasured: 10, blindness: 0 });
  });
});

describe('after the verdict the candidate stays watched', () => {
  // ten slots end after 130 s; from then on the last slot of every five minutes is measured: 42, 72, 102 ...
  const [AT_SLOT_72, SLOT_SECONDS] = [730, 10];
  const reasonOf = async (world: World, ref: Ref) => {
    const { reason } = { reason: null, ...(await world.now(ref)) };
    return reason;
  };
  const secondsSince = (world: World) => secondsBetween(T0, world.time.now());
  /** some points fail in the candidate */
  const failingFrom =
    (from: number): ReadingsOf =>
    (slot) => ({ ...healthy(slot), failed_points: [0, slot < from ? 0 : 20 + (slot % 7)] });

  test('a limit that is crossed while a person thinks withdraws it, and the verdict stays', async () => {
    const world = makeWorld({ readings: losingFrom(40) });
    const ref = await world.begin();
    await until(world, ref, 'awaiting_approval');
    await world.time.advance(AT_SLOT_72 - SLOT_SECONDS - secondsSince(world));
    expect((await world.now(ref)).state).toBe('awaiting_approval');
    await until(world, ref, 'rolled_back', 90);
    expect(await world.now(ref)).toMatchObject({ verdict: { verdict: 'promote' }, promotion: null, cleanup: 'done' });
    expect(await reasonOf(world, ref)).toBe(
      'A limit is crossed: critical processes missing on node-1, 10 min after the planned end.',
    );
    await nothingIsLeft(world);
  });

  test('harm that goes on while a person thinks is proven in the end and withdraws it', async () => {
    const world = makeWorld({ readings: failingFrom(20) });
    const ref = await world.begin();
    await until(world, ref, 'awaiting_approval');
    // before it all was quiet, so it looks like noise for half a day
    await world.time.advance(17 * 3600);
    expect(await world.now(ref)).toMatchObject({ verdict: { verdict: 'promote' }, promotion: null, cleanup: 'done' });
    expect(await reasonOf(world, ref)).toBe('Harm is proven: lost points, 12 h 15 min after the planned end.');
    await nothingIsLeft(world);
  });

  test('a limit that is crossed while it is rolled out takes the winner back, too', async () => {
    let isSlow = false;
    const world = makeWorld({ readings: losingFrom(40), isLost: (kind) => kind === 'readiness' && isSlow });
    const ref = await world.begin();
    await until(world, ref, 'awaiting_approval');
    isSlow = true;
    await promote(world, ref);
    await until(world, ref, 'promoting');
    await world.time.advance(AT_SLOT_72 - secondsSince(world));
    expect((await world.now(ref)).state).toBe('promoting');
    await until(world, ref, 'rolled_back', 120);
    expect(await reasonOf(world, ref)).toContain('A limit is crossed: critical processes missing on node-1');
    expect(await world.now(ref)).toMatchObject({ verdict: { verdict: 'promote' }, cleanup: 'done' });
    await nothingIsLeft(world);
  });

  test('what was measured afterwards is no part of what was asked', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    await until(world, ref, 'awaiting_approval');
    await world.time.advance(1000);
    expect((await world.experiments.load(ref))?.progress.slotsMeasured).toBe(10);
    const all = await world.samples.list(ref.tenantId, ref.experimentId, (await world.now(ref)).epoch);
    const slotsOf = (asked: string) => all.filter(({ phase }) => phase === asked).map(({ slot }) => slot);
    expect(slotsOf('measured')).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(slotsOf('watched')).toEqual([42, 72, 102]);
  });
});

const STOPPABLE = [
  'validating',
  'provisioning',
  'warming',
  'running',
  'paused',
  'awaiting_approval',
  'promoting',
] as const;

describe('cut short', () => {
  test('a lost critical process ends it as abort_limit at the second slot, and everything is put back', async () => {
    const world = makeWorld({ readings: losingFrom(6) });
    const ref = await world.begin();
    await until(world, ref, 'rolled_back');
    const ended = await world.now(ref);
    expect(ended).toMatchObject({ verdict: { verdict: 'abort_limit', decidedAtSlot: 7 }, cleanup: 'done' });
    await nothingIsLeft(world);
  });

  test('with no measurement at all there is no verdict about the candidate', async () => {
    const world = makeWorld({
      readings: (slot) => Object.fromEntries(Object.keys(healthy(slot)).map((metric) => [metric, null])),
    });
    const ref = await world.begin();
    await until(world, ref, 'ended');
    expect(await world.now(ref)).toMatchObject({ verdict: { verdict: 'inconclusive_no_data' } });
    await nothingIsLeft(world);
  });

  test('a candidate that collects less than the baseline cannot be compared with it', async () => {
    const world = makeWorld({ readings: (slot) => ({ ...healthy(slot), accepted_points: [1000, 750] }) });
    const ref = await world.begin();
    await until(world, ref, 'ended');
    const ended = await world.now(ref);
    expect(ended).toMatchObject({ verdict: { verdict: 'invalid_input_mismatch' }, cleanup: 'done' });
    expect('verdict' in ended ? ended.verdict?.trust[0] : null).toMatchObject({
      name: 'equal_input',
      outcome: 'failed',
    });
    await nothingIsLeft(world);
  });

  test('a collector that crashes makes the set-up invalid, in its own words', async () => {
    const world = makeWorld();
    world.kubernetes.setReadiness('candidate', 'node-2', {
      status: 'failing',
      restarts: 3,
      message: 'error decoding \'processors\': unknown type: "tpok"',
    });
    const ref = await world.begin();
    await until(world, ref, 'rolled_back');
    const ended = await world.now(ref);
    expect(ended).toMatchObject({ verdict: { verdict: 'invalid_setup' } });
    expect('verdict' in ended ? ended.verdict?.sentence : '').toContain('unknown type: "tpok"');
    await nothingIsLeft(world);
  });

  test('collectors that never become ready end as our failure within 15 min, and say which', async () => {
    const world = makeWorld();
    world.kubernetes.setReadiness('baseline', 'node-1', { status: 'starting', restarts: 0, message: null });
    const ref = await world.begin();
    await until(world, ref, 'rolled_back', 1000);
    const ended = await world.now(ref);
    expect(ended).toMatchObject({ verdict: { verdict: 'error_infrastructure' } });
    expect('verdict' in ended ? ended.verdict?.sentence : '').toContain('baseline on node-1 (eu-1) is starting');
    await nothingIsLeft(world);
  });

  for (const state of STOPPABLE) {
    test(`a stop while it is ${state} takes effect within 90 s and leaves nothing`, async () => {
      const world = makeWorld();
      if (state === 'provisioning') {
        world.kubernetes.setReadiness('baseline', 'node-1', { status: 'starting', restarts: 0, message: null });
      }
      if (state === 'promoting') {
        world.kubernetes.setReadiness('promoted', 'node-1', { status: 'starting', restarts: 0, message: null });
      }
      const ref = await world.begin();
      if (state === 'promoting') {
        await until(world, ref, 'awaiting_approval');
        await promote(world, ref);
      }
      if (state === 'paused') {
        await until(world, ref, 'running');
        await pause(world, ref);
      }
      await until(world, ref, state);
      await stop(world, ref);
      await world.time.advance(90);
      const ended = await world.now(ref);
      expect(isTerminal(ended)).toBe(true);
      expect(ended.state).toBe(state === 'validating' ? 'ended' : 'rolled_back');
      const kept = state === 'awaiting_approval' || state === 'promoting' ? 'promote' : 'cancelled';
      expect('verdict' in ended ? ended.verdict?.verdict : null).toBe(kept);
      await nothingIsLeft(world);
    });
  }
});

describe('a pause', () => {
  const resume = async (world: World, ref: Ref) => {
    const { version } = await world.now(ref);
    return world.required(
      await world.commands.resume({ experimentId: ref.experimentId, caller: ANNA_PRINCIPAL, version }),
    );
  };
  const samplesOf = async (world: World, ref: Ref) =>
    world.samples.list(ref.tenantId, ref.experimentId, (await world.now(ref)).epoch);

  test('of 2 h in the middle has no slots, costs no patience, moves the end by as much, and is told with the verdict', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    await until(world, ref, 'running');
    await world.time.advance(45);
    const before = await world.now(ref);
    const end = measuringEnds(before as ExperimentIn<'running'>);
    await pause(world, ref);
    await world.time.advance(7200);
    const whilePaused = await samplesOf(world, ref);
    expect(await world.now(ref)).toMatchObject({ state: 'paused', resumesTo: 'running' });
    await resume(world, ref);
    const { life } = (await world.now(ref)) as ExperimentIn<'running'>;
    const moved = secondsBetween(end, measuringEnds((await world.now(ref)) as ExperimentIn<'running'>));
    // the slot that it cut short begins anew
    expect(moved).toBeGreaterThanOrEqual(7200);
    expect(moved).toBeLessThan(7210);
    await until(world, ref, 'awaiting_approval');
    const samples = await samplesOf(world, ref);
    expect(samples.map(({ slot }) => slot)).toEqual(Array.from({ length: 13 }, (_, slot) => slot));
    const [paused] = life.pauses;
    expect(samples.slice(0, whilePaused.length)).toEqual(whilePaused);
    expect(samples.filter(({ endsAt }) => endsAt > (paused?.from ?? '') && endsAt < (paused?.to ?? ''))).toEqual([]);
    const decided = await world.now(ref);
    const verdict = 'verdict' in decided ? decided.verdict : null;
    expect(verdict?.verdict).toBe('promote');
    expect(verdict?.explanation.filter((line) => line.startsWith('It was paused'))).toEqual([
      'It was paused 1 time, 2 h in all: that time has no slots, counts for neither variant and moved the end by as much.',
    ]);
    expect(world.walkers.experiment.execution(`${ref.experimentId}-1`)?.caught).toEqual([]);
    expect((await world.experiments.transitions(ref)).map(({ to }) => to)).toContain('paused');
  });

  test('changes nothing in what is judged: the same slots give the same verdict with and without it', async () => {
    const verdictOfRun = async (isPaused: boolean) => {
      const world = makeWorld();
      const ref = await world.begin();
      await until(world, ref, 'running');
      await world.time.advance(33);
      if (isPaused) {
        await pause(world, ref);
        await world.time.advance(1000);
        await resume(world, ref);
      }
      await until(world, ref, 'awaiting_approval');
      const decided = await world.now(ref);
      return 'verdict' in decided ? decided.verdict?.onMeasuredNodes : null;
    };
    expect(await verdictOfRun(true)).toEqual(await verdictOfRun(false));
  });

  test('in warm-up makes it no shorter', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    await until(world, ref, 'warming');
    await pause(world, ref);
    await world.time.advance(3 * 3600);
    await resume(world, ref);
    await until(world, ref, 'awaiting_approval');
    const phases = (await samplesOf(world, ref)).map(({ phase }) => phase);
    expect(phases).toEqual([...Array(3).fill('warmup'), ...Array(10).fill('measured')]);
  });

  test('that nobody ends is cancelled after 24 h', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    await until(world, ref, 'running');
    await pause(world, ref);
    await world.time.advance(24 * 3600 - 120);
    expect((await world.now(ref)).state).toBe('paused');
    await world.time.advance(240);
    expect(await world.now(ref)).toMatchObject({
      state: 'rolled_back',
      verdict: { verdict: 'cancelled' },
      reason: 'it was paused for 24 h in all',
    });
    await nothingIsLeft(world);
  });
});

describe('everything comes twice', () => {
  test('with every message doubled there is one execution, one verdict, one sample and one look for each slot', async () => {
    const world = makeWorld({ copies: 2 });
    const ref = await world.begin();
    await until(world, ref, 'awaiting_approval');
    await promote(world, ref);
    await until(world, ref, 'promoted');
    expect(world.executions().map(({ name }) => name)).toEqual([`${ref.experimentId}-1`]);
    const said = world.experiments.said.map(({ type }) => type);
    for (const once of [
      'experiment.started',
      'experiment.verdict_reached',
      'experiment.promoted',
      'experiment.completed',
    ]) {
      expect(said.filter((type) => type === once)).toHaveLength(1);
    }
    expect(world.experiments.said.map(({ seq }) => seq)).toEqual(world.experiments.said.map((_, index) => index + 1));
    expect(world.failures).toEqual([]);
  });

  test('a draft made twice by the same request is one draft; its name is taken for others', async () => {
    const world = makeWorld();
    const { create, required } = world;
    const { experimentId } = await world.begin();
    const { settings } = await import('../../support/builders.ts');
    const again = await create({ settings: settings(), caller: ANNA_PRINCIPAL, idempotencyKey: 'first' });
    expect(required(again).experiment.id).toBe(experimentId);
    const other = await create({ settings: settings(), caller: ANNA_PRINCIPAL, idempotencyKey: 'second' });
    expect(other.accepted ? null : other.refusal.code).toBe('experiment-name-taken');
  });

  test('a second experiment on the same nodes is refused while the first holds them, and may start afterwards', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    const { settings } = await import('../../support/builders.ts');
    const second = world.required(
      await world.create({
        settings: settings({ name: 'another one' }),
        caller: ANNA_PRINCIPAL,
        idempotencyKey: 'two',
      }),
    ).experiment;
    const tryStart = () =>
      world.start({ experimentId: second.id, version: second.version, caller: ANNA_PRINCIPAL, as: 'start' });
    const refused = await tryStart();
    expect(refused.accepted ? null : refused.refusal).toMatchObject({
      code: 'experiment-overlap-detected',
      facts: { heldBy: ref.experimentId, severity: 'blocking' },
    });
    await stop(world, ref);
    await until(world, ref, 'ended');
    expect((await tryStart()).accepted).toBe(true);
  });
});
