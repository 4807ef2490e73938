import type { Actor, ClusterId, PipelineId, TenantId } from '../../kernel/identity.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { EventDraft } from '../../platform/declare/event.ts';
import type { ListedRevision } from '../contract/views.ts';
import type { Pipeline, PipelineStatus } from '../domain/pipeline.ts';
import type { IncumbentSource, Publication, Revision, RevisionNumber } from '../domain/revision.ts';

export interface PipelineRef {
  readonly tenantId: TenantId;
  readonly pipelineId: PipelineId;
}

export interface PipelineFilter {
  readonly status?: PipelineStatus | undefined;
  readonly team?: string | undefined;
}

interface Range {
  readonly limit: number;
  readonly afterKey?: string | undefined;
}
interface Page<T> {
  readonly items: readonly T[];
  readonly nextKey: string | null;
}

/** One change: the state after it, what is said of it, and what it does to revisions; all or nothing. */
export interface PipelineChange {
  readonly before: Pipeline;
  readonly after: Pipeline;
  readonly announcements: readonly EventDraft[];
  readonly actor: Actor;
  /** the revision that comes with it */
  readonly revision: Revision | null;
  /** the revision that it publishes; published before, it keeps when that was */
  readonly publishes: { readonly number: RevisionNumber; readonly publication: Publication } | null;
  readonly isDeletion: boolean;
}

/** Finds a collector that was seen on a cluster, with its settings. Clusters answer it; pipelines only ask. */
export type FindIncumbent = (
  tenantId: TenantId,
  clusterId: ClusterId,
  collector: string,
) => Promise<(IncumbentSource & { readonly settings: string | null }) | null>;

export interface PipelineStore {
  /** null: there is none, or it was deleted */
  load(ref: PipelineRef): Promise<Pipeline | null>;
  /** names are unique in a tenant; made again by the same id it is there already, and that is no refusal */
  create(
    pipeline: Pipeline,
    first: Revision,
    announcements: readonly EventDraft[],
    actor: Actor,
  ): Promise<Outcome<Pipeline, Refusal<'pipeline-name-taken'>>>;
  /** writes only if the stored version is the one before: a stale writer changes nothing */
  commit(change: PipelineChange): Promise<Outcome<void, Refusal<'precondition-failed' | 'pipeline-name-taken'>>>;
  /** newest first */
  list(tenantId: TenantId, filter: PipelineFilter, range: Range): Promise<Page<Pipeline>>;
  count(tenantId: TenantId): Promise<number>;
  /** null: there is no such revision, or its pipeline was deleted */
  revision(ref: PipelineRef, number: RevisionNumber): Promise<Revision | null>;
  /** newest first */
  revisions(ref: PipelineRef, range: Range): Promise<Page<ListedRevision>>;
}
