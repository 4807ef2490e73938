import type { StepAnswer, Wait } from '../contract/workflow.ts';
import type { EpochRef, Settler, WaitStore } from './ports.ts';

export type Settled = 'settled' | 'gone';

/** Ends a wait: whoever comes second finds it gone, and that is fine. */
export const makeSettle =
  ({ waits, settler }: { readonly waits: WaitStore; readonly settler: Settler }) =>
  async (ref: EpochRef, wait: Wait, answer: StepAnswer): Promise<Settled> => {
    const token = await waits.find(ref, wait);
    if (token === null) return 'gone';
    const settled = await settler.succeed(token, answer);
    await waits.drop(ref, wait, token);
    return settled;
  };
