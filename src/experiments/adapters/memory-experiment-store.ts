import { holdKey } from '../../clusters/domain/node-keys.ts';
import { frozen } from '../../kernel/frozen.ts';
import { accept } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import type { EventEnvelope } from '../../platform/declare/event.ts';
import { changing, envelopesOf } from '../../platform/dynamodb/outbox.ts';
import type { ObservedReadiness, Plan } from '../application/plan.ts';
import type { EpochRef, ExperimentStore, Progress, Ref, Stored } from '../application/ports.ts';
import { type Experiment, isActive, lifeOf } from '../domain/experiment.ts';
import { nextDueAt } from '../domain/schedule.ts';
import {
  isListed,
  leftOf,
  NO_PROGRESS,
  nameTaken,
  nodeHeld,
  stale,
  subjectOf,
  transitionOf,
} from './experiment-store-answers.ts';

interface Row {
  experiment: Experiment;
  progress: Progress;
  lastSeq: number;
  isDeleted: boolean;
}

export interface MemoryExperimentStore extends ExperimentStore {
  /** everything that was said, in order */
  readonly said: readonly EventEnvelope[];
  /** who holds which node */
  readonly holds: ReadonlyMap<string, string>;
}

/** Experiments in memory, with the same promises as the table. `onSaid` hears what would go to the bus. */
export const memoryExperimentStore = (parts: {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly onSaid?: (event: EventEnvelope) => void;
}): MemoryExperimentStore => {
  const rows = new Map<string, Row>();
  const names = new Map<string, string>();
  const holds = new Map<string, string>();
  const plans = new Map<string, Plan>();
  const readiness = new Map<string, ObservedReadiness>();
  const said: EventEnvelope[] = [];

  const keyOf = ({ tenantId, experimentId }: Ref): string => `${tenantId}/${experimentId}`;
  const epochKey = (ref: EpochRef): string => `${keyOf(ref)}/${ref.epoch}`;
  const rowOf = (experiment: Experiment): Row | undefined =>
    rows.get(keyOf({ tenantId: experiment.tenantId, experimentId: experiment.id }));
  const nameOf = ({ tenantId, settings }: Experiment): string => `${tenantId}/${settings.name}`;
  const holdOf = (experiment: Experiment, node: { clusterId: Parameters<typeof holdKey>[1]; node: string }): string => {
    const { pk, sk } = holdKey(experiment.tenantId, node.clusterId, node.node, 'metrics');
    return `${pk}/${sk}`;
  };
  const say = (row: Row, events: readonly EventEnvelope[]): void => {
    row.lastSeq += events.length;
    said.push(...events);
    for (const event of events) parts.onSaid?.(event);
  };
  const current = (ref: EpochRef): Row | undefined => {
    const row = rows.get(keyOf(ref));
    return row !== undefined && row.experiment.epoch === ref.epoch ? row : undefined;
  };
  const toStored = (row: Row): Stored => ({ experiment: row.experiment, progress: row.progress });

  return {
    said,
    holds,
    load: async (ref) => {
      const row = rows.get(keyOf(ref));
      return row === undefined || row.isDeleted ? null : toStored(row);
    },

    create: async (draft, announcements, actor) => {
      const known = rowOf(draft);
      if (known !== undefined && !known.isDeleted) return accept(toStored(known));
      if (names.has(nameOf(draft))) return nameTaken(draft);
      const row = { experiment: frozen(draft), progress: NO_PROGRESS, lastSeq: 0, isDeleted: false };
      rows.set(keyOf({ tenantId: draft.tenantId, experimentId: draft.id }), row);
      names.set(nameOf(draft), draft.id);
      say(row, envelopesOf(changing(subjectOf(draft, actor, 0), null, draft), announcements, parts));
      return accept(toStored(row));
    },

    commit: async (change) => {
      const { before, after, announcements, actor, reserve, release, isDeletion } = change;
      const row = rowOf(before);
      if (row === undefined || row.isDeleted || row.experiment.version !== before.version) {
        return stale(before.id, row?.experiment.version);
      }
      const taken = reserve.find((node) => {
        const holder = holds.get(holdOf(after, node));
        return holder !== undefined && holder !== after.id;
      });
      if (taken !== undefined) return nodeHeld(taken.node, holds.get(holdOf(after, taken)));
      for (const node of reserve) holds.set(holdOf(after, node), after.id);
      if (release) {
        for (const node of lifeOf(after)?.nodes ?? []) {
          if (holds.get(holdOf(after, node)) === after.id) holds.delete(holdOf(after, node));
        }
      }
      if (after.epoch !== before.epoch) row.progress = { ...NO_PROGRESS, epoch: after.epoch };
      row.experiment = frozen(after);
      row.isDeleted = isDeletion;
      if (isDeletion) names.delete(nameOf(after));
      say(
        row,
        envelopesOf(changing(subjectOf(after, actor, row.lastSeq), before, leftOf(change)), announcements, parts),
      );
      return accept(undefined);
    },

    list: async (tenantId, filter, { limit, afterKey }) => {
      const all = [...rows.values()]
        .filter(({ experiment, isDeleted }) => !isDeleted && experiment.tenantId === tenantId)
        .filter(({ experiment }) => isListed(experiment, filter))
        .toSorted((a, b) => (listKey(a.experiment) < listKey(b.experiment) ? 1 : -1));
      const from = afterKey === undefined ? 0 : all.findIndex((row) => listKey(row.experiment) === afterKey) + 1;
      const items = all.slice(from, from + limit);
      const last = items.at(-1);
      const hasMore = from + limit < all.length && last !== undefined;
      return { items: items.map(toStored), nextKey: hasMore ? listKey(last.experiment) : null };
    },

    countActive: async (tenantId, clusterId) =>
      [...rows.values()].filter(
        ({ experiment }) =>
          experiment.tenantId === tenantId &&
          isActive(experiment) &&
          (clusterId === undefined || experiment.settings.targets.some((target) => target.clusterId === clusterId)),
      ).length,

    transitions: async ({ tenantId, experimentId }) =>
      said.filter((event) => event.tenant === tenantId && event.subject === experimentId).flatMap(transitionOf),

    keepLatestLook: async (ref, look) => {
      const row = current(ref);
      if (row !== undefined && look.slot > (row.progress.latestLook?.slot ?? -1)) {
        row.progress = { ...row.progress, latestLook: frozen(look) };
      }
    },

    recordProgress: async (ref, { slotsMeasured }) => {
      const row = current(ref);
      if (row !== undefined && slotsMeasured > row.progress.slotsMeasured) {
        row.progress = { ...row.progress, slotsMeasured };
      }
    },

    countBlindness: async (ref, change) => {
      const row = current(ref);
      if (row === undefined) return 0;
      const blindness = change === 'none' ? 0 : row.progress.blindness + 1;
      row.progress = { ...row.progress, blindness };
      return blindness;
    },

    savePlan: async (ref, plan) => {
      if (!plans.has(epochKey(ref))) plans.set(epochKey(ref), frozen(plan));
    },
    plan: async (ref) => plans.get(epochKey(ref)) ?? null,

    saveReadiness: async (ref, observed) => void readiness.set(epochKey(ref), frozen(observed)),
    readiness: async (ref) => readiness.get(epochKey(ref)) ?? null,

    due: async (until) =>
      [...rows.values()]
        .filter(({ isDeleted }) => !isDeleted)
        .flatMap(({ experiment }) => {
          const at = nextDueAt(experiment);
          return at !== null && at <= until ? [{ at, tenantId: experiment.tenantId, experimentId: experiment.id }] : [];
        })
        .toSorted((a, b) => (a.at < b.at ? -1 : 1))
        .map(({ tenantId, experimentId }) => ({ tenantId, experimentId })),
  };
};

const listKey = ({ createdAt, id }: Experiment): string => `${createdAt}#${id}`;
