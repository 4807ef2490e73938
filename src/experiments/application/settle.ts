import type { StepAnswer, Wait } from '../contract/workflow.ts';
import type { EpochRef, Settler, WaitStore } from './ports.ts';

/** Ends a wait: whoever comes second finds it gone, and that is fine. */
export const makeSettle =
  ({ waits, settler }: { readonly waits: WaitStore; readonly settler: Settler }) =>
  async (ref: EpochRef, wait: Wait, answer: StepAnswer): Promise<void> => {
    const token = await waits.find(ref, wait);
    if (token === null) return;
    await settler.succeed(token, answer);
    await waits.drop(ref, wait, token);
  };
