import * as z from 'zod';
import { OperationId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';

/** Work that takes longer than a request: answered by 202 and a Location, carried out by a worker. */
export const Operation = z.object({
  id: OperationId,
  kind: z.string(),
  subject: z.string(),
  state: z.enum(['pending', 'running', 'succeeded', 'failed']),
  createdAt: Instant,
  finishedAt: Instant.nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  problem: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type Operation = z.infer<typeof Operation>;
