import { type May, mayWith } from '../../access/domain/permissions.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { counted } from '../../kernel/words.ts';
import { MAXIMUM_REVISIONS, type Pipeline, type PipelineStatus, publishedOf } from './pipeline.ts';
import type { PipelineCommand, PipelineCommandName, PipelineEvent } from './pipeline-changes.ts';
import { fieldErrorsOf, type KeptOrigin, type Revision, type RevisionContent, type RevisionHead } from './revision.ts';
import type { Finding } from './validation/finding.ts';

export type PipelineDecision = Outcome<
  readonly PipelineEvent[],
  Refusal<'state-conflict' | 'pipeline-invalid-config' | 'pipeline-quota-exceeded'>
>;

/** What a command leads to, or why it does not. Asked twice it is accepted twice and happens once. */
export const decidePipeline = (pipeline: Pipeline, command: PipelineCommand): PipelineDecision => {
  const said = { at: command.at, by: command.by };
  if (!allowedPipelineCommands(pipeline).includes(command.type)) return notAllowed(pipeline, command.type);
  switch (command.type) {
    case 'change-details': {
      const details = { ...pipeline.details, ...command.details };
      return accept(isSame(details, pipeline.details) ? [] : [{ type: 'details-changed', details, ...said }]);
    }
    case 'revise': {
      const { content, note } = command;
      if (isSame(facts(content), facts(pipeline.latest))) return accept([]);
      const number = pipeline.latest.number + 1;
      if (number > MAXIMUM_REVISIONS) return tooManyRevisions(pipeline);
      return accept([{ type: 'revised', revision: headOf(content, number, note, command), ...said }]);
    }
    case 'publish': {
      const { revision } = command;
      if (revision.errors > 0) return refuseFindings(revision);
      const isPublished = pipeline.status === 'published' && publishedOf(pipeline)?.revision === revision.number;
      return accept(isPublished ? [] : [{ type: 'published', revision: revision.number, ...said }]);
    }
    case 'deprecate':
      return accept(pipeline.status === 'deprecated' ? [] : [{ type: 'deprecated', reason: command.reason, ...said }]);
    case 'delete':
      return accept([{ type: 'deleted', ...said }]);
  }
};

/** What a person may ask in this status: the same answer for the API that enforces it and the button that offers it. */
export const allowedPipelineCommands = ({ status }: Pick<Pipeline, 'status'>): readonly PipelineCommandName[] => {
  switch (status) {
    case 'draft':
      return ['change-details', 'revise', 'publish', 'deprecate', 'delete'];
    case 'published':
      return ['change-details', 'revise', 'publish', 'deprecate'];
    case 'deprecated':
      return ['change-details', 'publish', 'deprecate', 'delete'];
  }
};

/** What a view tells about itself; enough to decide about a button. */
interface Offered {
  readonly status: PipelineStatus;
  readonly allowedCommands: readonly PipelineCommandName[];
}

export const mayCommand = (command: PipelineCommandName, view: Offered, permissions: ReadonlySet<string>): May => {
  const permitted = mayWith('pipeline:write', permissions);
  if (!permitted.may || view.allowedCommands.includes(command)) return permitted;
  return { may: false, because: `${WORDS[command]} is not possible while it is ${view.status}` };
};

/** A revision without its text. */
export const headOf = (
  { origin, signals, sha256, errors, warnings }: RevisionContent,
  number: number,
  note: string,
  { at, by }: Pick<PipelineCommand, 'at' | 'by'>,
): RevisionHead => ({ number, origin, signals, sha256, errors, warnings, note, createdAt: at, createdBy: by });

/** Two revisions with the same of these would be one. */
const facts = ({ origin, sha256 }: { readonly origin: KeptOrigin; readonly sha256: string }) => ({ origin, sha256 });

const notAllowed = (pipeline: Pipeline, command: PipelineCommandName): PipelineDecision => {
  const { status } = pipeline;
  const instead =
    command === 'delete'
      ? 'deprecate it first: experiments and people may rely on it'
      : 'publish it again first, then it can be changed';
  return refuse('state-conflict', `${WORDS[command]} is not possible while the pipeline is ${status}; ${instead}`, {
    status,
    command,
    allowedCommands: allowedPipelineCommands(pipeline),
  });
};

const WORDS: Readonly<Record<PipelineCommandName, string>> = {
  'change-details': 'changing it',
  revise: 'a new revision',
  publish: 'publishing',
  deprecate: 'deprecating',
  delete: 'deleting',
};

const refuseFindings = ({ number, errors, findings }: Revision): PipelineDecision => {
  const told = findings.filter(({ severity }) => severity === 'error');
  return refuse(
    'pipeline-invalid-config',
    `revision ${number} has ${counted(errors, 'error')}, so it stays a draft${firstIn(told)}`,
    { revision: number, errors },
    fieldErrorsOf(told),
  );
};

/** Of an overlong finding nothing is kept but that it was there. */
const firstIn = ([first]: readonly Finding[]): string =>
  first === undefined ? '' : `: line ${first.line}, ${first.message}`;

const tooManyRevisions = ({ details: { name } }: Pipeline): PipelineDecision =>
  refuse(
    'pipeline-quota-exceeded',
    `${name} has ${MAXIMUM_REVISIONS} revisions, which is as many as a pipeline may have; go on with a new pipeline`,
    { maximum: MAXIMUM_REVISIONS },
  );

const isSame = (one: unknown, other: unknown): boolean => canonicalJson(one) === canonicalJson(other);
