import * as z from 'zod';
import type { TenantId } from '../../kernel/identity.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { allOf, type Expression, expression, hasVersion, IS_NEW } from '../../platform/dynamodb/expression.ts';
import { itemCodec } from '../../platform/dynamodb/item.ts';
import { type Key, keyOf, padded, tenantKey } from '../../platform/dynamodb/key.ts';
import { envelopesOf, eventWrites } from '../../platform/dynamodb/outbox.ts';
import type { Table, Write } from '../../platform/dynamodb/table.ts';
import { toWire } from '../../platform/wire.ts';
import type { PipelineChange, PipelineFilter, PipelineRef, PipelineStore } from '../application/ports.ts';
import { Pipeline } from '../domain/pipeline.ts';
import { Publication, Revision, type RevisionNumber } from '../domain/revision.ts';
import { creationOf, nameTaken, stale, subjectOf } from './pipeline-store-answers.ts';

const Meta = z.object({ pipeline: Pipeline, version: z.int(), lastSeq: z.int(), isDeleted: z.boolean() });
type Meta = z.infer<typeof Meta>;
const metaCodec = itemCodec({ type: 'pipeline', schema: Meta });
const headCodec = itemCodec({ type: 'pipeline-revision', schema: Revision.omit({ yaml: true, findings: true }) });
const bodyCodec = itemCodec({ type: 'pipeline-body', schema: Revision.pick({ yaml: true, findings: true }) });

