import { frozen } from '../../kernel/frozen.ts';
import type { SampleStore } from '../application/ports.ts';
import type { Sample } from '../domain/sample.ts';

/** Samples in memory, for tests and simulations. */
export const memorySampleStore = (): SampleStore => {
  /** by epoch of an experiment; in order of their slots */
  const epochs = new Map<string, Sample[]>();
  const samplesOf = (tenantId: string, experimentId: string, epoch: number): Sample[] => {
    const key = `${tenantId} ${experimentId} ${epoch}`;
    const known = epochs.get(key) ?? [];
    epochs.set(key, known);
    return known;
  };
  return {
    record: async (tenantId, sample) => {
      const samples = samplesOf(tenantId, sample.experimentId, sample.epoch);
      const place = samples.findLastIndex(({ slot }) => slot <= sample.slot);
      if (samples[place]?.slot === sample.slot) return false;
      samples.splice(place + 1, 0, frozen(sample));
      return true;
    },
    lastSlot: async (tenantId, experimentId, epoch) => samplesOf(tenantId, experimentId, epoch).at(-1)?.slot ?? null,
    list: async (tenantId, experimentId, epoch, { fromSlot = 0, toSlot = Number.POSITIVE_INFINITY } = {}) =>
      samplesOf(tenantId, experimentId, epoch).filter(({ slot }) => slot >= fromSlot && slot <= toSlot),
  };
};
