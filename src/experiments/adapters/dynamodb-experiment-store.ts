import * as z from 'zod';
import { holdKey } from '../../clusters/domain/node-keys.ts';
import { Epoch, type TenantId } from '../../kernel/identity.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { dueAttributes, queryDue } from '../../platform/dynamodb/due.ts';
import { allOf, type Expression, expression, IS_NEW } from '../../platform/dynamodb/expression.ts';
import { itemCodec } from '../../platform/dynamodb/item.ts';
import { type Key, keyOf, padded, tenantKey } from '../../platform/dynamodb/key.ts';
import { changing, envelopesOf, eventWrites, readEventItem } from '../../platform/dynamodb/outbox.ts';
import type { Table, Write } from '../../platform/dynamodb/table.ts';
import { toWire } from '../../platform/wire.ts';
import { ObservedReadiness, Plan } from '../application/plan.ts';
import type { Change, EpochRef, ExperimentStore, ListFilter, Progress, Ref, Stored } from '../application/ports.ts';
import { type AllocatedNode, Experiment, isActive, lifeOf } from '../domain/experiment.ts';
import { nextDueAt } from '../domain/schedule.ts';
import { Look } from '../domain/verdict.ts';
import {
  leftOf,
  NO_PROGRESS,
  nameTaken,
  nodeHeld,
  stale,
  subjectOf,
  transitionOf,
} from './experiment-store-answers.ts';

/** `latestSlot` beside the look, because a condition can compare numbers only. */
const StoredProgress = z.object({
  epoch: Epoch,
  slotsMeasured: z.int(),
  latestSlot: z.int(),
  latestLook: Look.nullable(),
  blindness: z.int(),
});
const Meta = z.object({
  experiment: Experiment,
  progress: StoredProgress,
  lastSeq: z.int(),
  isDeleted: z.boolean(),
});
type Meta = z.infer<typeof Meta>;
const metaCodec = itemCodec({ type: 'experiment', schema: Meta });
const readinessCodec = itemCodec({ type: 'experiment-readiness', schema: ObservedReadiness });
const planCodec = itemCodec({ type: 'experiment-plan', schema: Plan });

interface Parts {
  readonly core: Table;
  readonly clock: Clock;
  readonly ids: Ids;
}

/**
 * Experiments in the core table: META with the state and, apart from its version, the progress of measuring; a row that
 * keeps the name unique; the plan of each epoch; a row per reserved node beside the cluster's nodes; events.
 */
