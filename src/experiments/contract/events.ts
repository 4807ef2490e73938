import * as z from 'zod';
import { ExperimentId } from '../../kernel/identity.ts';
import { event } from '../../platform/declare/event.ts';
import { CheckId } from '../../truth/domain/check.ts';
import { CheckStatus } from '../../truth/domain/finding.ts';
import { CleanupState, State } from '../domain/vocabulary.ts';
import { ExperimentVerdict } from './views.ts';

const subject = { experimentId: ExperimentId };

/** What experiments say on the bus; every change of state is one of these and none is unsaid. */
export const experimentEvents = [
  event({
    type: 'experiment.created',
    schemaVersion: 1,
    summary: 'A draft was created',
    data: z.object({ ...subject, name: z.string() }),
  }),
  event({
    type: 'experiment.started',
    schemaVersion: 1,
    summary: 'An epoch begins; the workflow is to be started',
    data: z.object({ ...subject, epoch: z.int() }),
  }),
  event({
    type: 'experiment.state_changed',
    schemaVersion: 1,
    summary: 'It moved from one state to another',
    data: z.object({ ...subject, from: State.nullable(), to: State, reason: z.string() }),
  }),
  event({
    type: 'control.signal_received',
    schemaVersion: 1,
    summary: 'A person asked for something that a running workflow must hear',
    data: z.object({
      ...subject,
      signal: z.enum(['pause', 'resume', 'extend', 'stop', 'promote', 'rollback']),
      reason: z.string(),
    }),
  }),
  event({
    type: 'experiment.verdict_reached',
    schemaVersion: 1,
    summary: 'The epoch has its verdict',
    data: z.object({ ...subject, verdict: ExperimentVerdict, sentence: z.string() }),
  }),
  event({
    type: 'experiment.check_accepted',
    schemaVersion: 1,
    summary: 'A person accepted that an alert or a panel does not show the same any more',
    data: z.object({
      ...{ ...subject, state: State, checkId: CheckId, name: z.string() },
      ...{ status: CheckStatus, reason: z.string() },
    }),
  }),
  event({
    type: 'experiment.promoted',
    schemaVersion: 1,
    summary: 'The candidate is the deployed pipeline',
    data: z.object({ ...subject, deploymentId: z.string() }),
  }),
  event({
    type: 'experiment.rolled_back',
    schemaVersion: 1,
    summary: 'The candidate was withdrawn and that was verified',
    data: z.object({ ...subject, reason: z.string() }),
  }),
  event({
    type: 'experiment.completed',
    schemaVersion: 1,
    summary: 'It came to its end',
    data: z.object({ ...subject, verdict: ExperimentVerdict.nullable() }),
  }),
  event({
    type: 'experiment.failed',
    schemaVersion: 1,
    summary: 'Our own failure ended it; says nothing about the candidate',
    data: z.object({ ...subject, reason: z.string() }),
  }),
  event({
    type: 'experiment.cancelled',
    schemaVersion: 1,
    summary: 'A person stopped it',
    data: z.object({ ...subject, reason: z.string() }),
  }),
  event({
    type: 'experiment.cleanup_changed',
    schemaVersion: 1,
    summary: 'Objects that were left on a cluster are gone now, or have been there for too long',
    data: z.object({ ...subject, cleanup: CleanupState }),
  }),
  event({ type: 'experiment.deleted', schemaVersion: 1, summary: 'It was deleted', data: z.object({ ...subject }) }),
] as const;
