import type { Clock } from '../../kernel/ports.ts';
import type { RefusedWrite } from '../../platform/declare/refused-write.ts';
import type { Queue } from '../../platform/queue.ts';
import type { RefusedWrites } from '../../platform/router.ts';

/** Refused writes on their way to the log: a refusal waits for one message, not for the end of a chain. */
export const refusedWritesOn = (queue: Queue<RefusedWrite>, clock: Clock): RefusedWrites => ({
  tell: (write) => queue.send([{ message: { ...write, at: clock.now() } }]),
});
