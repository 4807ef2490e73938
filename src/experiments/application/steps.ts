import { secondsAfter } from '../../kernel/instant.ts';
import type { Refusal } from '../../kernel/outcome.ts';
import type { Clock, Sha256 } from '../../kernel/ports.ts';
import { type Outcome, type StepAnswer, WAIT_SECONDS, type Wait } from '../contract/workflow.ts';
import { type Experiment, lifeOf } from '../domain/experiment.ts';
import type { PipelineLibrary } from './find-pipelines.ts';
import type {
  ClusterRegistry,
  EpochRef,
  ExperimentStore,
  LookQueue,
  Policy,
  SampleReader,
  WaitStore,
} from './ports.ts';

/** Everything that the steps of the machine act with. */
export interface StepPorts {
  readonly experiments: ExperimentStore;
  readonly clusters: ClusterRegistry;
  readonly pipelines: PipelineLibrary;
  readonly samples: SampleReader;
  readonly waits: WaitStore;
  readonly looks: LookQueue;
  readonly policy: Omit<Policy, 'collectorImage'>;
  readonly sha256: Sha256;
  readonly clock: Clock;
}

export const answer = (outcome: Outcome, reason = ''): StepAnswer => ({ outcome, reason: reason.slice(0, 1000) });

/** A refusal of the domain means that this execution has no say any more: another one moved the experiment on. */
export const staleAnswer = ({ message }: Refusal): StepAnswer => answer('stale', message);

/** A stop that a person asked for and that no wait has heard yet. */
export const stopAnswer = (experiment: Experiment): StepAnswer | null => {
  const stop = lifeOf(experiment)?.stop ?? null;
  return stop === null ? null : answer('stopped', stop.reason);
};

/**
 * Registers a token, then asks for a look: whatever happened before the token was there (a stop, an approval) is found
 * by that look, whatever happens later asks for its own.
 */
export const beginWait = async (
  { waits, looks, clock }: Pick<StepPorts, 'waits' | 'looks' | 'clock'>,
  ref: EpochRef,
  wait: Wait,
  token: string,
): Promise<void> => {
  await waits.put(ref, wait, token, secondsAfter(clock.now(), WAIT_SECONDS[wait] + 86_400));
  await looks.ask([{ ref, delaySeconds: 0 }]);
};
