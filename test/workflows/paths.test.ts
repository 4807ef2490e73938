import { describe, expect, test } from 'vitest';
import type { ClusterFailure } from '../../src/clusters/application/ports.ts';
import type { JobEnd } from '../../src/clusters/domain/cluster.ts';
import { LIFECYCLE_BY_STEP } from '../../src/experiments/contract/workflow.ts';
import { isTerminal, verdictOf } from '../../src/experiments/domain/experiment.ts';
import { secondsAfter } from '../../src/kernel/instant.ts';
import { CLUSTER, T0, TENANT } from '../support/builders.ts';
import { ANNA_PRINCIPAL, makeWorld, type World, type WorldOptions } from '../support/world.ts';

// Both machines as they deploy, walked in virtual time over the real use cases: every catch, every timeout, every wait.

type Ref = Awaited<ReturnType<World['begin']>>;

const promoteWhenOffered = async (world: World, ref: Ref): Promise<void> => {
  const { version, state } = await world.now(ref);
  if (state !== 'awaiting_approval') return;
  await world.commands.promote({ experimentId: ref.experimentId, caller: ANNA_PRINCIPAL, version });
};

/** Runs to a terminal state, promoting when a promotion is offered; hours may pass. */
const runToTheEnd = async (options: WorldOptions, limitHours = 8) => {
  const world = makeWorld(options);
  const ref = await world.begin();
  const deadline = secondsAfter(T0, limitHours * 3600);
  const isOver = async (): Promise<boolean> => {
    const experiment = await world.now(ref);
    return isTerminal(experiment) && experiment.cleanup !== 'pending' && experiment.cleanup !== 'overdue';
  };
  while (!(await isOver()) && world.time.now() < deadline) {
    await world.time.advance(5);
    await promoteWhenOffered(world, ref);
  }
  const experiment = await world.now(ref);
  return { world, ref, experiment, execution: world.walkers.experiment.execution(`${ref.experimentId}-1`) };
};

const expectExactlyOneEnd = async ({ world, ref }: { world: World; ref: Ref }): Promise<void> => {
  const transitions = await world.experiments.transitions(ref);
  const ends = transitions.filter(({ to }) => to === 'promoted' || to === 'rolled_back' || to === 'ended');
  expect(ends).toHaveLength(1);
  const owners = new Set((await world.objects()).map(({ owner }) => owner));
  expect([...owners].filter((owner) => owner === ref.experimentId)).toEqual([]);
  expect([...world.experiments.holds.values()]).toEqual([]);
};

class Broken extends Error {
  override readonly name = 'SomethingOfOurs';
}
const failingAt = (broken: string, times = Number.POSITIVE_INFINITY): NonNullable<WorldOptions['around']> =>
  (() => {
    let left = times;
    return async (step, call) => {
      if (step !== broken || left <= 0) return call();
      left -= 1;
      throw new Broken(`${step} broke`);
    };
  })();

describe('a step that fails for good', () => {
  const cases = [
    ['validate', 'ended', 'error_infrastructure'],
    ['claim', 'ended', 'error_infrastructure'],
    ['plan', 'ended', 'error_infrastructure'],
    ['ask-collector', 'rolled_back', 'error_infrastructure'],
    ['apply', 'rolled_back', 'error_infrastructure'],
    ['check-applied', 'rolled_back', 'error_infrastructure'],
    ['await-ready', 'rolled_back', 'error_infrastructure'],
    ['warmup', 'rolled_back', 'error_infrastructure'],
    ['observe', 'rolled_back', 'error_infrastructure'],
    ['decide', 'rolled_back', 'error_infrastructure'],
    ['await-approval', 'rolled_back', 'promote'],
    ['begin-promotion', 'rolled_back', 'promote'],
    ['promote', 'rolled_back', 'promote'],
    ['await-promoted', 'rolled_back', 'promote'],
  ] as const;
  for (const [step, state, verdict] of cases) {
    test(`${step}: ends ${state} with ${verdict}, and nothing is left`, async () => {
      const end = await runToTheEnd({ around: failingAt(step) });
      expect(end.experiment.state).toBe(state);
      expect(verdictOf(end.experiment)?.verdict).toBe(verdict);
      expect(end.execution).toMatchObject({ status: 'SUCCEEDED' });
      expect(end.execution?.caught).toHaveLength(1);
      await expectExactlyOneEnd(end);
      expect(await end.world.objects()).toEqual([]);
    });
  }
});

