import * as z from 'zod';
import { Epoch, ExperimentId, TenantId } from '../../kernel/identity.ts';
import type { Clock } from '../../kernel/ports.ts';
import { type Experiment, isActive, isTerminal } from '../domain/experiment.ts';
import { isCleanupOwed } from '../domain/vocabulary.ts';
import type { EpochRef, ExperimentStore, LookQueue, Machines } from './ports.ts';

/** An event of an experiment, as far as machines care; its names are wire names. */
const ExperimentSaid = z.object({
  type: z.enum(['experiment.started', 'control.signal_received']),
  tenant: TenantId,
  subject: ExperimentId,
  epoch: Epoch,
  data: z.record(z.string(), z.unknown()),
});

/** What Step Functions says of an execution that ended without its own ending. */
const ExecutionBroke = z.object({ executionArn: z.string(), status: z.string(), input: z.string() });
const BrokenInput = z.object({ tenant_id: TenantId, experiment_id: ExperimentId, epoch: Epoch });

export interface LifecyclePorts {
  readonly experiments: ExperimentStore;
  readonly machines: Machines;
  readonly looks: LookQueue;
  readonly clock: Clock;
}

export type LifecycleDone = 'started' | 'exists' | 'asked-for-a-look' | 'recovered' | 'nothing-to-do';

/**
 * Turns what was said into work for machines. Every message may come twice and late; one that is none of ours is dropped.
 */
export const makeRunLifecycle = (ports: LifecyclePorts) => {
  const recover = makeRecover(ports);
  const hear = async (ref: EpochRef, { type, data }: z.infer<typeof ExperimentSaid>): Promise<LifecycleDone> => {
    if (type === 'experiment.started') {
      return ports.machines.start('experiment', executionName(ref), { ...ref, mode: 'run' });
    }
    if (data['signal'] === 'rollback') {
      return ports.machines.start('withdrawal', `${executionName(ref)}-withdrawal`, { ...ref, mode: 'run' });
    }
    await ports.looks.ask([{ ref, delaySeconds: 0 }]);
    return 'asked-for-a-look';
  };
  return async (message: unknown): Promise<{ readonly what: LifecycleDone; readonly ref: EpochRef | null }> => {
    const said = ExperimentSaid.safeParse(message);
    if (said.success) {
      const { tenant: tenantId, subject: experimentId, epoch } = said.data;
      const ref = { tenantId, experimentId, epoch };
      return { what: await hear(ref, said.data), ref };
    }
    const ref = refOfBroken(message);
    return { what: ref === null ? 'nothing-to-do' : await recover(ref), ref };
  };
};

const refOfBroken = (message: unknown): EpochRef | null => {
  const broke = ExecutionBroke.safeParse(message);
  if (!broke.success) return null;
  const input = BrokenInput.safeParse(JSON.parse(broke.data.input));
  if (!input.success) return null;
  const { tenant_id: tenantId, experiment_id: experimentId, epoch } = input.data;
  return { tenantId, experimentId, epoch };
};

/** Name of the execution that lives an epoch: the same start can never make two. */
export const executionName = ({ experimentId, epoch }: EpochRef): string => `${experimentId}-${epoch}`;

/**
 * Brings home what a broken or lost execution left: one that was never started is started, everything else enters the
 * machine at Compensate. At most once an hour for each experiment.
 */
export const makeRecover =
  ({ experiments, machines, clock }: Pick<LifecyclePorts, 'experiments' | 'machines' | 'clock'>) =>
  async (ref: EpochRef): Promise<LifecycleDone> => {
    const stored = await experiments.load(ref);
    if (stored === null || stored.experiment.epoch !== ref.epoch) return 'nothing-to-do';
    const { experiment } = stored;
    if (!isActive(experiment) && !owesCleanup(experiment)) return 'nothing-to-do';
    const hour = clock.now().slice(0, 13).replaceAll(/\D/g, '');
    const wasNeverClaimed = experiment.state === 'validating' && experiment.life.execution === null;
    if (wasNeverClaimed) {
      const started = await machines.start('experiment', executionName(ref), { ...ref, mode: 'run' });
      if (started === 'started') return 'started';
    }
    const name = `${executionName(ref)}-recovery-${hour}`;
    const recovered = await machines.start('experiment', name, { ...ref, mode: 'recover' });
    return recovered === 'started' ? 'recovered' : 'exists';
  };

const owesCleanup = (experiment: Experiment): boolean => isTerminal(experiment) && isCleanupOwed(experiment.cleanup);
