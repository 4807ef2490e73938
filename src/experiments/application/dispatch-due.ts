import { type Instant, secondsAfter, secondsBetween } from '../../kernel/instant.ts';
import type { Clock } from '../../kernel/ports.ts';
import { looksWithin } from '../domain/schedule.ts';
import type { ExperimentStore, LookQueue, Policy } from './ports.ts';

const TICK_SECONDS = 60;

/**
 * The tick: of everything that is due within the coming minute it asks for the looks of that minute, each at its own
 * second. It goes by the clock, not by when it was meant to fire; two ticks in one minute do no harm.
 */
export const makeDispatchDue =
  ({
    experiments,
    looks,
    policy,
    clock,
  }: {
    readonly experiments: ExperimentStore;
    readonly looks: LookQueue;
    readonly policy: Pick<Policy, 'settleSeconds'>;
    readonly clock: Clock;
  }) =>
  async (): Promise<{ readonly due: number; readonly asked: number }> => {
    const now = clock.now();
    const until = secondsAfter(now, TICK_SECONDS);
    const refs = await experiments.due(until);
    const asked = await Promise.all(
      refs.map(async (ref) => {
        const stored = await experiments.load(ref);
        if (stored === null) return 0;
        const { experiment } = stored;
        const at = looksWithin(experiment, now, until, policy.settleSeconds);
        const epochRef = { ...ref, epoch: experiment.epoch };
        await looks.ask(at.map((each) => ({ ref: epochRef, delaySeconds: delayUntil(now, each) })));
        return at.length;
      }),
    );
    return { due: refs.length, asked: asked.reduce((sum, count) => sum + count, 0) };
  };

const delayUntil = (now: Instant, at: Instant): number => Math.max(0, Math.ceil(secondsBetween(now, at)));
