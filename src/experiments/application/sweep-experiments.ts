import type { Actor } from '../../kernel/identity.ts';
import type { Clock } from '../../kernel/ports.ts';
import { isCleanupOverdue, isOverdue } from '../domain/schedule.ts';
import { makeAdvanceExperiment } from './change-experiment.ts';
import type { ExperimentStore, Machines } from './ports.ts';
import { makeRecover } from './run-lifecycle.ts';

export const JANITOR: Actor = { kind: 'system', id: 'janitor' };

export interface SweptExperiments {
  readonly seen: number;
  readonly recovered: number;
  readonly cleanupOverdue: number;
}

/** The janitor: brings home every experiment whose machine should have moved on, and says whose cleanup is overdue. */
export const makeSweepExperiments = (ports: {
  readonly experiments: ExperimentStore;
  readonly machines: Machines;
  readonly clock: Clock;
}) => {
  const recover = makeRecover(ports);
  const advance = makeAdvanceExperiment(ports);
  return async (): Promise<SweptExperiments> => {
    const now = ports.clock.now();
    const refs = await ports.experiments.due(now);
    const swept = { seen: refs.length, recovered: 0, cleanupOverdue: 0 };
    for (const ref of refs) {
      const stored = await ports.experiments.load(ref);
      if (stored === null || !isOverdue(stored.experiment, now)) continue;
      const epochRef = { ...ref, epoch: stored.experiment.epoch };
      if (isCleanupOverdue(stored.experiment, now)) {
        await advance(epochRef, (_, said) => ({ type: 'find-cleanup-overdue', ...said }), JANITOR);
        swept.cleanupOverdue += 1;
      }
      if ((await recover(epochRef)) !== 'nothing-to-do') swept.recovered += 1;
    }
    return swept;
  };
};
