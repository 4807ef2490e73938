import * as z from 'zod';
import { EventEnvelope } from '../../platform/declare/event.ts';
import { RefusedWrite } from '../../platform/declare/refused-write.ts';
import type { AuditDraft } from '../domain/entry.ts';
import type { AuditLog } from './ports.ts';

/** What the audit log hears: events of changes from the bus, and refused writes from the API. */
export const Told = z.union([EventEnvelope, RefusedWrite]);
export type Told = z.infer<typeof Told>;

/** Writes what was told; told twice, it is written once. */
export const makeWriteAudit =
  ({ log }: { readonly log: AuditLog }) =>
  (told: Told): Promise<'written' | 'known'> =>
    log.append('seq' in told ? draftOfEvent(told) : draftOfRefusal(told));

/** Every change of state is told by an event, written in the same transaction as the change. */
const draftOfEvent = (event: EventEnvelope): AuditDraft => ({
  tenant: event.tenant,
  at: event.timestamp,
  actor: event.actor,
  action: event.type,
  outcome: 'done',
  code: null,
  message: null,
  subject: event.subject,
  before: event.change?.before ?? null,
  after: event.change?.after ?? null,
  requestId: event.requestId ?? null,
  traceId: event.traceId,
  origin: `event:${event.id}`,
});

const draftOfRefusal = ({ status, ...write }: RefusedWrite): AuditDraft => ({
  ...write,
  outcome: status < 500 ? 'refused' : 'failed',
  before: null,
  after: null,
  origin: `request:${write.requestId}`,
});
