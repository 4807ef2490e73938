import { describe, expect, test } from 'vitest';
import { PipelineId, TenantId } from '../../../src/kernel/identity.ts';
import { type Instant, minutesAfter } from '../../../src/kernel/instant.ts';
import type { PipelineChange, PipelineStore } from '../../../src/pipelines/application/ports.ts';
import { evolvePipeline } from '../../../src/pipelines/domain/evolve-pipeline.ts';
import type { Pipeline, PipelineDetails } from '../../../src/pipelines/domain/pipeline.ts';
import type { PipelineEvent } from '../../../src/pipelines/domain/pipeline-changes.ts';
import type { Revision } from '../../../src/pipelines/domain/revision.ts';
import { TemplateName } from '../../../src/pipelines/domain/template.ts';
import type { EventDraft, EventEnvelope } from '../../../src/platform/declare/event.ts';
import { ANNA, T0 } from '../../support/builders.ts';

export interface PipelineBench {
  readonly store: PipelineStore;
  eventsOf(pipeline: Pipeline): Promise<readonly EventEnvelope[]>;
}

const said = (type: string): EventDraft => ({ type, schemaVersion: 1, severity: 'info', data: { name: 'web' } });

const revision = (pipelineId: PipelineId, number: number, change: Partial<Revision> = {}): Revision => ({
  pipelineId,
  number,
  origin: {
    kind: 'template',
    template: TemplateName.parse('top-k'),
    version: '1.0.0',
    parameters: { cpu_threshold_ratio: 0.01, pinned_processes: ['nginx'], someName: 'stays' },
  },
  signals: ['metrics'],
  sha256: 'a'.repeat(64),
  errors: 1,
  warnings: 0,
  note: 'why',
  createdAt: T0,
  createdBy: ANNA,
  yaml: `# revision ${number}\nreceivers: {}\n`,
  findings: [
    {
      rule: 'no-pipeline',
      severity: 'error',
      pointer: '/service',
      line: 1,
      column: 1,
      message: 'none',
      fix: 'add one',
    },
  ],
  published: null,
  ...change,
});

const headOf = ({ yaml: _, findings: __, published: ___, pipelineId: ____, ...head }: Revision) => head;

let count = 0;
/** A tenant and a pipeline that no other test has. */
const draft = (change: Partial<PipelineDetails> & { readonly tenant?: string; readonly createdAt?: Instant } = {}) => {
  count += 1;
  const { tenant = `tenant-${count}`, createdAt = T0, ...details } = change;
  const id = PipelineId.parse(`pipe-${String(count).padStart(12, '0')}`);
  const first = revision(id, 1);
  const pipeline = evolvePipeline(null, {
    type: 'created',
    id,
    tenantId: TenantId.parse(tenant),
    details: {
      name: `pipeline # ${count}`,
      description: '',
      owner: 'anna@example.com',
      team: null,
      labels: { 'app.kubernetes.io/part': 'x' },
      ...details,
    },
    first: headOf(first),
    at: createdAt,
    by: ANNA,
  });
  return { pipeline, first, ref: { tenantId: pipeline.tenantId, pipelineId: id } };
};

const asked = { at: minutesAfter(T0, 1), by: ANNA };
const published = (number: number): PipelineEvent => ({ type: 'published', revision: number, ...asked });

