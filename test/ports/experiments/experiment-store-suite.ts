import { describe, expect, test } from 'vitest';
import type { ExperimentStore, LookStore, WaitStore } from '../../../src/experiments/application/ports.ts';
import type { ExperimentEvent } from '../../../src/experiments/domain/events.ts';
import { evolve } from '../../../src/experiments/domain/evolve.ts';
import type { AllocatedNode, Experiment } from '../../../src/experiments/domain/experiment.ts';
import type { NoiseHistory } from '../../../src/experiments/domain/noise-history.ts';
import type { Look } from '../../../src/experiments/domain/verdict.ts';
import { ClusterId, type Epoch, ExperimentId, TenantId } from '../../../src/kernel/identity.ts';
import { type Instant, minutesAfter, secondsAfter } from '../../../src/kernel/instant.ts';
import { NO_NEEDS } from '../../../src/pipelines/domain/template.ts';
import type { EventDraft, EventEnvelope } from '../../../src/platform/declare/event.ts';
import { ANNA, created, historyTo, settings, T0, verdict, WORKFLOW } from '../../support/builders.ts';

export interface ExperimentBench {
  readonly store: ExperimentStore;
  readonly looks: LookStore;
  readonly waits: WaitStore;
  eventsOf(experiment: Experiment): Promise<readonly EventEnvelope[]>;
}

const said = (type: string, data: object = {}): EventDraft => ({
  type,
  schemaVersion: 1,
  severity: 'info',
  data: { ...data },
});
const moved = (from: string | null, to: string) => said('experiment.state_changed', { from, to, reason: `to ${to}` });

let count = 0;
/** A tenant and a draft that no other test has. */
const draftOf = (change: { readonly name?: string; readonly tenant?: string; readonly createdAt?: Instant } = {}) => {
  count += 1;
  const digits = String(count).padStart(12, '0');
  const experiment = evolve(null, {
    ...(created({ name: change.name ?? `experiment # ${count}` }) as Extract<ExperimentEvent, { type: 'created' }>),
    id: ExperimentId.parse(`exp-${digits}`),
    tenantId: TenantId.parse(change.tenant ?? `tenant-${count}`),
    at: change.createdAt ?? T0,
  });
  return { experiment, ref: { tenantId: experiment.tenantId, experimentId: experiment.id } };
};

const nodesOf = (...names: readonly string[]): readonly AllocatedNode[] =>
  names.map((node) => ({ clusterId: ClusterId.parse('clu-00000000000a'), node }));

const started = (experiment: Experiment, nodes: readonly AllocatedNode[]): Experiment =>
  evolve(experiment, {
    type: 'started',
    epoch: (experiment.epoch + 1) as Epoch,
    nodes: [...nodes],
    remark: null,
    at: minutesAfter(T0, 1),
    by: ANNA,
  });

const look = (slot: number, change: Partial<Look> = {}): Look => ({
  epoch: 1 as Epoch,
  slot,
  at: secondsAfter(T0, slot * 10),
  sentence: `after ${slot}`,
  verdictSoFar: null,
  effects: [],
  slotsUsed: slot,
  slotsMissing: 0,
  inputHash: 'abc',
  codeVersion: 'test',
  nodeVersion: 'test',
  ...change,
});

const FLEET = {
  nodes: 12,
  strata: [
    { name: 'm5.large', populationNodes: 10, nodes: ['ip-10-0-1-7'] },
    { name: 't3.small', populationNodes: 2, nodes: [] },
  ],
};

const HISTORY: NoiseHistory = {
  experimentId: ExperimentId.parse('exp-00000000000b'),
  name: 'an earlier one',
  kind: 'same_pipelines',
  slots: 3,
  series: { exported_points: { baseline: [1000.125, null, 0.1 + 0.2], candidate: [140, 141, 1 / 3] } },
};

