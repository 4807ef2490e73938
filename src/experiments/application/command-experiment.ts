import { actorOf, type ExperimentId, type Principal } from '../../kernel/identity.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { type ChangeRefusal, makeChangeExperiment } from './change-experiment.ts';
import type { ExperimentStore, Stored } from './ports.ts';

interface Asked {
  readonly experimentId: ExperimentId;
  readonly caller: Principal;
  readonly version: number | '*';
}

/** Commands that only change the experiment; machines hear of them by its events. */
export const makeCommandExperiment = (ports: { readonly experiments: ExperimentStore; readonly clock: Clock }) => {
  const change = makeChangeExperiment(ports);
  type Answer = Promise<Outcome<Stored, ChangeRefusal>>;
  const refOf = ({ caller, experimentId }: Asked) => ({ tenantId: caller.tenantId, experimentId });
  return {
    pause: (asked: Asked & { readonly reason: string }): Answer =>
      change(refOf(asked), asked.version, (_, at) => ({
        type: 'pause',
        reason: asked.reason,
        at,
        by: actorOf(asked.caller),
      })),
    resume: (asked: Asked): Answer =>
      change(refOf(asked), asked.version, (_, at) => ({ type: 'resume', at, by: actorOf(asked.caller) })),
    stop: (asked: Asked & { readonly reason: string }): Answer =>
      change(refOf(asked), asked.version, (_, at) => ({
        type: 'stop',
        reason: asked.reason,
        at,
        by: actorOf(asked.caller),
      })),
    promote: (asked: Asked): Answer =>
      change(refOf(asked), asked.version, (_, at) => ({ type: 'promote', at, by: actorOf(asked.caller) })),
    rollback: (asked: Asked & { readonly reason: string }): Answer =>
      change(refOf(asked), asked.version, (_, at) => ({
        type: 'rollback',
        reason: asked.reason,
        at,
        by: actorOf(asked.caller),
      })),
    remove: (asked: Asked): Answer =>
      change(refOf(asked), asked.version, (_, at) => ({ type: 'delete', at, by: actorOf(asked.caller) })),
  };
};
