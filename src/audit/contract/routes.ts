import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { Instant } from '../../kernel/instant.ts';
import { PageQuery, page, route } from '../../platform/declare/route.ts';
import type { Checked } from '../domain/chain.ts';
import { AuditEntry, AuditOutcome } from '../domain/entry.ts';

export const AuditVerification = z.object({
  /** `intact` as far as it was checked */
  state: z.enum(['intact', 'broken']),
  /** entries that were checked now */
  checked: z.int(),
  /** position of the last entry that is right: ask with it as `after` to go on */
  after: z.int(),
  /** its hash; keep it to see later whether it is still there */
  hash: z.string(),
  /** whether the end of the log was reached */
  complete: z.boolean(),
  broken: z
    .object({
      position: z.int(),
      reason: z.enum(['missing', 'altered', 'unlinked', 'foreign']),
      message: z.string(),
    })
    .nullable(),
});
export type AuditVerification = z.infer<typeof AuditVerification>;

/** What is told of a stretch of the chain that was checked. */
export const verificationOf = ({
  last,
  count,
  broken,
  isComplete,
}: Checked & { readonly isComplete: boolean }): AuditVerification => ({
  state: broken === null ? 'intact' : 'broken',
  checked: count,
  after: last.position,
  hash: last.hash,
  complete: isComplete,
  broken,
});

export const AuditQuery = PageQuery.extend({
  /** id of a person, or of one of our mechanisms: `workflow`, `schedule`, `guardrail`, `janitor` */
  actor: z.string().max(128).optional(),
  /** type of an event (`experiment.started`) or name of a refused route (`startExperiment`) */
  action: z.string().max(128).optional(),
  outcome: AuditOutcome.optional(),
  /** id of the thing */
  subject: z.string().max(128).optional(),
  since: Instant.optional(),
  until: Instant.optional(),
});

export const auditRoutes = [
  route({
    name: 'listAudit',
    method: 'GET',
    path: '/audit',
    summary: 'Who did what, and what was refused to whom; newest first',
    permission: may('audit:read'),
    query: AuditQuery,
    status: 200,
    response: page(AuditEntry),
    refusals: [],
  }),
  route({
    name: 'verifyAudit',
    method: 'GET',
    path: '/audit/verify',
    summary: 'Walks the chain of hashes and names the first entry that was altered or is missing',
    permission: may('audit:read'),
    query: z.object({
      /** position of the last entry that was checked before */
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(5000).default(2000),
    }),
    status: 200,
    response: AuditVerification,
    refusals: [],
  }),
  route({
    name: 'getAuditEntry',
    method: 'GET',
    path: '/audit/{position}',
    summary: 'One entry by its number',
    permission: may('audit:read'),
    params: z.object({ position: z.coerce.number().int().min(1) }),
    status: 200,
    response: AuditEntry,
    refusals: [],
  }),
] as const;
