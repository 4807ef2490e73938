import * as z from 'zod';
import { Actor, TenantId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';

/** `done` changed something, `refused` changed nothing, of `failed` it is not known. */
export const AuditOutcome = z.enum(['done', 'refused', 'failed']);
export type AuditOutcome = z.infer<typeof AuditOutcome>;

/** Number of an entry in its tenant's log, gapless from 1. */
export const Position = z.int().min(1);

/** What is written of one act before it has its place in the log. */
export const AuditDraft = z.object({
  tenant: TenantId,
  at: Instant,
  actor: Actor,
  /** type of the event, or name of the route that was refused */
  action: z.string(),
  outcome: AuditOutcome,
  /** code of the refusal; null where nothing was refused */
  code: z.string().nullable(),
  message: z.string().nullable(),
  /** the thing: an experiment, a cluster, a person; empty where something new was refused */
  subject: z.string(),
  /** SHA-256 of the thing before and after; null where it was not there, or where nothing changed */
  before: z.string().nullable(),
  after: z.string().nullable(),
  requestId: z.string().nullable(),
  traceId: z.string(),
  /** what it was written from: told twice, it is written once */
  origin: z.string(),
});
export type AuditDraft = z.infer<typeof AuditDraft>;

export const AuditEntry = AuditDraft.extend({
  position: Position,
  /** hash of the entry before; 64 zeros before the first */
  previousHash: z.string(),
  /** SHA-256 (hex) over everything else in this entry, the hash before it included */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
