import type { SampleStore } from '../application/ports.ts';
import type { Sample } from '../domain/sample.ts';

/** Samples in memory, for tests and simulations. */
export const memorySampleStore = (): SampleStore => {
  const samples = new Map<string, Sample>();
  const prefixOf = (tenantId: string, experimentId: string, epoch: number) => `${tenantId} ${experimentId} ${epoch} `;
  const inOrder = (prefix: string): readonly Sample[] =>
    [...samples]
      .filter(([key]) => key.startsWith(prefix))
      .map(([, sample]) => sample)
      .sort((one, other) => one.slot - other.slot);
  return {
    record: async (tenantId, sample) => {
      const key = `${prefixOf(tenantId, sample.experimentId, sample.epoch)}${sample.slot}`;
      if (samples.has(key)) return false;
      samples.set(key, structuredClone(sample));
      return true;
    },
    lastSlot: async (tenantId, experimentId, epoch) =>
      inOrder(prefixOf(tenantId, experimentId, epoch)).at(-1)?.slot ?? null,
    list: async (tenantId, experimentId, epoch, { fromSlot = 0, toSlot = Number.POSITIVE_INFINITY } = {}) =>
      structuredClone(
        inOrder(prefixOf(tenantId, experimentId, epoch)).filter(({ slot }) => slot >= fromSlot && slot <= toSlot),
      ),
  };
};
