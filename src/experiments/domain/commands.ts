import type { Actor, Epoch } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { AcceptedCheck, AllocatedNode } from './experiment.ts';
import type { Verdict } from './verdict.ts';

interface Asked {
  readonly at: Instant;
  readonly by: Actor;
}

/** What a person asks. */
export type PersonCommand = Asked &
  (
    | {
        readonly type: 'start' | 'retry';
        readonly nodes: readonly AllocatedNode[];
        readonly remark: string | null;
      }
    | { readonly type: 'pause' | 'stop' | 'rollback'; readonly reason: string }
    /** measure for so long in all */
    | { readonly type: 'extend'; readonly durationSeconds: number }
    | { readonly type: 'resume' }
    /** `unaccepted`: what of the truth nobody has accepted yet, in words */
    | { readonly type: 'promote'; readonly unaccepted: readonly string[] }
    | {
        readonly type: 'accept-check';
        readonly check: Pick<AcceptedCheck, 'checkId' | 'name' | 'status'>;
        readonly reason: string;
      }
    | { readonly type: 'delete' }
  );

/** What a machine asks, under its epoch: a stale one changes nothing. Asked twice it is accepted twice and happens once. */
export type WorkflowCommand = Asked & { readonly epoch: Epoch } & (
    | { readonly type: 'claim'; readonly execution: string }
    | { readonly type: 'provision' | 'warm' | 'measure' | 'begin-deciding' }
    | { readonly type: 'conclude'; readonly verdict: Verdict }
    | { readonly type: 'await-approval'; readonly expiresAt: Instant }
    | { readonly type: 'begin-promotion' }
    /** put everything back; `verdict` is what it is called if there is none yet */
    | { readonly type: 'withdraw'; readonly verdict: Verdict; readonly reason: string }
    /** come to the end that the state leads to; `fallback` is the verdict if there is none yet */
    | {
        readonly type: 'finalise';
        readonly promoted: boolean;
        readonly cleaned: boolean;
        readonly fallback: Verdict;
        readonly reason: string | null;
      }
    | { readonly type: 'confirm-cleanup' | 'find-cleanup-overdue' }
  );

export type ExperimentCommand = PersonCommand | WorkflowCommand;
export type CommandType = ExperimentCommand['type'];

/** How long a promote verdict waits for a person. */
export const APPROVAL_SECONDS = 72 * 3600;
