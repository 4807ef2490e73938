import type { Actor, PipelineId } from '../../kernel/identity.ts';
import { Epoch } from '../../kernel/identity.ts';
import { refuse } from '../../kernel/outcome.ts';
import type { EventSubject } from '../../platform/dynamodb/outbox.ts';
import type { PipelineFilter } from '../application/ports.ts';
import type { Pipeline } from '../domain/pipeline.ts';

// What the memory store and the table say alike.

/** Pipelines have no epochs: theirs is always 0. */
export const subjectOf = ({ tenantId, id }: Pipeline, actor: Actor, lastSeq: number): EventSubject => ({
  tenant: tenantId,
  source: 'pipelines',
  subject: id,
  epoch: Epoch.parse(0),
  actor,
  lastSeq,
});

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