/** Behaviour of the stores of experiments that every adapter keeps. */
export const describeExperimentStore = (bench: () => ExperimentBench): void => {
  const change = (
    before: Experiment,
    after: Experiment,
    more: Partial<Parameters<ExperimentStore['commit']>[0]> = {},
  ) => ({
    before,
    after,
    announcements: [moved(before.state, after.state)],
    actor: ANNA,
    reserve: [],
    release: false,
    isDeletion: false,
    ...more,
  });
  const begin = async (nodes: readonly AllocatedNode[], tenant?: string) => {
    const { store } = bench();
    const { experiment, ref } = draftOf(tenant === undefined ? {} : { tenant });
    await store.create(experiment, [said('experiment.created')], ANNA);
    const running = started(experiment, nodes);
    const committed = await store.commit(change(experiment, running, { reserve: nodes }));
    return { draft: experiment, running, ref, epochRef: { ...ref, epoch: running.epoch }, committed };
  };

  describe('drafts', () => {
    test('a draft is read back as it was made, with what was said of it', async () => {
      const { store, eventsOf } = bench();
      const { experiment, ref } = draftOf();
      const made = await store.create(experiment, [said('experiment.created'), moved(null, 'draft')], ANNA);
      expect(made).toMatchObject({ accepted: true, value: { experiment } });
      expect(await store.load(ref)).toEqual({
        experiment,
        progress: { epoch: 0, slotsMeasured: 0, latestLook: null, blindness: 0 },
      });
      expect((await eventsOf(experiment)).map(({ seq, type, subject }) => [seq, type, subject])).toEqual([
        [1, 'experiment.created', experiment.id],
        [2, 'experiment.state_changed', experiment.id],
      ]);
    });

    test('made again by the same id it is there already; its name is refused to others of the tenant only', async () => {
      const { store } = bench();
      const { experiment } = draftOf({ name: 'top-k #1 / eu', tenant: 'names' });
      await store.create(experiment, [], ANNA);
      expect(await store.create(experiment, [], ANNA)).toMatchObject({ accepted: true, value: { experiment } });
      const twin = draftOf({ name: 'top-k #1 / eu', tenant: 'names' }).experiment;
      expect(await store.create(twin, [], ANNA)).toMatchObject({
        accepted: false,
        refusal: { code: 'experiment-name-taken' },
      });
      expect((await store.create({ ...twin, tenantId: TenantId.parse('elsewhere') }, [], ANNA)).accepted).toBe(true);
    });

    test('another tenant does not find it', async () => {
      const { store } = bench();
      const { experiment, ref } = draftOf();
      await store.create(experiment, [], ANNA);
      expect(await store.load({ ...ref, tenantId: TenantId.parse('somebody-else') })).toBeNull();
    });

    test('a deleted one is gone from everywhere and its name is free', async () => {
      const { store } = bench();
      const { experiment, ref } = draftOf({ name: 'short-lived', tenant: 'gone' });
      await store.create(experiment, [], ANNA);
      const deleted = evolve(experiment, { type: 'deleted', at: T0, by: ANNA });
      const committed = await store.commit(change(experiment, deleted, { isDeletion: true }));
      expect(committed.accepted).toBe(true);
      expect(await store.load(ref)).toBeNull();
      expect((await store.list(ref.tenantId, {}, { limit: 10 })).items).toEqual([]);
      expect((await store.create(draftOf({ name: 'short-lived', tenant: 'gone' }).experiment, [], ANNA)).accepted).toBe(
        true,
      );
    });
  });

  describe('changes', () => {
    test('a writer with an old version changes nothing and says nothing', async () => {
      const { store, eventsOf } = bench();
      const { draft, running, ref, committed } = await begin(nodesOf('changes-1'));
      expect(committed.accepted).toBe(true);
      const late = await store.commit(
        change(draft, started(draft, nodesOf('changes-2')), { reserve: nodesOf('changes-2') }),
      );
      expect(late).toMatchObject({ accepted: false, refusal: { code: 'precondition-failed', facts: { current: 2 } } });
      expect((await store.load(ref))?.experiment).toEqual(running);
      expect((await eventsOf(running)).map(({ seq }) => seq)).toEqual([1, 2]);
    });

    test('every state with its facts is read back as it was written', async () => {
      const { store } = bench();
      for (const state of ['running', 'deciding', 'promoted', 'rolled_back', 'ended'] as const) {
        const { experiment, ref } = draftOf();
        await store.create(experiment, [], ANNA);
        const reached = historyTo(state).slice(1).reduce<Experiment>(evolve, experiment);
        await store.commit(change(experiment, reached));
        expect((await store.load(ref))?.experiment).toEqual(reached);
      }
    });

    test('of many writers of one version exactly one wins', async () => {
      const { store } = bench();
      const { experiment, ref } = draftOf();
      await store.create(experiment, [], ANNA);
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          store.commit(change(experiment, started(experiment, nodesOf(`race-${index}`)))),
        ),
      );
      expect(results.filter(({ accepted }) => accepted)).toHaveLength(1);
      expect((await store.load(ref))?.experiment.version).toBe(2);
    });

    test('the history tells states, causes and actors in order', async () => {
      const { store } = bench();
      const { running, ref } = await begin(nodesOf('history-1'));
      const next = evolve(running, { type: 'provisioning-started', at: minutesAfter(T0, 2), by: WORKFLOW });
      await store.commit(change(running, next, { actor: WORKFLOW }));
      expect(
        (await store.transitions(ref)).map(({ from, to, cause, actor, epoch }) => [from, to, cause, actor.kind, epoch]),
      ).toEqual([
        ['draft', 'validating', 'to validating', 'user', 1],
        ['validating', 'provisioning', 'to provisioning', 'system', 1],
      ]);
    });
  });

  describe('nodes', () => {
    test('a node is reserved once, by the start that came first, and nothing of the other one is written', async () => {
      const { store } = bench();
      const first = await begin(nodesOf('held-1', 'held-2'), 'holding');
      const { experiment, ref } = draftOf({ tenant: 'holding' });
      await store.create(experiment, [], ANNA);
      const wanted = nodesOf('held-2', 'held-3');
      const refused = await store.commit(change(experiment, started(experiment, wanted), { reserve: wanted }));
      expect(refused).toMatchObject({
        accepted: false,
        refusal: { code: 'experiment-overlap-detected', facts: { nodes: ['held-2'], heldBy: first.ref.experimentId } },
      });
      expect((await store.load(ref))?.experiment.state).toBe('draft');
      const third = draftOf({ tenant: 'holding' });
      await store.create(third.experiment, [], ANNA);
      const free = nodesOf('held-3');
      expect(
        (await store.commit(change(third.experiment, started(third.experiment, free), { reserve: free }))).accepted,
      ).toBe(true);
    });

    test('its end frees them, and freeing again leaves what somebody else holds by then', async () => {
      const { store } = bench();
      const nodes = nodesOf('freed-1');
      const { running, ref } = await begin(nodes, 'freeing');
      const fallback = verdict('cancelled');
      const ended = evolve(running, {
        type: 'ended',
        verdict: fallback,
        cleanup: 'pending',
        reason: null,
        at: T0,
        by: WORKFLOW,
      });
      await store.commit(change(running, ended, { release: true }));
      const other = await begin(nodes, 'freeing');
      expect(other.committed.accepted).toBe(true);
      const again = evolve(ended, { type: 'cleanup-changed', cleanup: 'done', at: T0, by: WORKFLOW });
      expect((await store.commit(change(ended, again, { release: true }))).accepted).toBe(true);
      const third = await begin(nodes, 'freeing');
      expect(third.committed).toMatchObject({
        accepted: false,
        refusal: { facts: { heldBy: other.ref.experimentId } },
      });
      expect((await store.load(ref))?.experiment).toEqual(again);
    });
  });

  describe('measuring', () => {
    test('progress and looks leave the version alone and belong to their epoch', async () => {
      const { store, looks } = bench();
      const { running, ref, epochRef } = await begin(nodesOf('progress-1'));
      expect(await looks.record(epochRef, look(3))).toBe(true);
      expect(await looks.record(epochRef, look(3, { sentence: 'another' }))).toBe(false);
      await looks.record(epochRef, look(12));
      await looks.record(epochRef, look(4));
      await store.keepLatestLook(epochRef, look(12));
      await store.keepLatestLook(epochRef, look(4));
      await store.recordProgress(epochRef, { slotsMeasured: 5 });
      await store.recordProgress(epochRef, { slotsMeasured: 4 });
      const stale = { ...epochRef, epoch: 9 as Epoch };
      await store.keepLatestLook(stale, look(99));
      await store.recordProgress(stale, { slotsMeasured: 99 });
      expect((await looks.list(epochRef)).map(({ slot, sentence }) => `${slot} ${sentence}`)).toEqual([
        '3 after 3',
        '4 after 4',
        '12 after 12',
      ]);
      expect(await looks.list(stale)).toEqual([]);
      const stored = await store.load(ref);
      expect(stored?.experiment.version).toBe(running.version);
      expect(stored?.progress).toEqual({ epoch: 1, slotsMeasured: 5, latestLook: look(12), blindness: 0 });
    });

    test('a change of state keeps the progress, a new epoch begins without it', async () => {
      const { store } = bench();
      const { running, ref, epochRef } = await begin(nodesOf('progress-2'));
      await store.recordProgress(epochRef, { slotsMeasured: 7 });
      const ended = evolve(running, {
        type: 'ended',
        verdict: verdict('cancelled'),
        cleanup: 'done',
        reason: null,
        at: T0,
        by: WORKFLOW,
      });
      await store.commit(change(running, ended));
      expect((await store.load(ref))?.progress.slotsMeasured).toBe(7);
      const again = started(ended, nodesOf('progress-2'));
      await store.commit(change(ended, again));
      expect((await store.load(ref))?.progress).toEqual({ epoch: 2, slotsMeasured: 0, latestLook: null, blindness: 0 });
    });

    test('blindness is counted, and forgotten', async () => {
      const { store } = bench();
      const { epochRef } = await begin(nodesOf('blind-1'));
      expect(await store.countBlindness(epochRef, 'one-more')).toBe(1);
      expect(await store.countBlindness(epochRef, 'one-more')).toBe(2);
      expect(await store.countBlindness(epochRef, 'none')).toBe(0);
      expect(await store.countBlindness({ ...epochRef, epoch: 9 as Epoch }, 'one-more')).toBe(0);
    });

    test('the first plan of an epoch stays; readiness is the newest', async () => {
      const { store } = bench();
      const { epochRef } = await begin(nodesOf('plan-1'));
      expect(await store.plan(epochRef)).toBeNull();
      await store.savePlan(epochRef, { clusters: [], history: HISTORY, fleet: FLEET });
      await store.savePlan(epochRef, {
        clusters: [
          { clusterId: ClusterId.parse('clu-00000000000a'), nodes: ['other'], baseline: rendered, candidate: rendered },
        ],
        history: null,
        fleet: null,
      });
      expect(await store.plan(epochRef)).toEqual({ clusters: [], history: HISTORY, fleet: FLEET });
      const observed = (ready: number) => ({
        observedAt: secondsAfter(T0, ready),
        clusters: [
          {
            clusterId: ClusterId.parse('clu-00000000000a'),
            variants: [
              {
                variant: 'baseline',
                desired: 2,
                ready,
                nodes: [{ node: 'n', status: 'ready' as const, restarts: 0, message: null }],
              },
            ],
          },
        ],
      });
      await store.saveReadiness(epochRef, observed(1));
      await store.saveReadiness(epochRef, observed(2));
      expect(await store.readiness(epochRef)).toEqual(observed(2));
    });
  });

  describe('finding', () => {
    test('the list is newest first, in pages, with filters, and shows progress', async () => {
      const { store } = bench();
      const made = await Promise.all(
        [0, 1, 2, 3, 4].map(async (minute) => {
          const { experiment } = draftOf({ tenant: 'listing', createdAt: minutesAfter(T0, minute) });
          await store.create(experiment, [], ANNA);
          return experiment;
        }),
      );
      const second = made[1];
      if (second === undefined) throw new Error('nothing was made');
      await store.commit(change(second, started(second, nodesOf('listed-1'))));
      const tenantId = second.tenantId;
      const idsOf = (page: Awaited<ReturnType<ExperimentStore['list']>>) =>
        page.items.map(({ experiment }) => experiment.id);
      const newestFirst = made.map(({ id }) => id).toReversed();
      const first = await store.list(tenantId, {}, { limit: 3 });
      expect(idsOf(first)).toEqual(newestFirst.slice(0, 3));
      expect(first.nextKey).not.toBeNull();
      const rest = await store.list(tenantId, {}, { limit: 3, afterKey: first.nextKey ?? '' });
      expect(idsOf(rest)).toEqual(newestFirst.slice(3));
      expect(rest.nextKey).toBeNull();
      expect(idsOf(await store.list(tenantId, { state: 'validating' }, { limit: 10 }))).toEqual([second.id]);
      expect(idsOf(await store.list(tenantId, { verdict: 'promote' }, { limit: 10 }))).toEqual([]);
      const [target] = settings().targets;
      expect(idsOf(await store.list(tenantId, { clusterId: target?.clusterId }, { limit: 10 }))).toEqual(newestFirst);
      expect(
        idsOf(await store.list(tenantId, { clusterId: ClusterId.parse('clu-zzzzzzzzzzzz') }, { limit: 10 })),
      ).toEqual([]);
      expect(await store.countActive(tenantId)).toBe(1);
      expect(await store.countActive(tenantId, target?.clusterId)).toBe(1);
      expect(await store.countActive(tenantId, ClusterId.parse('clu-zzzzzzzzzzzz'))).toBe(0);
    });

    test('what is due is found over all tenants until it waits for nothing', async () => {
      const { store } = bench();
      const { experiment, ref } = draftOf({ tenant: 'due-here' });
      await store.create(experiment, [], ANNA);
      const isDue = async (until: Instant) =>
        (await store.due(until)).some(
          ({ experimentId, tenantId }) => experimentId === ref.experimentId && tenantId === ref.tenantId,
        );
      expect(await isDue(minutesAfter(T0, 10_000))).toBe(false);
      const running = historyTo('running').slice(1).reduce<Experiment>(evolve, experiment);
      await store.commit(change(experiment, running));
      // the first slot of ten seconds ends ten seconds after T0
      expect(await isDue(secondsAfter(T0, 10))).toBe(true);
      expect(await isDue(secondsAfter(T0, 9))).toBe(false);
      const over = [
        { type: 'withdrawal-started' as const, verdict: verdict('cancelled'), reason: 'stopped', at: T0, by: WORKFLOW },
        { type: 'rolled-back' as const, cleanup: 'done' as const, at: T0, by: WORKFLOW },
      ].reduce<Experiment>(evolve, running);
      await store.commit(change(running, over));
      expect(await isDue(minutesAfter(T0, 10_000))).toBe(false);
    });
  });

  describe('waits', () => {
    const ref = {
      tenantId: TenantId.parse('waiting'),
      experimentId: ExperimentId.parse('exp-0000000000ww'),
      epoch: 1 as Epoch,
    };
    const FAR = '2999-01-01T00:00:00.000Z' as Instant;

    test('a token is kept for its wait and epoch, and forgotten only by who used it', async () => {
      const { waits } = bench();
      await waits.put(ref, 'Warmup', 'first', FAR);
      await waits.put(ref, 'Warmup', 'second', FAR);
      expect(await waits.find(ref, 'Observe')).toBeNull();
      expect(await waits.find({ ...ref, epoch: 2 as Epoch }, 'Warmup')).toBeNull();
      await waits.drop(ref, 'Warmup', 'first');
      expect(await waits.find(ref, 'Warmup')).toBe('second');
      await waits.drop(ref, 'Warmup', 'second');
      expect(await waits.find(ref, 'Warmup')).toBeNull();
    });

    test('a token whose time is over is not found', async () => {
      const { waits } = bench();
      await waits.put(ref, 'AwaitReady', 'old', '2020-01-01T00:00:00.000Z' as Instant);
      expect(await waits.find(ref, 'AwaitReady')).toBeNull();
    });
  });
};

const rendered = {
  template: 'baseline' as never,
  version: '1.0.0',
  pipeline: null,
  parameters: {},
  yaml: 'x: 1\n',
  sha256: '0'.repeat(64),
  explanation: [],
  collectionIntervalSeconds: 5,
  slowestIntervalSeconds: 10,
  needs: NO_NEEDS,
};
