import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { Instant } from '../../kernel/instant.ts';
import { route } from '../../platform/declare/route.ts';
import { Finding } from '../domain/finding.ts';

export const Diagnosis = z.object({
  at: Instant,
  /** nothing was found */
  healthy: z.boolean(),
  findings: z.array(Finding),
});
export type Diagnosis = z.infer<typeof Diagnosis>;

export const controlRoutes = [
  route({
    name: 'diagnose',
    method: 'GET',
    path: '/doctor',
    summary: 'What is stuck, since when, why, and the command that helps; changes nothing',
    permission: may('experiment:stop'),
    status: 200,
    response: Diagnosis,
    refusals: [],
  }),
] as const;
