import * as z from 'zod';
import { Actor, type ClusterId, PipelineId, TenantId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { Labels } from '../../kernel/labels.ts';
import { Publication, RevisionHead, RevisionNumber } from './revision.ts';

/** What people say about a pipeline; may change without a new revision. */
export const PipelineDetails = z.strictObject({
  name: z.string().trim().min(3).max(100),
  description: z.string().max(1024),
  /** who answers for it: a person or a group */
  owner: z.string().trim().min(1).max(128),
  team: z
    .string()
    .regex(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/, 'expected a team such as platform: lower-case letters, digits, hyphens')
    .nullable(),
  labels: Labels,
});
export type PipelineDetails = z.infer<typeof PipelineDetails>;

export const PIPELINE_STATUSES = ['draft', 'published', 'deprecated'] as const;
export const PipelineStatus = z.enum(PIPELINE_STATUSES);
export type PipelineStatus = z.infer<typeof PipelineStatus>;

export const PublishedRevision = Publication.extend({ revision: RevisionNumber });

const always = {
  id: PipelineId,
  tenantId: TenantId,
  version: z.int(),
  details: PipelineDetails,
  latest: RevisionHead,
  createdAt: Instant,
  createdBy: Actor,
  updatedAt: Instant,
};

/**
 * A pipeline that people own: immutable revisions, of which one may be the published one. Whoever names the pipeline
 * without a number means that one. A deprecated pipeline is kept and no longer offered.
 */
export const Pipeline = z.discriminatedUnion('status', [
  z.object({ status: z.literal('draft'), ...always }),
  z.object({ status: z.literal('published'), ...always, published: PublishedRevision }),
  z.object({
    status: z.literal('deprecated'),
    ...always,
    published: PublishedRevision.nullable(),
    deprecation: z.object({ at: Instant, by: Actor, reason: z.string() }),
  }),
]);
export type Pipeline = z.infer<typeof Pipeline>;
export type PipelineIn<S extends PipelineStatus> = Extract<Pipeline, { status: S }>;

export const publishedOf = (pipeline: Pipeline) => ('published' in pipeline ? pipeline.published : null);

/** The first of these whose published revision is what a collector runs on the cluster; undefined: there is none. */
export const incumbentPipeline = <
  P extends { readonly latest: RevisionHead; readonly published: z.infer<typeof PublishedRevision> | null },
>(
  pipelines: readonly P[],
  clusterId: ClusterId,
): P | undefined =>
  pipelines.find(
    ({ latest: { origin, number }, published }) =>
      published?.revision === number && origin.kind === 'settings' && origin.incumbent?.clusterId === clusterId,
  );

/** How many pipelines a tenant may have, and how many revisions a pipeline. */
export const MAXIMUM_PIPELINES = 50;
export const MAXIMUM_REVISIONS = 1000;