describe('a step that fails twice and then works', () => {
  const steps = ['validate', 'claim', 'plan', 'ask-collector', 'apply', 'check-applied', 'await-ready', 'warmup'];
  const later = [
    'observe',
    'decide',
    'await-approval',
    'begin-promotion',
    'promote',
    'await-promoted',
    'cleanup',
    'finalise',
  ];
  for (const step of [...steps, ...later]) {
    test(`${step}: is tried again, and the winner is promoted all the same`, async () => {
      const end = await runToTheEnd({ around: failingAt(step, 2) });
      expect(end.experiment.state).toBe('promoted');
      expect(end.execution?.caught).toEqual([]);
      expect(end.execution?.retried).toHaveLength(2);
      await expectExactlyOneEnd(end);
    });
  }
});

describe('a step whose answer was lost after its work was done', () => {
  const steps = [
    'claim',
    'plan',
    'ask-collector',
    'apply',
    'warmup',
    'observe',
    'decide',
    'await-approval',
    'begin-promotion',
    'promote',
    'cleanup',
    'finalise',
  ];
  for (const step of steps) {
    test(`${step}: done twice it is done once`, async () => {
      let isLost = true;
      const end = await runToTheEnd({
        around: async (name, call) => {
          const answer = await call();
          if (name !== step || !isLost) return answer;
          isLost = false;
          throw new Broken('the answer was lost');
        },
      });
      expect(end.experiment.state).toBe('promoted');
      expect(verdictOf(end.experiment)?.verdict).toBe('promote');
      await expectExactlyOneEnd(end);
      const said = end.world.experiments.said.map(({ type }) => type);
      expect(said.filter((type) => type === 'experiment.verdict_reached')).toHaveLength(1);
    });
  }
});

describe('waits that nobody settles', () => {
  test('AwaitReady ends after its 15 min', async () => {
    const end = await runToTheEnd({ isLost: (kind) => kind === 'readiness' });
    expect(end.execution?.caught).toEqual(['AwaitReady: States.Timeout']);
    expect(end.experiment).toMatchObject({ state: 'rolled_back', verdict: { verdict: 'error_infrastructure' } });
    await expectExactlyOneEnd(end);
  });

  test('a warm-up that nobody ends is brought home by the janitor, and its machine, which may be paused for a day, changes nothing at its own end', async () => {
    const end = await runToTheEnd({ isLost: (kind) => kind === 'look' });
    expect(end.experiment).toMatchObject({ state: 'rolled_back', verdict: { verdict: 'error_infrastructure' } });
    await end.world.time.advance(27 * 3600);
    expect(end.execution?.caught).toEqual(['Warmup: States.Timeout']);
    expect(await end.world.now(end.ref)).toEqual(end.experiment);
    await expectExactlyOneEnd(end);
  });

  test('Observe without a sign of measuring is entered again, and after 2 h it is given up', async () => {
    const from = secondsAfter(T0, 60);
    const end = await runToTheEnd({ isLost: (kind, at) => kind === 'look' && at > from });
    expect(end.execution?.caught).toEqual(Array.from({ length: 8 }, () => 'Observe: States.HeartbeatTimeout'));
    expect(end.experiment).toMatchObject({ state: 'rolled_back', verdict: { verdict: 'error_infrastructure' } });
    expect(verdictOf(end.experiment)?.sentence).toContain('nothing was measured for 2 h');
    await expectExactlyOneEnd(end);
  });

  test('half an hour without measuring is survived, and every slot is made up for', async () => {
    const [from, until] = [secondsAfter(T0, 60), secondsAfter(T0, 60 + 1800)];
    const end = await runToTheEnd({ isLost: (kind, at) => kind === 'look' && at > from && at < until });
    expect(end.execution?.caught).toEqual(['Observe: States.HeartbeatTimeout', 'Observe: States.HeartbeatTimeout']);
    expect(end.experiment.state).toBe('promoted');
    const samples = await end.world.samples.list(end.ref.tenantId, end.ref.experimentId, end.experiment.epoch);
    const planned = samples.filter(({ phase }) => phase !== 'watched');
    expect(planned.map(({ slot }) => slot)).toEqual(Array.from({ length: 13 }, (_, slot) => slot));
  });

  test('AwaitPromoted ends after its 15 min, and what was promoted goes, too', async () => {
    let isPromoting = false;
    const end = await runToTheEnd({
      around: (step, call) => {
        isPromoting ||= step === 'promote';
        return call();
      },
      isLost: (kind) => kind === 'readiness' && isPromoting,
    });
    expect(end.execution?.caught).toEqual(['AwaitPromoted: States.Timeout']);
    expect(end.experiment).toMatchObject({ state: 'rolled_back', verdict: { verdict: 'promote' } });
    expect(await end.world.objects()).toEqual([]);
    await expectExactlyOneEnd(end);
  });

  test('AwaitApproval ends after 73 h even when nothing ticks any more', async () => {
    const world = makeWorld({ isLost: (kind, at) => kind === 'look' && at > secondsAfter(T0, 600) });
    const ref = await world.begin();
    await world.time.advance(74 * 3600);
    expect(await world.now(ref)).toMatchObject({ state: 'ended', verdict: { verdict: 'promote' }, cleanup: 'done' });
    expect(world.walkers.experiment.execution(`${ref.experimentId}-1`)?.caught).toEqual([
      'AwaitApproval: States.Timeout',
    ]);
  });
});

