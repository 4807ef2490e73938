import { actorOf, type PipelineId, type Principal } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { decidePipeline, type PipelineDecision } from '../domain/decide-pipeline.ts';
import { evolvePipeline } from '../domain/evolve-pipeline.ts';
import type { Pipeline, PipelineDetails } from '../domain/pipeline.ts';
import type { PipelineCommand, PipelineEvent } from '../domain/pipeline-changes.ts';
import {
  type ComposeRefusal,
  composeRevision,
  foundToday,
  type PipelineOrigin,
  type Revision,
  type RevisionNumber,
} from '../domain/revision.ts';
import { announcementOf } from './announcements.ts';
import type { CreatePorts, Saved } from './create-pipeline.ts';
import { makeFindPipeline } from './find-pipeline.ts';

export interface Asked {
  readonly pipelineId: PipelineId;
  readonly caller: Principal;
  /** the version that the asker has seen */
  readonly version: number;
}

type DecisionRefusal = Extract<PipelineDecision, { readonly accepted: false }>['refusal'];
export type ChangeRefusal =
  | DecisionRefusal
  | Refusal<'resource-not-found' | 'precondition-failed' | 'pipeline-name-taken' | 'pipeline-revision-not-found'>;

/** Everything that is done to a pipeline that is there: load, decide, store with expectation. */
export const makeChangePipeline = ({ pipelines, clock, sha256 }: CreatePorts) => {
  const { find, revisionOf } = makeFindPipeline({ pipelines });

  const load = async ({ pipelineId, caller, version }: Asked): Promise<Outcome<Pipeline, ChangeRefusal>> => {
    const found = await find({ tenantId: caller.tenantId, pipelineId });
    return !found.accepted || found.value.version === version ? found : stale(found.value, version);
  };

  const carryOut = async (before: Pipeline, command: PipelineCommand): Promise<Outcome<Pipeline, ChangeRefusal>> => {
    const decision = decidePipeline(before, command);
    if (!decision.accepted) return decision;
    const [event] = decision.value;
    if (event === undefined) return accept(before);
    const after = evolvePipeline(before, event);
    const committed = await pipelines.commit({
      before,
      after,
      announcements: [announcementOf(before, event, after)],
      actor: command.by,
      revision: newRevision(after, event, command),
      publishes: event.type === 'published' ? publicationOf(event) : null,
      isDeletion: event.type === 'deleted',
    });
    return committed.accepted ? accept(after) : committed;
  };

  const said = ({ caller }: Asked) => ({ at: clock.now(), by: actorOf(caller) });

  return {
    revise: async (
      asked: Asked & { readonly origin: PipelineOrigin; readonly note: string },
    ): Promise<Outcome<Saved, ChangeRefusal | ComposeRefusal>> => {
      const pipeline = await load(asked);
      if (!pipeline.accepted) return pipeline;
      const content = composeRevision(asked.origin, sha256);
      if (!content.accepted) return content;
      const { note } = asked;
      const command = { type: 'revise' as const, content: content.value, note, ...said(asked) };
      const changed = await carryOut(pipeline.value, command);
      if (!changed.accepted) return changed;
      const saved = await revisionOf(changed.value, changed.value.latest.number);
      return saved.accepted ? accept({ pipeline: changed.value, revision: saved.value }) : saved;
    },

    changeDetails: async (asked: Asked & { readonly details: Partial<PipelineDetails> }) => {
      const pipeline = await load(asked);
      const { details } = asked;
      return pipeline.accepted
        ? carryOut(pipeline.value, { type: 'change-details', details, ...said(asked) })
        : pipeline;
    },

    publish: async (asked: Asked & { readonly revision?: RevisionNumber | undefined }) => {
      const pipeline = await load(asked);
      if (!pipeline.accepted) return pipeline;
      const revision = await revisionOf(pipeline.value, asked.revision ?? pipeline.value.latest.number);
      return revision.accepted
        ? carryOut(pipeline.value, { type: 'publish', revision: foundToday(revision.value), ...said(asked) })
        : revision;
    },

    deprecate: async (asked: Asked & { readonly reason: string }) => {
      const pipeline = await load(asked);
      const { reason } = asked;
      return pipeline.accepted ? carryOut(pipeline.value, { type: 'deprecate', reason, ...said(asked) }) : pipeline;
    },

    remove: async (asked: Asked) => {
      const pipeline = await load(asked);
      return pipeline.accepted ? carryOut(pipeline.value, { type: 'delete', ...said(asked) }) : pipeline;
    },
  };
};

const newRevision = (after: Pipeline, event: PipelineEvent, command: PipelineCommand): Revision | null =>
  event.type === 'revised' && command.type === 'revise'
    ? { ...event.revision, ...command.content, pipelineId: after.id, published: null }
    : null;

const publicationOf = ({ revision, at, by }: Extract<PipelineEvent, { type: 'published' }>) => ({
  number: revision,
  publication: { at, by },
});

const stale = (pipeline: Pipeline, expected: number) =>
  refuse(
    'precondition-failed',
    `it changed meanwhile: you have version ${expected}, it is ${pipeline.version} now with revision ${pipeline.latest.number}`,
    { expected, current: pipeline.version },
  );