export const dynamodbExperimentStore = (parts: Parts): ExperimentStore => {
  const { core, ids } = parts;

  const loadMeta = async (ref: Ref): Promise<Meta | null> => {
    const item = await core.get(metaKey(ref));
    return item === null ? null : metaCodec.decode(item);
  };

  /** A change of the progress, only while the epoch is the current one: a stale run changes nothing. */
  const updateProgress = async (ref: EpochRef, by: Expression, when: Expression): Promise<boolean> => {
    const condition = expression(`#epoch = :epoch AND ${when.text}`, { ...when.values, epoch: ref.epoch });
    const { written } = await core.write({ update: metaKey(ref), by, when: condition });
    return written;
  };

  return {
    load: async (ref) => {
      const meta = await loadMeta(ref);
      return meta === null || meta.isDeleted ? null : storedOf(meta);
    },

    create: async (draft, announcements, actor) => {
      const ref = { tenantId: draft.tenantId, experimentId: draft.id };
      const meta = { experiment: draft, progress: toProgress(NO_PROGRESS), isDeleted: false };
      const written = await core.transact(
        [
          {
            put: metaCodec.encode(
              { ...meta, lastSeq: announcements.length },
              { ...metaKey(ref), ...topLevelOf(draft), ...indexesOf(draft) },
            ),
            when: IS_NEW,
          },
          { put: { ...nameKey(draft), _type: 'experiment-name', experiment_id: draft.id }, when: IS_NEW },
          ...eventWrites(
            metaKey(ref).pk,
            envelopesOf(changing(subjectOf(draft, actor, 0), null, draft), announcements, parts),
          ),
        ],
        ids.ulid(),
      );
      if (written.written) return accept({ experiment: draft, progress: NO_PROGRESS });
      const known = await loadMeta(ref);
      return known === null || known.isDeleted ? nameTaken(draft) : accept(storedOf(known));
    },

    commit: async (change) => {
      const ref = { tenantId: change.before.tenantId, experimentId: change.before.id };
      const meta = await loadMeta(ref);
      if (meta === null || meta.isDeleted || meta.experiment.version !== change.before.version) {
        return stale(ref.experimentId, meta?.experiment.version);
      }
      const freed = change.release ? await heldNodes(core, change.after) : [];
      const reservations = change.reserve.map((node) => reserve(change.after, node));
      const written = await core.transact(
        [
          updateMeta(ref, change, meta.lastSeq + change.announcements.length),
          ...reservations,
          ...freed,
          ...(change.isDeletion ? [{ remove: nameKey(change.before) }] : []),
          ...eventWrites(
            metaKey(ref).pk,
            envelopesOf(
              changing(subjectOf(change.after, change.actor, meta.lastSeq), change.before, leftOf(change)),
              change.announcements,
              parts,
            ),
          ),
        ],
        ids.ulid(),
      );
      if (written.written) return accept(undefined);
      const isStale = written.failed.some(({ index }) => index === 0);
      const held = written.failed.find(({ index }) => index >= 1 && index <= reservations.length);
      if (isStale || held === undefined) return stale(ref.experimentId, written.failed[0]?.item?.['version']);
      return nodeHeld(change.reserve[held.index - 1]?.node ?? '', held.item?.['experiment_id']);
    },

    list: async (tenantId, filter, { limit, afterKey }) => {
      const conditions = filterOf(filter);
      const { items, nextKey } = await core.page({
        index: 'gsi1',
        pk: listPartition(tenantId),
        descending: true,
        limit,
        ...(conditions === null ? {} : { filter: conditions }),
        ...(afterKey === undefined ? {} : { afterKey }),
      });
      return { items: items.map((item) => storedOf(metaCodec.decode(item))), nextKey };
    },

    countActive: async (tenantId, clusterId) => {
      const active = await core.all({ index: 'gsi3', pk: activePartition(tenantId) });
      return active.filter(
        ({ cluster_ids: ids }) => clusterId === undefined || String(ids).split(',').includes(clusterId),
      ).length;
    },

    transitions: async (ref) => {
      const items = await core.all({ pk: metaKey(ref).pk, prefix: 'EVT#' });
      return items.map(readEventItem).flatMap(transitionOf);
    },

    keepLatestLook: async (ref, look) => {
      await updateProgress(
        ref,
        expression('SET #progress.#latest_look = :look, #progress.#latest_slot = :slot', {
          look: toWire(Look, look),
          slot: look.slot,
        }),
        expression('#progress.#latest_slot < :slot', { slot: look.slot }),
      );
    },

    recordProgress: async (ref, { slotsMeasured }) => {
      await updateProgress(
        ref,
        expression('SET #progress.#slots_measured = :slots', { slots: slotsMeasured }),
        expression('#progress.#slots_measured < :slots', { slots: slotsMeasured }),
      );
    },

    countBlindness: async (ref, change) => {
      const by =
        change === 'none'
          ? expression('SET #progress.#blindness = :none', { none: 0 })
          : expression('SET #progress.#blindness = #progress.#blindness + :one', { one: 1 });
      const isCurrent = await updateProgress(ref, by, expression('attribute_exists(#pk)'));
      if (!isCurrent) return 0;
      return (await loadMeta(ref))?.progress.blindness ?? 0;
    },

    savePlan: async (ref, plan) => {
      await core.write({ put: planCodec.encode(plan, { ...planKey(ref) }), when: IS_NEW });
    },

    plan: async (ref) => {
      const item = await core.get(planKey(ref));
      return item === null ? null : planCodec.decode(item);
    },

    saveReadiness: async (ref, observed) => {
      await core.write({ put: readinessCodec.encode(observed, { ...readinessKey(ref) }) });
    },

    readiness: async (ref) => {
      const item = await core.get(readinessKey(ref));
      return item === null ? null : readinessCodec.decode(item);
    },

    due: async (until) => {
      const items = await queryDue(core, { until });
      return items
        .map((item) => metaCodec.decode(item).experiment)
        .map(({ tenantId, id }) => ({ tenantId, experimentId: id }));
    },
  };
};

const metaKey = ({ tenantId, experimentId }: Ref): Key => ({
  pk: tenantKey(tenantId, 'EXP', experimentId),
  sk: 'META',
});
const planKey = (ref: EpochRef): Key => ({ pk: metaKey(ref).pk, sk: keyOf('E', padded(ref.epoch, 6), 'PLAN') });
const readinessKey = (ref: EpochRef): Key => ({ pk: metaKey(ref).pk, sk: keyOf('E', padded(ref.epoch, 6), 'READY') });
const listPartition = (tenantId: TenantId): string => tenantKey(tenantId, 'EXP');
const activePartition = (tenantId: TenantId): string => tenantKey(tenantId, 'EXP', 'ACTIVE');
/** Names may hold anything, a `#` too. */
const nameKey = ({ tenantId, settings }: Experiment): Key => ({
  pk: listPartition(tenantId),
  sk: keyOf('NAME', encodeURIComponent(settings.name)),
});

