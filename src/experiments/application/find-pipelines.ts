import type { PipelineId, TenantId } from '../../kernel/identity.ts';
import { accept, type FieldError, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { counted } from '../../kernel/words.ts';
import { type Pipeline, publishedOf } from '../../pipelines/domain/pipeline.ts';
import type { VariantSource } from '../../pipelines/domain/render-variants.ts';
import { fieldErrorsOf, type Revision, type RevisionNumber, runsWhere } from '../../pipelines/domain/revision.ts';
import type { PipelineReference, RevisionRef } from '../../pipelines/domain/template.ts';
import { validateSettings } from '../../pipelines/domain/validation/validate-settings.ts';
import type { ExperimentSettings, VariantPipeline } from '../domain/settings.ts';

/** Pipelines that people own, for reading. */
export interface PipelineLibrary {
  load(ref: { readonly tenantId: TenantId; readonly pipelineId: PipelineId }): Promise<Pipeline | null>;
  revision(
    ref: { readonly tenantId: TenantId; readonly pipelineId: PipelineId },
    number: RevisionNumber,
  ): Promise<Revision | null>;
}

export type FindRefusal = Refusal<
  'pipeline-not-found' | 'pipeline-not-published' | 'pipeline-revision-not-found' | 'pipeline-has-findings'
>;
export type FoundPipeline = Outcome<VariantSource, FindRefusal>;

/** What each variant runs, read anew at each check: what was published then may have findings by now. */
export interface FoundPipelines {
  readonly baselinePipeline: FoundPipeline;
  readonly candidatePipeline: FoundPipeline;
}

export const findPipelines = async (
  library: PipelineLibrary,
  tenantId: TenantId,
  { baselinePipeline, candidatePipeline }: Pick<ExperimentSettings, 'baselinePipeline' | 'candidatePipeline'>,
): Promise<FoundPipelines> => {
  const [baseline, candidate] = await Promise.all([
    findPipeline(library, tenantId, baselinePipeline),
    findPipeline(library, tenantId, candidatePipeline),
  ]);
  return { baselinePipeline: baseline, candidatePipeline: candidate };
};

/** Settings with the number of every revision spelled out: what a draft says is what will run. */
export const withRevisions = <S extends ExperimentSettings>(settings: S, found: FoundPipelines): S => ({
  ...settings,
  baselinePipeline: withRevision(settings.baselinePipeline, found.baselinePipeline),
  candidatePipeline: withRevision(settings.candidatePipeline, found.candidatePipeline),
});

const withRevision = (pipeline: VariantPipeline, found: FoundPipeline): VariantPipeline =>
  'pipelineId' in pipeline && found.accepted && found.value.revision !== null
    ? { ...pipeline, revision: found.value.revision.revision }
    : pipeline;

const findPipeline = async (
  library: PipelineLibrary,
  tenantId: TenantId,
  given: VariantPipeline,
): Promise<FoundPipeline> => {
  if ('template' in given) return accept({ kind: 'template', choice: given, revision: null });
  const ref = { tenantId, pipelineId: given.pipelineId };
  const pipeline = await library.load(ref);
  if (pipeline === null) return notFound(given);
  const number = given.revision ?? publishedOf(pipeline)?.revision;
  if (number === undefined) return nothingPublished(pipeline);
  const revision = await library.revision(ref, number);
  if (revision === null) return revisionNotFound(pipeline, number);
  if (revision.published === null) return notPublished(pipeline, number);
  const findings = validateSettings(revision.yaml, runsWhere(revision.origin));
  const errors = findings.filter(({ severity }) => severity === 'error');
  return errors.length > 0 ? hasFindings(pipeline, number, errors) : accept(sourceOf(revision));
};

const sourceOf = ({ origin, pipelineId, number, yaml }: Revision): VariantSource => {
  const revision: RevisionRef = { pipelineId, revision: number };
  if (origin.kind === 'settings') {
    const { incumbent } = origin;
    return {
      kind: 'settings',
      yaml,
      revision,
      ...(incumbent === undefined ? {} : { incumbentOf: incumbent.clusterId }),
    };
  }
  const { kind, ...choice } = origin;
  return { kind, choice, revision };
};

const at = (pointer: string, code: string, message: string): readonly FieldError[] => [{ pointer, code, message }];

const notFound = ({ pipelineId }: PipelineReference) => {
  const message = `there is no pipeline ${pipelineId}; \`phoenix pipeline list\` shows those that are`;
  return refuse('pipeline-not-found', message, { pipelineId }, at('/pipeline_id', 'pipeline-not-found', message));
};

const nothingPublished = ({ id, details: { name }, latest }: Pipeline) => {
  const message = `${name} has no published revision; publish one, its newest is ${latest.number}`;
  return refuse(
    'pipeline-not-published',
    message,
    { pipelineId: id },
    at('/pipeline_id', 'pipeline-not-published', message),
  );
};

const notPublished = ({ id, details: { name } }: Pipeline, revision: number) => {
  const message = `revision ${revision} of ${name} was never published; publish it first`;
  return refuse(
    'pipeline-not-published',
    message,
    { pipelineId: id, revision },
    at('/revision', 'pipeline-not-published', message),
  );
};

const revisionNotFound = ({ id, details: { name }, latest }: Pipeline, revision: number) => {
  const message = `${name} has no revision ${revision}; its newest is ${latest.number}`;
  return refuse(
    'pipeline-revision-not-found',
    message,
    { pipelineId: id, revision },
    at('/revision', 'pipeline-revision-not-found', message),
  );
};

/** As many as anybody reads at once. */
const MOST_TOLD = 10;

const hasFindings = (
  { id, details: { name } }: Pipeline,
  revision: number,
  errors: Parameters<typeof fieldErrorsOf>[0],
) =>
  refuse(
    'pipeline-has-findings',
    `revision ${revision} of ${name} has ${counted(errors.length, 'error')} by what is known today; save and publish a mended one`,
    { pipelineId: id, revision },
    fieldErrorsOf(errors.slice(0, MOST_TOLD)).map(({ code, message, pointer }) => ({
      pointer: '/revision',
      code,
      message: `${pointer}: ${message}`,
    })),
  );
