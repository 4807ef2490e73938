import { actorOf, ExperimentId, type Principal, shortIdFrom } from '../../kernel/identity.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { evolve } from '../domain/evolve.ts';
import type { ExperimentSettings } from '../domain/settings.ts';
import { announcementsOf } from './announcements.ts';
import { type CheckPorts, makeAssertRunnable, type SetupRefusal } from './check-experiment.ts';
import { withRevisions } from './find-pipelines.ts';
import { makeAssertEnoughTime } from './plan-duration.ts';
import type { ExperimentStore, SampleReader, Stored } from './ports.ts';

export interface CreatePorts extends CheckPorts {
  readonly experiments: ExperimentStore;
  /** what earlier experiments measured tells how long this one needs */
  readonly samples: SampleReader;
  readonly clock: Clock;
}

export interface CreateExperiment {
  readonly settings: ExperimentSettings;
  readonly caller: Principal;
  /** a repeated request finds the draft that the first one made */
  readonly idempotencyKey: string;
}

/** Stores a draft; nothing is deployed. */
export const makeCreateExperiment = (ports: CreatePorts) => {
  const assertRunnable = makeAssertRunnable(ports);
  const assertEnoughTime = makeAssertEnoughTime(ports);
  return async ({
    settings,
    caller,
    idempotencyKey,
  }: CreateExperiment): Promise<
    Outcome<Stored, SetupRefusal | Refusal<'duration-not-enough' | 'experiment-name-taken'>>
  > => {
    const runnable = await assertRunnable(caller.tenantId, settings);
    if (!runnable.accepted) return runnable;
    const timed = await assertEnoughTime(caller.tenantId, withRevisions(settings, runnable.value.found));
    if (!timed.accepted) return timed;
    const event = {
      type: 'created' as const,
      id: ExperimentId.parse(
        `exp-${shortIdFrom(ports.sha256(`${caller.tenantId} ${caller.userId} ${idempotencyKey}`))}`,
      ),
      tenantId: caller.tenantId,
      settings: timed.value,
      at: ports.clock.now(),
      by: actorOf(caller),
    };
    const draft = evolve(null, event);
    return ports.experiments.create(draft, announcementsOf(null, event, draft), event.by);
  };
};
