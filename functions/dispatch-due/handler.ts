import { makeDispatchDue } from '../../src/experiments/application/dispatch-due.ts';
import { systemClock } from '../../src/kernel/system.ts';
import { scheduleEntry } from '../../src/platform/entry.ts';
import { experimentsIn, lookQueueAt } from '../experiment-wiring.ts';
import { manifest } from './manifest.ts';

export const handler = scheduleEntry(manifest, ({ core, measure, settings }) => {
  const dispatchDue = makeDispatchDue({
    experiments: experimentsIn(core),
    looks: lookQueueAt(measure),
    policy: { settleSeconds: Number(settings.settleSeconds) },
    clock: systemClock,
  });
  // what is due follows from the clock, not from when this was meant to be called
  return async (_, { log }) => log.info('tick.dispatched', await dispatchDue());
});
