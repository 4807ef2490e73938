import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { type Pipeline, publishedOf } from '../domain/pipeline.ts';
import type { Revision, RevisionNumber } from '../domain/revision.ts';
import type { PipelineRef, PipelineStore } from './ports.ts';

/** Reads what somebody names, or says what is there instead. */
export const makeFindPipeline = ({ pipelines }: { readonly pipelines: PipelineStore }) => ({
  find: async (ref: PipelineRef): Promise<Outcome<Pipeline, Refusal<'resource-not-found'>>> => {
    const pipeline = await pipelines.load(ref);
    return pipeline === null ? notFound(ref) : accept(pipeline);
  },

  revisionOf: async (
    pipeline: Pipeline,
    number: RevisionNumber,
  ): Promise<Outcome<Revision, Refusal<'pipeline-revision-not-found'>>> => {
    const revision = await pipelines.revision({ tenantId: pipeline.tenantId, pipelineId: pipeline.id }, number);
    return revision === null ? revisionNotFound(pipeline, number) : accept(revision);
  },
});

const notFound = ({ pipelineId }: PipelineRef) =>
  refuse('resource-not-found', `there is no pipeline ${pipelineId}; \`phoenix pipeline list\` shows those that are`, {
    pipelineId,
  });

const revisionNotFound = (pipeline: Pipeline, revision: RevisionNumber) =>
  refuse(
    'pipeline-revision-not-found',
    `${pipeline.details.name} has no revision ${revision}; its newest is ${pipeline.latest.number}`,
    { revision, latest: pipeline.latest.number, published: publishedOf(pipeline)?.revision ?? null },
  );
