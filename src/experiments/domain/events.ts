import type { Actor, Epoch, ExperimentId, TenantId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { AcceptedCheck, AllocatedNode, CompleteSettings } from './experiment.ts';
import type { Verdict } from './verdict.ts';
import type { CleanupState } from './vocabulary.ts';

interface Said {
  readonly at: Instant;
  readonly by: Actor;
}

/** What happened to an experiment. `evolve` turns each into the next state and nothing else does. */
export type ExperimentEvent = Said &
  (
    | {
        readonly type: 'created';
        readonly id: ExperimentId;
        readonly tenantId: TenantId;
        readonly settings: CompleteSettings;
      }
    | {
        readonly type: 'started';
        readonly epoch: Epoch;
        readonly nodes: readonly AllocatedNode[];
        readonly remark: string | null;
      }
    | { readonly type: 'claimed'; readonly execution: string }
    | { readonly type: 'provisioning-started' }
    | { readonly type: 'warmup-started' }
    | { readonly type: 'measuring-started' }
    | { readonly type: 'paused'; readonly reason: string }
    | { readonly type: 'resumed' }
    | { readonly type: 'extended'; readonly durationSeconds: number }
    | { readonly type: 'deciding-started' }
    | { readonly type: 'verdict-reached'; readonly verdict: Verdict }
    | { readonly type: 'approval-awaited'; readonly expiresAt: Instant }
    | {
        readonly type: 'check-accepted';
        readonly check: Pick<AcceptedCheck, 'checkId' | 'name' | 'status'>;
        readonly reason: string;
      }
    | { readonly type: 'approved'; readonly reason: string }
    | { readonly type: 'promotion-started'; readonly deploymentId: string }
    | { readonly type: 'promoted'; readonly cleanup: CleanupState }
    | { readonly type: 'stop-requested'; readonly reason: string }
    | { readonly type: 'withdrawal-started'; readonly verdict: Verdict; readonly reason: string }
    | { readonly type: 'rolled-back'; readonly cleanup: CleanupState }
    | {
        readonly type: 'ended';
        readonly verdict: Verdict;
        readonly cleanup: CleanupState;
        readonly reason: string | null;
      }
    | { readonly type: 'cleanup-changed'; readonly cleanup: CleanupState }
    | { readonly type: 'deleted' }
  );
export type EventOf<T extends ExperimentEvent['type']> = Extract<ExperimentEvent, { type: T }>;