describe('the cluster is away', () => {
  const REFUSED = 'the cluster does not answer: connect ECONNREFUSED 127.0.0.1:6443';
  const away: ClusterFailure = { code: 'cluster-unreachable', message: REFUSED, facts: {} };

  test('before anything is there: it ends as our failure, which names the cluster and what came back', async () => {
    const world = makeWorld();
    world.kubernetes.setFailure(away);
    const ref = await world.begin();
    await world.time.advance(300);
    expect(await world.now(ref)).toMatchObject({
      state: 'rolling_back',
      verdict: { verdict: 'error_infrastructure', sentence: expect.stringContaining(`(eu-1: ${REFUSED})`) },
    });
    world.kubernetes.setFailure(null);
    await world.time.advance(300);
    expect(await world.now(ref)).toMatchObject({ state: 'rolled_back', cleanup: 'done' });
    expect(await world.objects()).toEqual([]);
    await expectExactlyOneEnd({ world, ref });
  });

  test('and known to be: a start is refused with what came back, and holds no node', async () => {
    const world = makeWorld();
    world.kubernetes.setFailure(away);
    await world.clusterLooks.ask(TENANT, CLUSTER);
    await world.time.advance(1);
    await expect(world.begin()).rejects.toThrow(`cluster-unreachable: eu-1: ${REFUSED}`);
    expect([...world.experiments.holds.values()]).toEqual([]);
    expect(world.executions()).toEqual([]);
  });

  test('during the cleanup: it ends owing it, is found overdue, and is cleaned once the cluster is back', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    while ((await world.now(ref)).state !== 'running') await world.time.advance(1);
    world.kubernetes.setFailure(away);
    const asked = { experimentId: ref.experimentId, caller: ANNA_PRINCIPAL, version: '*' as const, reason: 'enough' };
    world.required(await world.commands.stop(asked));
    await world.time.advance(1800);
    expect(await world.now(ref)).toMatchObject({ state: 'rolled_back', cleanup: 'pending' });
    expect([...world.experiments.holds.values()]).not.toEqual([]);
    await world.time.advance(2 * 3600);
    expect(await world.now(ref)).toMatchObject({ state: 'rolled_back', cleanup: 'overdue' });
    world.kubernetes.setFailure(null);
    await world.time.advance(3600);
    expect(await world.now(ref)).toMatchObject({ state: 'rolled_back', cleanup: 'done' });
    expect(await world.objects()).toEqual([]);
    await expectExactlyOneEnd({ world, ref });
  });

  test('during the withdrawal of a promotion: it is tried until it is gone', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    while ((await world.now(ref)).state !== 'promoted') {
      await world.time.advance(5);
      await promoteWhenOffered(world, ref);
    }
    world.kubernetes.setFailure(away);
    const { version } = await world.now(ref);
    const asked = { experimentId: ref.experimentId, caller: ANNA_PRINCIPAL, version, reason: 'a panel is empty' };
    world.required(await world.commands.rollback(asked));
    await world.time.advance(1200);
    expect((await world.now(ref)).state).toBe('rolling_back');
    world.kubernetes.setFailure(null);
    await world.time.advance(600);
    expect(await world.now(ref)).toMatchObject({ state: 'rolled_back', cleanup: 'done' });
    expect(await world.objects()).toEqual([]);
  });
});

describe('cluster and collector are asked before anything runs', () => {
  test('objects that the cluster refuses in a dry run end the experiment before a job is there', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    const name = `${ref.experimentId}-candidate`;
    world.kubernetes.put({ apiVersion: 'v1', kind: 'Service', metadata: { name } });
    while (!isTerminal(await world.now(ref))) await world.time.advance(5);
    const experiment = await world.now(ref);
    expect(experiment).toMatchObject({ state: 'rolled_back', verdict: { verdict: 'invalid_setup' } });
    expect(verdictOf(experiment)?.sentence).toContain(`Service ${name} exists and belongs to somebody else`);
    expect(await world.objects()).toEqual([]);
  });

  const SAID = 'processors::filter/cand: condition has invalid syntax: 1:48';
  const ENDS = [
    [{ is: 'refused', message: SAID }, 'invalid_setup', `eu-1: the collector does not take the candidate: ${SAID}`],
    [
      { is: 'broken', message: 'ErrImagePull' },
      'error_infrastructure',
      'the candidate could not be checked: ErrImagePull',
    ],
    [{ is: 'running', waitsFor: 'its pod' }, 'error_infrastructure', 'the collector could not be asked'],
  ] as const satisfies readonly (readonly [JobEnd, string, string])[];

  test.each(ENDS)(
    '%j ends the experiment; nothing was deployed, and nothing is left',
    async (end, verdict, sentence) => {
      const steps: string[] = [];
      const world = makeWorld({
        around: (step, call) => {
          steps.push(step);
          return call();
        },
      });
      const ref = await world.begin();
      world.kubernetes.setJobEnd(`check-${ref.experimentId}-candidate-e1`, end);
      while (!isTerminal(await world.now(ref))) await world.time.advance(5);
      const experiment = await world.now(ref);
      expect(experiment).toMatchObject({ state: 'rolled_back', verdict: { verdict } });
      expect(verdictOf(experiment)?.sentence).toContain(sentence);
      expect(steps).toContain('ask-collector');
      expect(steps).not.toContain('apply');
      expect(await world.objects()).toEqual([]);
      await expectExactlyOneEnd({ world, ref });
    },
  );
});

