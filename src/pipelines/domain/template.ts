import * as z from 'zod';
import { ClusterId, PipelineId } from '../../kernel/identity.ts';
import { type Destination, SecretReference } from './destination.ts';

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
  /** the values that there are; null: any of the type */
  validValues: z.array(z.string()).nullable(),
});
export type TemplateParameter = z.infer<typeof TemplateParameter>;

/** What people see of a template; its content stays in code, versioned and immutable. */
export const Template = z.object({
  name: TemplateName,
  version: SemanticVersion,
  /** `adaptive`: its parameters are meant to be changed while it runs, each change a new revision */
  kind: z.enum(['baseline', 'optimized', 'adaptive']),
  signal: z.enum(['metrics', 'logs', 'traces']),
  /**
   * `experiment`: can be a variant; `deployment`: works by itself, and no experiment measures it; `pre_check`: is a
   * comparison by itself; `not_yet`: its components cannot be built at the pinned version
   */
  use: z.enum(['experiment', 'deployment', 'pre_check', 'not_yet']),
  /** the smaller build of our collector that has its components; null: none has */
  build: z.enum(['slim', 'full']).nullable(),
  /** it saves by reading less of the node, so equality of the input cannot be shown by counting what came in */
  readsLess: z.boolean(),
  title: z.string(),
  summary: z.string(),
  documentation: z.string(),
  keeps: z.string(),
  drops: z.string(),
  /** what surprises people */
  trap: z.string(),
  /** which lever it pulls, in a few words */
  lever: z.string(),
  parameters: z.array(TemplateParameter),
  components: z.array(z.object({ id: z.string(), does: z.string(), stability: z.enum(['alpha', 'beta', 'stable']) })),
});
export type Template = z.infer<typeof Template>;

/**
 * Changes of an author's own over what a template gives: settings of processors, and which processors a pipeline has.
 * What is collected and where it goes is not theirs.
 */
export const SettingsOverrides = z.strictObject({
  processors: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  service: z
    .strictObject({
      pipelines: z.record(z.string(), z.strictObject({ processors: z.array(z.string()).max(50) })),
    })
    .optional(),
});
export type SettingsOverrides = z.infer<typeof SettingsOverrides>;

/** A template at a version, with values for its parameters. Names of parameters are the user's, so never converted. */
export const PipelineChoice = z.strictObject({
  template: TemplateName,
  version: SemanticVersion.optional(),
  parameters: z.record(z.string(), ParameterValue).default({}),
  overrides: SettingsOverrides.optional(),
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
/** What settings need of the pod around them, beside what every collector of ours has. */
export const PipelineNeeds = z.object({
  /** `one_replica`: what belongs together has to meet in one collector */
  workload: z.enum(['every_node', 'one_replica']),
  podLogs: z.boolean(),
  /** protocols that data is pushed by */
  listens: z.array(z.enum(['otlp_grpc', 'otlp_http'])),
  /** variables of the environment with addresses that a cluster's owner sets */
  addresses: z.array(z.string()),
  /** variables of the environment that hold secrets, and where in the cluster those are */
  secrets: z.array(z.object({ variable: z.string(), secret: SecretReference })),
});
export type PipelineNeeds = z.infer<typeof PipelineNeeds>;

export const NO_NEEDS: PipelineNeeds = {
  workload: 'every_node',
  podLogs: false,
  listens: [],
  addresses: [],
  secrets: [],
};

/** Collector settings as bytes, and how they came to be. */
export const RenderedPipeline = z.object({
  /** null: settings of an author's own */
  template: TemplateName.nullable(),
  version: SemanticVersion.nullable(),
  /** the revision that was asked for; null where a template was named */
  pipeline: RevisionRef.nullable().default(null),
  /** the cluster on which a collector runs with these settings; absent: nobody runs them as far as we know */
  incumbentOf: ClusterId.optional(),
  parameters: z.record(z.string(), ParameterValue),
  yaml: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** each processor in one sentence, in order */
  explanation: z.array(z.object({ component: z.string(), sentence: z.string() })),
  collectionIntervalSeconds: z.int(),
  /** of the slowest of its receivers */
  slowestIntervalSeconds: z.int(),
  needs: PipelineNeeds,
});
export type RenderedPipeline = z.infer<typeof RenderedPipeline>;

/** What the frame needs beside the template: equal for both variants. */
export interface FrameSettings {
  /** how the collector signs remote write: SigV4 on AWS, nothing locally */
  readonly remoteWriteAuth: 'sigv4' | 'none';
  readonly collectionIntervalSeconds: number;
  /** executables that must stay visible; templates pin them */
  readonly criticalProcesses: readonly string[];
  /** where data goes beside the measurement store: never in an experiment, whose variants touch nobody's paying path */
  readonly destinations?: readonly Destination[];
}