/** Behaviour of the store of pipelines that every adapter keeps. */
export const describePipelineStore = (bench: () => PipelineBench): void => {
  const change = (before: Pipeline, event: PipelineEvent, more: Partial<PipelineChange> = {}): PipelineChange => ({
    before,
    after: evolvePipeline(before, event),
    announcements: [said(`pipeline.${event.type}`)],
    actor: ANNA,
    revision: null,
    publishes: null,
    isDeletion: event.type === 'deleted',
    ...more,
  });
  const made = async (given: Parameters<typeof draft>[0] = {}) => {
    const wanted = draft(given);
    await bench().store.create(wanted.pipeline, wanted.first, [said('pipeline.created')], ANNA);
    return wanted;
  };
  const revise = async (before: Pipeline, number: number) => {
    const next = revision(before.id, number);
    const wanted = change(before, { type: 'revised', revision: headOf(next), ...asked }, { revision: next });
    await bench().store.commit(wanted);
    return wanted.after;
  };

  describe('drafts', () => {
    test('are read back as they were made, first revision and event with them', async () => {
      const { store, eventsOf } = bench();
      const { pipeline, first, ref } = draft();
      expect(await store.create(pipeline, first, [said('pipeline.created')], ANNA)).toEqual({
        accepted: true,
        value: pipeline,
      });
      expect(await store.load(ref)).toEqual(pipeline);
      expect(await store.revision(ref, 1)).toEqual(first);
      expect(await eventsOf(pipeline)).toMatchObject([
        {
          type: 'pipeline.created',
          source: 'pipelines',
          subject: pipeline.id,
          seq: 1,
          actor: ANNA,
          epoch: 0,
          change: { before: null, after: expect.stringMatching(/^[0-9a-f]{64}$/) },
        },
      ]);
    });

    test('made again by the same id they are there already', async () => {
      const { store, eventsOf } = bench();
      const { pipeline, first } = await made();
      const again = await store.create(pipeline, first, [said('pipeline.created')], ANNA);
      expect(again).toEqual({ accepted: true, value: pipeline });
      expect(await eventsOf(pipeline)).toHaveLength(1);
    });

    test('have a name that nobody else of the tenant has', async () => {
      const { store } = bench();
      const { pipeline } = await made({ name: 'taken # by me' });
      const other = draft({ name: 'taken # by me', tenant: pipeline.tenantId });
      expect(await store.create(other.pipeline, other.first, [], ANNA)).toMatchObject({
        accepted: false,
        refusal: { code: 'pipeline-name-taken' },
      });
      expect(await store.load(other.ref)).toBeNull();
      const elsewhere = draft({ name: 'taken # by me' });
      expect(await store.create(elsewhere.pipeline, elsewhere.first, [], ANNA)).toMatchObject({ accepted: true });
    });

    test('of ten with one name exactly one is made', async () => {
      const { store } = bench();
      const tenant = draft().pipeline.tenantId;
      const all = await Promise.all(
        Array.from({ length: 10 }, () => {
          const { pipeline, first } = draft({ name: 'wanted by ten', tenant });
          return store.create(pipeline, first, [], ANNA);
        }),
      );
      expect(all.filter(({ accepted }) => accepted)).toHaveLength(1);
      expect(await store.count(tenant)).toBe(1);
    });
  });

  describe('changes', () => {
    test('bring their revision and their event, and count on without a gap', async () => {
      const { store, eventsOf } = bench();
      const { pipeline, ref } = await made();
      const second = await revise(pipeline, 2);
      await revise(second, 3);
      expect(await store.load(ref)).toMatchObject({ version: 3, latest: { number: 3 } });
      expect(await store.revision(ref, 2)).toEqual(revision(pipeline.id, 2));
      expect((await eventsOf(pipeline)).map(({ seq, type }) => [seq, type])).toEqual([
        [1, 'pipeline.created'],
        [2, 'pipeline.revised'],
        [3, 'pipeline.revised'],
      ]);
    });

    test('of a stale picture change nothing and say nothing', async () => {
      const { store, eventsOf } = bench();
      const { pipeline, ref } = await made();
      const current = await revise(pipeline, 2);
      const late = revision(pipeline.id, 2, { note: 'late' });
      expect(
        await store.commit(change(pipeline, { type: 'revised', revision: headOf(late), ...asked }, { revision: late })),
      ).toMatchObject({ accepted: false, refusal: { code: 'precondition-failed', facts: { current: 2 } } });
      expect(await store.load(ref)).toEqual(current);
      expect(await store.revision(ref, 2)).toMatchObject({ note: 'why' });
      expect(await eventsOf(pipeline)).toHaveLength(2);
    });

    test('of ten at once exactly one is made', async () => {
      const { store } = bench();
      const { pipeline, ref } = await made();
      const all = await Promise.all(Array.from({ length: 10 }, () => store.commit(change(pipeline, published(1)))));
      expect(all.filter(({ accepted }) => accepted)).toHaveLength(1);
      expect(await store.load(ref)).toMatchObject({ version: 2, status: 'published' });
    });

    test('publishing marks the revision, and what was published first stays so', async () => {
      const { store } = bench();
      const { pipeline, ref } = await made();
      const first = { number: 1, publication: { at: T0, by: ANNA } };
      const once = change(pipeline, published(1), { publishes: first });
      await store.commit(once);
      expect(await store.revision(ref, 1)).toMatchObject({ published: first.publication });
      const later = { number: 1, publication: { at: minutesAfter(T0, 9), by: ANNA } };
      await store.commit(change(once.after, published(1), { publishes: later }));
      expect(await store.revision(ref, 1)).toMatchObject({ published: first.publication });
      expect(await store.load(ref)).toMatchObject({ version: 3 });
    });

    test('a new name frees the old one, and one that is taken is refused', async () => {
      const { store } = bench();
      const { pipeline, ref } = await made({ name: 'before' });
      const tenant = pipeline.tenantId;
      await made({ name: 'taken', tenant });
      const renamed = (name: string): PipelineEvent => ({
        type: 'details-changed',
        details: { ...pipeline.details, name },
        ...asked,
      });
      expect(await store.commit(change(pipeline, renamed('taken')))).toMatchObject({
        accepted: false,
        refusal: { code: 'pipeline-name-taken', facts: { name: 'taken' } },
      });
      expect(await store.load(ref)).toEqual(pipeline);
      expect(await store.commit(change(pipeline, renamed('after')))).toMatchObject({ accepted: true });
      const next = draft({ name: 'before', tenant });
      expect(await store.create(next.pipeline, next.first, [], ANNA)).toMatchObject({ accepted: true });
    });
  });

  describe('deletion', () => {
    test('takes it out of everything and frees its name, and the event is told', async () => {
      const { store, eventsOf } = bench();
      const { pipeline, first, ref } = await made({ name: 'gone' });
      expect(await store.commit(change(pipeline, { type: 'deleted', ...asked }))).toMatchObject({ accepted: true });
      expect(await store.load(ref)).toBeNull();
      expect(await store.revision(ref, 1)).toBeNull();
      expect(await store.revisions(ref, { limit: 10 })).toEqual({ items: [], nextKey: null });
      expect(await store.count(ref.tenantId)).toBe(0);
      const [creation, deletion] = await eventsOf(pipeline);
      expect([creation?.type, deletion?.type]).toEqual(['pipeline.created', 'pipeline.deleted']);
      expect(deletion?.change).toEqual({ before: creation?.change?.after, after: null });
      const next = draft({ name: 'gone', tenant: pipeline.tenantId });
      expect(await store.create(next.pipeline, next.first, [], ANNA)).toMatchObject({ accepted: true });
      expect(await store.create(pipeline, first, [], ANNA)).toMatchObject({ accepted: false });
      expect(await store.commit(change(pipeline, published(1)))).toMatchObject({ accepted: false });
    });
  });

  describe('lists', () => {
    test('are newest first, page by page, of one tenant', async () => {
      const { store } = bench();
      const tenant = draft().pipeline.tenantId;
      const all = [];
      for (let nth = 0; nth < 5; nth += 1) all.push(await made({ tenant, createdAt: minutesAfter(T0, nth) }));
      await made();
      const ids = all.map(({ pipeline }) => pipeline.id).toReversed();
      const first = await store.list(tenant, {}, { limit: 3 });
      expect(first.items.map(({ id }) => id)).toEqual(ids.slice(0, 3));
      const second = await store.list(tenant, {}, { limit: 3, afterKey: first.nextKey ?? '' });
      expect(second.items.map(({ id }) => id)).toEqual(ids.slice(3));
      expect(second.nextKey).toBeNull();
      expect(await store.count(tenant)).toBe(5);
    });

    test('know status and team', async () => {
      const { store } = bench();
      const tenant = draft().pipeline.tenantId;
      const web = await made({ tenant, team: 'web' });
      const other = await made({ tenant, team: 'data', createdAt: minutesAfter(T0, 1) });
      await store.commit(change(web.pipeline, published(1)));
      const found = async (filter: Parameters<PipelineStore['list']>[1]) =>
        (await store.list(tenant, filter, { limit: 10 })).items.map(({ id }) => id);
      expect(await found({ status: 'published' })).toEqual([web.pipeline.id]);
      expect(await found({ status: 'draft' })).toEqual([other.pipeline.id]);
      expect(await found({ team: 'data' })).toEqual([other.pipeline.id]);
      expect(await found({ team: 'data', status: 'published' })).toEqual([]);
    });

    test('of revisions have neither text nor findings, and the tenth comes after the ninth', async () => {
      const { store } = bench();
      const { pipeline, ref } = await made();
      let current = pipeline;
      for (let number = 2; number <= 11; number += 1) current = await revise(current, number);
      const first = await store.revisions(ref, { limit: 4 });
      expect(first.items.map(({ number }) => number)).toEqual([11, 10, 9, 8]);
      const { yaml: _, findings: __, ...listed } = revision(pipeline.id, 11);
      expect(first.items[0]).toEqual(listed);
      const rest = await store.revisions(ref, { limit: 10, afterKey: first.nextKey ?? '' });
      expect(rest.items.map(({ number }) => number)).toEqual([7, 6, 5, 4, 3, 2, 1]);
      expect(rest.nextKey).toBeNull();
    });
  });

  test('settings of the largest size fit beside as many findings as are kept', async () => {
    const { store } = bench();
    const { pipeline, first, ref } = draft();
    const [finding] = first.findings;
    if (finding === undefined) throw new Error('the builder gives one');
    const large = { ...first, yaml: 'ü'.repeat(128 * 1024), findings: Array.from({ length: 100 }, () => finding) };
    await store.create(pipeline, large, [], ANNA);
    expect(await store.revision(ref, 1)).toEqual(large);
  });

  test('another tenant finds nothing under the same id', async () => {
    const { store } = bench();
    const { ref } = await made();
    const foreign = { ...ref, tenantId: TenantId.parse('globex') };
    expect(await store.load(foreign)).toBeNull();
    expect(await store.revision(foreign, 1)).toBeNull();
    expect((await store.revisions(foreign, { limit: 10 })).items).toEqual([]);
  });
};
