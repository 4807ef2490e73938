import { actorOf, type ExperimentId, type Principal } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { PersonCommand } from '../domain/commands.ts';
import type { AcceptedCheck, Experiment } from '../domain/experiment.ts';
import { type ChangeRefusal, type Effect, makeChangeExperiment } from './change-experiment.ts';
import type { ExperimentStore, Stored, TruthReader } from './ports.ts';
import { makeTruthBlockers } from './truth-blockers.ts';

interface Asked {
  readonly experimentId: ExperimentId;
  readonly caller: Principal;
  readonly version: number | '*';
  readonly effect?: Effect;
}

interface Reasoned extends Asked {
  readonly reason: string;
}

/** Commands that only change the experiment; machines hear of them by its events. */
export const makeCommandExperiment = (ports: {
  readonly experiments: ExperimentStore;
  readonly truths: TruthReader;
  readonly clock: Clock;
}) => {
  const truthBlockers = makeTruthBlockers(ports);
  const change = makeChangeExperiment(ports);
  type Answer = Promise<Outcome<Stored, ChangeRefusal>>;
  const refOf = ({ caller, experimentId }: Asked) => ({ tenantId: caller.tenantId, experimentId });
  const as =
    <C extends PersonCommand, A extends Asked>(command: (asked: A) => Omit<C, 'at' | 'by'>) =>
    (asked: A): Answer =>
      change(
        refOf(asked),
        asked.version,
        (_, at) => ({ ...command(asked), at, by: actorOf(asked.caller) }) as C,
        asked.effect,
      );
  return {
    pause: as((asked: Reasoned) => ({ type: 'pause' as const, reason: asked.reason })),
    resume: as((_: Asked) => ({ type: 'resume' as const })),
    extend: as((asked: Asked & { readonly durationSeconds: number }) => ({
      type: 'extend' as const,
      durationSeconds: asked.durationSeconds,
    })),
    stop: as((asked: Reasoned) => ({ type: 'stop' as const, reason: asked.reason })),
    promote: async (asked: Asked): Answer => {
      const unaccepted = await truthBlockers(refOf(asked));
      const command = (experiment: Experiment, at: Instant): PersonCommand => ({
        ...{ type: 'promote', unaccepted: unaccepted(experiment), at, by: actorOf(asked.caller) },
      });
      return change(refOf(asked), asked.version, command, asked.effect);
    },
    acceptCheck: as((asked: Reasoned & { readonly check: Pick<AcceptedCheck, 'checkId' | 'name' | 'status'> }) => ({
      type: 'accept-check' as const,
      check: asked.check,
      reason: asked.reason,
    })),
    rollback: as((asked: Reasoned) => ({ type: 'rollback' as const, reason: asked.reason })),
    remove: as((_: Asked) => ({ type: 'delete' as const })),
  };
};