interface Parts {
  readonly table: Table;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Pipelines in the core table: META, a row that keeps the name unique, and for each revision its head and, apart from
 * it, its text, so that lists need not read what they do not show.
 */
export const dynamodbPipelineStore = (parts: Parts): PipelineStore => {
  const { table, ids } = parts;

  const loadMeta = async (ref: PipelineRef): Promise<Meta | null> => {
    const item = await table.get(metaKey(ref));
    return item === null ? null : metaCodec.decode(item);
  };
  const isThere = async (ref: PipelineRef): Promise<boolean> => (await loadMeta(ref))?.isDeleted === false;

  /** Once published stays published: the first time is kept. */
  const marksOf = async (ref: PipelineRef, publishes: PipelineChange['publishes']): Promise<readonly Write[]> => {
    if (publishes === null) return [];
    const item = await table.get(headKey(ref, publishes.number));
    if (item === null || headCodec.decode(item).published !== null) return [];
    const publication = toWire(Publication, publishes.publication);
    const by = expression('SET #published = :publication', { publication });
    return [{ update: headKey(ref, publishes.number), by }];
  };

  return {
    load: async (ref) => {
      const meta = await loadMeta(ref);
      return meta === null || meta.isDeleted ? null : meta.pipeline;
    },

    create: async (pipeline, first, announcements, actor) => {
      const ref = refOf(pipeline);
      const written = await table.transact(
        [
          { put: metaItem(pipeline, announcements.length, false), when: IS_NEW },
          nameWrite(pipeline),
          ...revisionWrites(ref, first),
          ...eventWrites(metaKey(ref).pk, envelopesOf(subjectOf(creationOf(pipeline, actor), 0), announcements, parts)),
        ],
        ids.ulid(),
      );
      if (written.written) return accept(pipeline);
      const known = await loadMeta(ref);
      return known === null || known.isDeleted ? nameTaken(pipeline) : accept(known.pipeline);
    },

    commit: async (change) => {
      const { before, after, announcements, revision, publishes, isDeletion } = change;
      const ref = refOf(before);
      const meta = await loadMeta(ref);
      if (meta === null || meta.isDeleted || meta.version !== before.version) return stale(before.id, meta?.version);
      const isRenamed = after.details.name !== before.details.name;
      const put = metaItem(after, meta.lastSeq + announcements.length, isDeletion);
      const written = await table.transact(
        [
          { put, when: hasVersion(before.version) },
          ...(isRenamed ? [nameWrite(after)] : []),
          ...(isRenamed || isDeletion ? [{ remove: nameKey(before) }] : []),
          ...(revision === null ? [] : revisionWrites(ref, revision)),
          ...(await marksOf(ref, publishes)),
          ...eventWrites(metaKey(ref).pk, envelopesOf(subjectOf(change, meta.lastSeq), announcements, parts)),
        ],
        ids.ulid(),
      );
      if (written.written) return accept(undefined);
      const isStale = written.failed.some(({ index }) => index === 0);
      return isRenamed && !isStale ? nameTaken(after) : stale(before.id, written.failed[0]?.item?.['version']);
    },

    list: async (tenantId, filter, { limit, afterKey }) => {
      const conditions = filterOf(filter);
      const { items, nextKey } = await table.page({
        ...listRange(tenantId),
        limit,
        ...(conditions === null ? {} : { filter: conditions }),
        ...(afterKey === undefined ? {} : { afterKey }),
      });
      return { items: items.map((item) => metaCodec.decode(item).pipeline), nextKey };
    },

    count: async (tenantId) => (await table.all(listRange(tenantId))).length,

    revision: async (ref, number) => {
      const [isKnown, head, body] = await Promise.all([
        isThere(ref),
        table.get(headKey(ref, number)),
        table.get(bodyKey(ref, number)),
      ]);
      return !isKnown || head === null || body === null
        ? null
        : { ...headCodec.decode(head), ...bodyCodec.decode(body) };
    },

    revisions: async (ref, { limit, afterKey }) => {
      if (!(await isThere(ref))) return { items: [], nextKey: null };
      const { items, nextKey } = await table.page({
        pk: metaKey(ref).pk,
        prefix: 'V#',
        descending: true,
        limit,
        ...(afterKey === undefined ? {} : { afterKey }),
      });
      return { items: items.map(headCodec.decode), nextKey };
    },
  };
};

const refOf = ({ tenantId, id }: Pipeline): PipelineRef => ({ tenantId, pipelineId: id });
const metaKey = ({ tenantId, pipelineId }: PipelineRef): Key => ({
  pk: tenantKey(tenantId, 'PIPE', pipelineId),
  sk: 'META',
});
const NUMBER_DIGITS = 6;
const headKey = (ref: PipelineRef, number: RevisionNumber): Key => ({
  pk: metaKey(ref).pk,
  sk: keyOf('V', padded(number, NUMBER_DIGITS)),
});
const bodyKey = (ref: PipelineRef, number: RevisionNumber): Key => ({
  pk: metaKey(ref).pk,
  sk: keyOf('BODY', padded(number, NUMBER_DIGITS)),
});
const listPartition = (tenantId: TenantId): string => tenantKey(tenantId, 'PIPE');
const listRange = (tenantId: TenantId) => ({ index: 'gsi1', pk: listPartition(tenantId), descending: true }) as const;
/** Names may hold anything, a `#` too. */
const nameKey = ({ tenantId, details }: Pipeline): Key => ({
  pk: listPartition(tenantId),
  sk: keyOf('NAME', encodeURIComponent(details.name)),
});

const nameWrite = (pipeline: Pipeline): Write => ({
  put: { ...nameKey(pipeline), _type: 'pipeline-name', pipeline_id: pipeline.id },
  when: IS_NEW,
});

const metaItem = (pipeline: Pipeline, lastSeq: number, isDeleted: boolean) =>
  metaCodec.encode(
    { pipeline, version: pipeline.version, lastSeq, isDeleted },
    {
      ...metaKey(refOf(pipeline)),
      ...(isDeleted
        ? {}
        : { gsi1pk: listPartition(pipeline.tenantId), gsi1sk: keyOf(pipeline.createdAt, pipeline.id) }),
    },
  );

const revisionWrites = (ref: PipelineRef, { yaml, findings, ...head }: Revision): readonly Write[] => [
  { put: headCodec.encode(head, headKey(ref, head.number)), when: IS_NEW },
  { put: bodyCodec.encode({ yaml, findings }, bodyKey(ref, head.number)), when: IS_NEW },
];

const filterOf = ({ status, team }: PipelineFilter): Expression | null =>
  allOf([
    ...(status === undefined ? [] : [expression('#pipeline.#status = :status', { status })]),
    ...(team === undefined ? [] : [expression('#pipeline.#details.#team = :team', { team })]),
  ]);
