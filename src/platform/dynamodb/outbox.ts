import { canonicalJson } from '../../kernel/canonical-json.ts';
import { type Actor, type Epoch, type TenantId, Ulid } from '../../kernel/identity.ts';
import { epochMsOf, type Instant } from '../../kernel/instant.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import { sha256 } from '../../kernel/system-sha256.ts';
import { type EventDraft, EventEnvelope, type StateChange } from '../declare/event.ts';
import { currentRequestId, currentTraceId } from '../run.ts';
import { fromWire, toWire } from '../wire.ts';
import { DUE_SHARDS, queryTimeIndex, timeIndex } from './due.ts';
import { expression, IS_NEW } from './expression.ts';
import type { Item } from './item.ts';
import { type Key, keyOf, padded, tenantKey } from './key.ts';
import type { Table, Update, Write } from './table.ts';

/** Of whom events speak, and how far their numbering has come; the store keeps `lastSeq` with the subject. */
export interface EventSubject {
  readonly tenant: TenantId;
  /** the context that speaks */
  readonly source: string;
  readonly subject: string;
  readonly epoch: Epoch;
  readonly actor: Actor;
  /** 0 before the first event */
  readonly lastSeq: number;
  readonly change?: StateChange;
}

/** With digests of what it was and what it is now; null where it was not there. */
export const changing = (subject: EventSubject, before: unknown, after: unknown): EventSubject => ({
  ...subject,
  change: { before: digestOf(before), after: digestOf(after) },
});

const digestOf = (thing: unknown): string | null => (thing === null ? null : sha256(canonicalJson(thing)));

/** Full events from drafts. Make them anew for each attempt: an id tells when it was tried, and the feed sorts by it. */
export const envelopesOf = (
  { lastSeq, ...about }: EventSubject,
  drafts: readonly EventDraft[],
  { clock, ids }: { readonly clock: Clock; readonly ids: Ids },
): readonly EventEnvelope[] => {
  const timestamp = clock.now();
  const requestId = currentRequestId();
  // sorted, because two ULIDs of one millisecond are in no order
  const ulids = drafts.map(() => ids.ulid()).toSorted();
  return drafts.map((draft, index) => ({
    ...about,
    ...draft,
    id: ulids[index] ?? ids.ulid(),
    seq: lastSeq + index + 1,
    timestamp,
    traceId: currentTraceId(),
    ...(requestId === undefined ? {} : { requestId }),
  }));
};

/** Puts to be written in the same transaction as the change they tell of; `subjectPk` is the partition of the subject. */
export const eventWrites = (subjectPk: string, envelopes: readonly EventEnvelope[]): readonly Write[] =>
  envelopes.map((envelope) => ({ put: eventItem(subjectPk, envelope), when: IS_NEW }));

/** Where the feed of a tenant is: gsi1, sorted by the events' ids. */
export const feedPartition = (tenant: TenantId): string => tenantKey(tenant, 'EVT');

export const readEventItem = (item: Item): EventEnvelope => EventEnvelope.parse(fromWire(EventEnvelope, item));

/** The mark that an event is on the bus; it leaves the index of the unpublished with it. */
export const markPublished = (key: Key, at: Instant): Update => ({
  update: { pk: key.pk, sk: key.sk },
  by: expression('SET #published_at = :published_at REMOVE #gsi4pk, #gsi4sk', { published_at: at }),
  when: expression('attribute_exists(#pk)'),
});

/** Events that were written until then and are still not on the bus. */
export const queryUnpublished = (table: Table, until: Instant): Promise<readonly Item[]> =>
  queryTimeIndex(table, 'UNPUB', DUE_SHARDS, until);

const KEPT_DAYS = 400;
const SEQ_DIGITS = 9;

const eventItem = (subjectPk: string, envelope: EventEnvelope): Item => ({
  ...(toWire(EventEnvelope, envelope) as Readonly<Record<string, unknown>>),
  _type: 'event',
  _schema: 1,
  pk: subjectPk,
  sk: keyOf('EVT', padded(envelope.seq, SEQ_DIGITS)),
  gsi1pk: feedPartition(envelope.tenant),
  gsi1sk: Ulid.parse(envelope.id),
  ...timeIndex('UNPUB', envelope.id, envelope.timestamp),
  expiresAt: Math.floor(epochMsOf(envelope.timestamp) / 1000) + KEPT_DAYS * 86_400,
});