const toProgress = (progress: Progress): z.infer<typeof StoredProgress> => ({
  ...progress,
  latestSlot: progress.latestLook?.slot ?? -1,
});

const storedOf = ({ experiment, progress: { latestSlot: _, ...progress } }: Meta): Stored => ({ experiment, progress });

/** What conditions and filters compare. */
const topLevelOf = ({ version, epoch, settings }: Experiment) => ({
  version,
  epoch,
  // a text, because an attribute of an item is a text or a number; ids hold no comma
  cluster_ids: settings.targets.map(({ clusterId }) => clusterId).join(','),
});

/** Index attributes; one that is absent takes the experiment out of its index. */
const indexesOf = (experiment: Experiment): Readonly<Record<string, string>> => {
  const { tenantId, id, createdAt } = experiment;
  const listed = { gsi1pk: listPartition(tenantId), gsi1sk: keyOf(createdAt, id) };
  const active = isActive(experiment) ? { gsi3pk: activePartition(tenantId), gsi3sk: id } : {};
  return { ...listed, ...active, ...dueAttributes(id, nextDueAt(experiment)) };
};

const INDEX_ATTRIBUTES = ['gsi1pk', 'gsi1sk', 'gsi3pk', 'gsi3sk', 'gsi4pk', 'gsi4sk'];

/** The state, its version and where it is listed; measuring's progress stays, but for a new epoch. */
const updateMeta = (ref: Ref, { before, after, isDeletion }: Change, lastSeq: number): Write => {
  const indexes = isDeletion ? {} : indexesOf(after);
  const isNewEpoch = after.epoch !== before.epoch;
  const fresh = toProgress({ ...NO_PROGRESS, epoch: after.epoch });
  const values: Readonly<Record<string, unknown>> = {
    experiment: toWire(Experiment, after),
    version: after.version,
    epoch: after.epoch,
    last_seq: lastSeq,
    is_deleted: isDeletion,
    ...(isNewEpoch ? { progress: toWire(StoredProgress, fresh) } : {}),
    ...indexes,
  };
  const set = Object.keys(values).map((name) => `#${name} = :${name}`);
  const gone = INDEX_ATTRIBUTES.filter((name) => !(name in indexes)).map((name) => `#${name}`);
  return {
    update: metaKey(ref),
    by: expression(`SET ${set.join(', ')}${gone.length === 0 ? '' : ` REMOVE ${gone.join(', ')}`}`, values),
    when: expression('#version = :before_version AND #epoch = :before_epoch', {
      before_version: before.version,
      before_epoch: before.epoch,
    }),
  };
};

const holdOf = ({ tenantId }: Experiment, { clusterId, node }: AllocatedNode): Key => {
  const { pk, sk } = holdKey(tenantId, clusterId, node, 'metrics');
  return { pk, sk };
};

const reserve = (experiment: Experiment, node: AllocatedNode): Write => ({
  put: {
    ...holdOf(experiment, node),
    _type: 'node-hold',
    experiment_id: experiment.id,
    epoch: experiment.epoch,
  },
  when: expression('attribute_not_exists(#pk) OR #experiment_id = :mine', { mine: experiment.id }),
});

/** Frees what is ours now: what somebody else holds meanwhile is none of our business and must not fail the change. */
const heldNodes = async (core: Table, experiment: Experiment): Promise<readonly Write[]> => {
  const nodes = lifeOf(experiment)?.nodes ?? [];
  const holds = await Promise.all(nodes.map((node) => core.get(holdOf(experiment, node))));
  return holds.flatMap((hold): readonly Write[] =>
    hold === null || hold['experiment_id'] !== experiment.id
      ? []
      : [{ remove: { pk: hold.pk, sk: hold.sk }, when: expression('#experiment_id = :mine', { mine: experiment.id }) }],
  );
};

const filterOf = ({ state, verdict, clusterId }: ListFilter): Expression | null =>
  allOf([
    ...(state === undefined ? [] : [expression('#experiment.#state = :state', { state })]),
    ...(verdict === undefined ? [] : [expression('#experiment.#verdict.#verdict = :verdict', { verdict })]),
    ...(clusterId === undefined ? [] : [expression('contains(#cluster_ids, :cluster)', { cluster: clusterId })]),
  ]);
