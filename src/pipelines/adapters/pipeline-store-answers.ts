import { type Actor, Epoch, type PipelineId } from '../../kernel/identity.ts';
import { refuse } from '../../kernel/outcome.ts';
import { changing, type EventSubject } from '../../platform/dynamodb/outbox.ts';
import type { PipelineChange, PipelineFilter } from '../application/ports.ts';
import type { Pipeline } from '../domain/pipeline.ts';

// What the memory store and the table say alike.

/** Of whom the events of a change speak, with what it was and what it leaves. Pipelines have no epochs: always 0. */
export const subjectOf = (
  {
    before,
    after,
    actor,
    isDeletion,
  }: Pick<PipelineChange, 'after' | 'actor' | 'isDeletion'> & {
    readonly before: Pipeline | null;
  },
  lastSeq: number,
): EventSubject =>
  changing(
    {
      tenant: after.tenantId,
      source: 'pipelines',
      subject: after.id,
      epoch: Epoch.parse(0),
      actor,
      lastSeq,
    },
    before,
    isDeletion ? null : after,
  );

/** A creation as a change from nothing. */
export const creationOf = (after: Pipeline, actor: Actor) => ({ before: null, after, actor, isDeletion: false });

export const nameTaken = ({ details: { name } }: Pipeline) =>
  refuse(
    'pipeline-name-taken',
    `another pipeline is called "${name}"; choose another name, or revise that one`,
    { name },
    [{ pointer: '/name', code: 'pipeline-name-taken', message: 'another pipeline has this name' }],
  );

export const stale = (id: PipelineId, current: unknown) =>
  refuse('precondition-failed', `${id} changed meanwhile; read it again and repeat what you wanted`, {
    pipelineId: id,
    current: current ?? null,
  });

export const isListed = ({ status: is, details }: Pipeline, { status, team }: PipelineFilter): boolean =>
  (status === undefined || is === status) && (team === undefined || details.team === team);
