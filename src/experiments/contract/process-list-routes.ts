import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { ExperimentId } from '../../kernel/identity.ts';
import { ProcessList } from '../../pipelines/domain/process-list.ts';
import { Operation } from '../../platform/declare/operation.ts';
import { route } from '../../platform/declare/route.ts';

/** Result of the operation `experiment.processes`. */
export const ProcessListResult = z.object({ list: ProcessList });

export const processListRoutes = [
  route({
    name: 'listNodeProcesses',
    method: 'POST',
    path: '/experiments/{experimentId}/process-list',
    summary:
      'Ask a worker for the processes of a node as the baseline sent them in the newest slot: what a preview can be made from',
    permission: may('metrics:read'),
    concurrency: 'idempotency-key',
    params: z.object({ experimentId: ExperimentId }),
    body: z.strictObject({
      /** absent: the first that is measured */
      node: z.string().min(1).max(253).optional(),
    }),
    status: 202,
    response: Operation,
    refusals: ['usage-not-measured', 'node-not-measured'],
    example: { node: 'node-1' },
  }),
] as const;
