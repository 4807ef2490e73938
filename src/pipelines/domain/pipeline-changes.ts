import type { Actor, PipelineId, TenantId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { PipelineDetails } from './pipeline.ts';
import type { Revision, RevisionContent, RevisionHead, RevisionNumber } from './revision.ts';

interface Said {
  readonly at: Instant;
  readonly by: Actor;
}

/** What a person asks of a pipeline that is there. */
export type PipelineCommand = Said &
  (
    | { readonly type: 'change-details'; readonly details: Partial<PipelineDetails> }
    | { readonly type: 'revise'; readonly content: RevisionContent; readonly note: string }
    | { readonly type: 'publish'; readonly revision: Revision }
    | { readonly type: 'deprecate'; readonly reason: string }
    | { readonly type: 'delete' }
  );
export type PipelineCommandName = PipelineCommand['type'];

/** What happened to a pipeline. */
export type PipelineEvent = Said &
  (
    | {
        readonly type: 'created';
        readonly id: PipelineId;
        readonly tenantId: TenantId;
        readonly details: PipelineDetails;
        readonly first: RevisionHead;
      }
    | { readonly type: 'details-changed'; readonly details: PipelineDetails }
    | { readonly type: 'revised'; readonly revision: RevisionHead }
    | { readonly type: 'published'; readonly revision: RevisionNumber }
    | { readonly type: 'deprecated'; readonly reason: string }
    | { readonly type: 'deleted' }
  );
