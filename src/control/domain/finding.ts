import * as z from 'zod';
import { Instant } from '../../kernel/instant.ts';

/** What can be stuck. Each has a section of its name in docs/runbook.md. */
export const FINDING_CODES = [
  'state-overdue',
  'start-unheard',
  'stop-unheard',
  'nobody-waits',
  'cleanup-overdue',
  'node-held-by-nobody',
  'cluster-silent',
  'cluster-unseen',
  'cluster-leftovers',
  'events-unpublished',
  'events-parked',
  'dead-letters',
] as const;
export const FindingCode = z.enum(FINDING_CODES);
export type FindingCode = z.infer<typeof FindingCode>;

export const Finding = z.object({
  code: FindingCode,
  /** the experiment, cluster, node or queue that it is about */
  subject: z.string(),
  /** null: nobody wrote down when it began */
  since: Instant.nullable(),
  /** what is stuck, and what is known of why */
  sentence: z.string(),
  /** what to type next */
  command: z.string(),
});
export type Finding = z.infer<typeof Finding>;
