import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import { envelopesOf } from '../../platform/dynamodb/outbox.ts';
import type { PipelineRef, PipelineStore } from '../application/ports.ts';
import type { Pipeline } from '../domain/pipeline.ts';
import type { Revision } from '../domain/revision.ts';
import { creationOf, isListed, nameTaken, stale, subjectOf } from './pipeline-store-answers.ts';

interface Row {
  pipeline: Pipeline;
  /** oldest first */
  revisions: readonly Revision[];
  lastSeq: number;
  isDeleted: boolean;
}

export interface MemoryPipelineStore extends PipelineStore {
  /** everything that was said, in order */
  readonly said: readonly EventEnvelope[];
}

/** Pipelines in memory, with the same promises as the table. */
export const memoryPipelineStore = (parts: { readonly clock: Clock; readonly ids: Ids }): MemoryPipelineStore => {
  const rows = new Map<string, Row>();
  const said: EventEnvelope[] = [];

  const keyOf = ({ tenantId, pipelineId }: PipelineRef): string => `${tenantId}/${pipelineId}`;
  const rowOf = ({ tenantId, id }: Pipeline): Row | undefined => rows.get(keyOf({ tenantId, pipelineId: id }));
  const find = (ref: PipelineRef): Row | undefined => {
    const row = rows.get(keyOf(ref));
    return row === undefined || row.isDeleted ? undefined : row;
  };
  const listed = (tenantId: Pipeline['tenantId']): readonly Row[] =>
    [...rows.values()].filter(({ pipeline, isDeleted }) => !isDeleted && pipeline.tenantId === tenantId);
  const isNameTaken = ({ id, tenantId, details }: Pipeline): boolean =>
    listed(tenantId).some(({ pipeline }) => pipeline.id !== id && pipeline.details.name === details.name);
  const say = (row: Row, events: readonly EventEnvelope[]): void => {
    row.lastSeq += events.length;
    said.push(...events);
  };

  return {
    said,

    load: async (ref) => structuredClone(find(ref)?.pipeline ?? null),

    create: async (pipeline, first, announcements, actor) => {
      const known = rowOf(pipeline);
      if (known !== undefined) return known.isDeleted ? nameTaken(pipeline) : accept(structuredClone(known.pipeline));
      if (isNameTaken(pipeline)) return nameTaken(pipeline);
      const row = structuredClone({ pipeline, revisions: [first], lastSeq: 0, isDeleted: false });
      rows.set(keyOf({ tenantId: pipeline.tenantId, pipelineId: pipeline.id }), row);
      say(row, envelopesOf(subjectOf(creationOf(pipeline, actor), 0), announcements, parts));
      return accept(structuredClone(pipeline));
    },

    commit: async (change) => {
      const { before, after, announcements, revision, publishes, isDeletion } = change;
      const row = rowOf(before);
      if (row === undefined || row.isDeleted || row.pipeline.version !== before.version) {
        return stale(before.id, row?.pipeline.version);
      }
      if (isNameTaken(after)) return nameTaken(after);
      row.pipeline = structuredClone(after);
      row.isDeleted = isDeletion;
      row.revisions = structuredClone([...row.revisions, ...(revision === null ? [] : [revision])]).map((each) =>
        each.number === publishes?.number && each.published === null
          ? { ...each, published: publishes.publication }
          : each,
      );
      say(row, envelopesOf(subjectOf(change, row.lastSeq), announcements, parts));
      return accept(undefined);
    },

    list: async (tenantId, filter, range) => {
      const all = listed(tenantId)
        .map(({ pipeline }) => pipeline)
        .filter((pipeline) => isListed(pipeline, filter))
        .toSorted((a, b) => (listKey(a) < listKey(b) ? 1 : -1));
      return pageOf(all, listKey, range);
    },

    count: async (tenantId) => listed(tenantId).length,

    revision: async (ref, number) =>
      structuredClone(find(ref)?.revisions.find((revision) => revision.number === number) ?? null),

    revisions: async (ref, range) => {
      const { items, nextKey } = pageOf(
        (find(ref)?.revisions ?? []).toReversed(),
        ({ number }) => String(number),
        range,
      );
      return { items: items.map(({ yaml: _, findings: __, ...head }) => head), nextKey };
    },
  };
};

const listKey = ({ createdAt, id }: Pipeline): string => `${createdAt}#${id}`;

const pageOf = <T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { limit, afterKey }: { readonly limit: number; readonly afterKey?: string | undefined },
) => {
  const from = afterKey === undefined ? 0 : all.findIndex((item) => keyOf(item) === afterKey) + 1;
  const items = structuredClone(all.slice(from, from + limit));
  const last = items.at(-1);
  return { items, nextKey: last !== undefined && from + limit < all.length ? keyOf(last) : null };
};
