import * as z from 'zod';
import { PipelineId } from '../../kernel/identity.ts';

export const TemplateName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{2,62}$/, 'expected a template name such as top-k')
  .brand<'TemplateName'>();
export type TemplateName = z.infer<typeof TemplateName>;

export const SemanticVersion = z.string().regex(/^\d+\.\d+\.\d+$/, 'expected a version such as 1.0.0');

/** A value that a person may give to a parameter. */
export const ParameterValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
export type ParameterValue = z.infer<typeof ParameterValue>;

export const TemplateParameter = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  type: z.enum(['integer', 'number', 'string', 'boolean', 'string_list']),
  description: z.string(),
  unit: z.string().nullable(),
  default: ParameterValue,
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
});
export type TemplateParameter = z.infer<typeof TemplateParameter>;

/** What people see of a template; its content stays in code, versioned and immutable. */
export const Template = z.object({
  name: TemplateName,
  version: SemanticVersion,
  kind: z.enum(['baseline', 'optimized']),
  signal: z.literal('metrics'),
  title: z.string(),
  summary: z.string(),
  documentation: z.string(),
  /** which lever it pulls, in a few words */
  lever: z.string(),
  parameters: z.array(TemplateParameter),
  components: z.array(z.object({ id: z.string(), does: z.string(), stability: z.enum(['alpha', 'beta', 'stable']) })),
});
export type Template = z.infer<typeof Template>;

/** A template at a version, with values for its parameters. Names of parameters are the user's, so never converted. */
export const PipelineChoice = z.strictObject({
  template: TemplateName,
  version: SemanticVersion.optional(),
  parameters: z.record(z.string(), ParameterValue).default({}),
});
export type PipelineChoice = z.infer<typeof PipelineChoice>;

/** One revision of a pipeline that somebody owns. */
export const RevisionRef = z.object({ pipelineId: PipelineId, revision: z.int().min(1) });
export type RevisionRef = z.infer<typeof RevisionRef>;

/** A pipeline that somebody owns; without a number its published revision is meant. */
export const PipelineReference = z.strictObject({
  pipelineId: PipelineId,
  revision: z.int().min(1).max(9999).optional(),
});
export type PipelineReference = z.infer<typeof PipelineReference>;

/** Collector settings as bytes, and how they came to be. */
export const RenderedPipeline = z.object({
  /** null: settings of an author's own */
  template: TemplateName.nullable(),
  version: SemanticVersion.nullable(),
  /** the revision that was asked for; null where a template was named */
  pipeline: RevisionRef.nullable().default(null),
  parameters: z.record(z.string(), ParameterValue),
  yaml: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** each processor in one sentence, in order */
  explanation: z.array(z.object({ component: z.string(), sentence: z.string() })),
  collectionIntervalSeconds: z.int(),
});
export type RenderedPipeline = z.infer<typeof RenderedPipeline>;

/** What the frame needs beside the template: equal for both variants. */
export interface FrameSettings {
  /** how the collector signs remote write: SigV4 on AWS, nothing locally */
  readonly remoteWriteAuth: 'sigv4' | 'none';
  readonly collectionIntervalSeconds: number;
  /** executables that must stay visible; templates pin them */
  readonly criticalProcesses: readonly string[];
}