describe('an execution that breaks without its own ending', () => {
  test('is brought home by a recovery that enters at Compensate', async () => {
    const end = await runToTheEnd({ around: failingAt('finalise', 13) });
    const executions = end.world.walkers.experiment.executions();
    expect(executions.map(({ status }) => status)).toEqual(['FAILED', 'SUCCEEDED']);
    expect(executions[1]?.entered.slice(0, 5)).toEqual(['Begin', 'Entrance', 'Compensate', 'Cleanup', 'Finalise']);
    expect(isTerminal(end.experiment)).toBe(true);
    await expectExactlyOneEnd(end);
    expect(await end.world.objects()).toEqual([]);
  });

  test('an epoch whose start was never heard is started by the janitor', async () => {
    const world = makeWorld();
    const ref = await world.begin();
    // as if the event had been lost: the execution is not there yet, and the janitor comes first
    const { epoch } = await world.now(ref);
    expect(world.walkers.experiment.execution(`${ref.experimentId}-${epoch}`)).toBeUndefined();
    await world.runLifecycle({
      executionArn: 'x',
      status: 'ABORTED',
      input: JSON.stringify({ tenant_id: ref.tenantId, experiment_id: ref.experimentId, epoch }),
    });
    expect(world.walkers.experiment.execution(`${ref.experimentId}-${epoch}`)?.status).toBe('RUNNING');
  });
});

/** Which states of the machine call a step; checking what clusters answered happens three times. */
const STATES_BY_STEP: Readonly<Record<string, readonly string[]>> = {
  validate: ['Validate'],
  claim: ['Claim'],
  plan: ['Plan'],
  'ask-collector': ['AskCollector'],
  apply: ['Apply'],
  'check-applied': ['CheckAsked', 'CheckApplied', 'CheckPromoted'],
  'await-ready': ['AwaitReady'],
  warmup: ['Warmup'],
  observe: ['Observe'],
  decide: ['Decide'],
  'await-approval': ['AwaitApproval'],
  'begin-promotion': ['BeginPromotion'],
  promote: ['Promote'],
  'await-promoted': ['AwaitPromoted'],
  cleanup: ['Cleanup'],
  finalise: ['Finalise'],
};

test('after each state of the machine the experiment is in the lifecycle state that belongs to it', async () => {
  const found: [step: string, state: string][] = [];
  let begun: Ref | undefined;
  const world = makeWorld({
    around: async (step, call) => {
      const answer = await call();
      if (begun !== undefined) found.push([step, (await world.now(begun)).state]);
      return answer;
    },
  });
  begun = await world.begin();
  while ((await world.now(begun)).state !== 'promoted') {
    await world.time.advance(5);
    await promoteWhenOffered(world, begun);
  }
  await world.time.settle();
  for (const [step, state] of found) {
    const allowed = (STATES_BY_STEP[step] ?? []).flatMap((name) => LIFECYCLE_BY_STEP[name] ?? []);
    expect(allowed, `${step} leaves it ${state}`).toContain(state);
  }
  expect([...new Set(found.map(([step]) => step))].toSorted()).toEqual(Object.keys(STATES_BY_STEP).toSorted());
});

test('the way to Observe takes fewer than 30 states, and nothing is measured inside the machine', async () => {
  const world = makeWorld();
  const ref = await world.begin({ durationSeconds: 14 * 86_400, slotSeconds: 300, warmupSeconds: 300 });
  await world.time.advance(30);
  const execution = world.walkers.experiment.execution(`${ref.experimentId}-1`);
  // what happens inside Observe costs nothing: only entering it again after a blind quarter of an hour does
  expect(execution?.entered.at(-1)).toBe('Warmup');
  expect(execution?.entered.length).toBeLessThan(30);
  expect(execution?.events).toBeLessThan(120);
});
