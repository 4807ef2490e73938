import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { ExperimentId } from '../../kernel/identity.ts';
import { route } from '../../platform/declare/route.ts';
import { Check, CheckId } from '../../truth/domain/check.ts';
import { Curves } from '../../truth/domain/curves.ts';
import { CheckState, TruthCounts } from '../../truth/domain/state.ts';
import { AcceptedCheck } from '../domain/experiment.ts';
import { ExperimentView } from './views.ts';

const CheckView = z.object({
  ...CheckState.shape,
  /** nobody promotes before a person accepts it by name */
  isBlocking: z.boolean(),
  accepted: AcceptedCheck.nullable(),
});

/** Whether the users' own alerts and panels answer the same on both variants. */
export const ExperimentTruth = z.object({
  sentence: z.string(),
  /** everything planned is measured and answered */
  isComplete: z.boolean(),
  counts: TruthCounts,
  /** the revisions of rule sets that are asked */
  sets: z.array(z.object({ name: z.string(), digest: z.string() })),
  items: z.array(CheckView),
});
export type ExperimentTruth = z.infer<typeof ExperimentTruth>;

const OneCheck = z.object({ experimentId: ExperimentId, checkId: CheckId });

export const experimentTruthRoutes = [
  route({
    name: 'getExperimentTruth',
    method: 'GET',
    path: '/experiments/{experimentId}/truth',
    summary: 'How each imported alert, recording and panel compares on both variants',
    permission: may('experiment:read'),
    params: z.object({ experimentId: ExperimentId }),
    status: 200,
    response: ExperimentTruth,
    refusals: [],
  }),
  route({
    name: 'getTruthCheck',
    method: 'GET',
    path: '/experiments/{experimentId}/truth/{checkId}',
    summary: 'One check with its query and the curves of both variants',
    permission: may('metrics:read'),
    params: OneCheck,
    status: 200,
    response: z.object({ ...CheckView.shape, check: Check.nullable(), curves: Curves.nullable() }),
    refusals: [],
  }),
  route({
    name: 'acceptTruthCheck',
    method: 'POST',
    path: '/experiments/{experimentId}/truth/{checkId}/accept',
    summary: 'Accept by name that a check is lost, differs or cannot be evaluated; promotion needs that of each',
    permission: may('experiment:promote'),
    concurrency: 'if-match',
    params: OneCheck,
    body: z.strictObject({ reason: z.string().trim().min(3).max(500) }),
    status: 200,
    response: ExperimentView,
    refusals: ['state-conflict'],
    example: { reason: 'nobody is called by this alert; it goes with the old dashboard' },
  }),
] as const;
