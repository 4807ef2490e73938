import * as z from 'zod';
import { Actor, TenantId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import type { RouteDefinition } from './route.ts';

/** A member wanted to change something and was refused: nothing changed, and the audit log hears of it. */
export const RefusedWrite = z.object({
  tenant: TenantId,
  actor: Actor,
  at: Instant,
  /** name of the route */
  action: z.string(),
  /** the last id in the address; empty where something new was asked for */
  subject: z.string(),
  code: z.string(),
  /** HTTP status of the answer; from 500 on it is not known whether something was written */
  status: z.int(),
  message: z.string(),
  requestId: z.string(),
  traceId: z.string(),
});
export type RefusedWrite = z.infer<typeof RefusedWrite>;

/** Whether a route changes something: those routes protect themselves against doing it twice or on a stale picture. */
export const isWrite = ({ concurrency = 'none' }: Pick<RouteDefinition, 'concurrency'>): boolean =>
  concurrency !== 'none';
