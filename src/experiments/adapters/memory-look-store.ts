import type { EpochRef, LookStore } from '../application/ports.ts';
import type { Look } from '../domain/verdict.ts';

/** Looks in memory. */
export const memoryLookStore = (): LookStore => {
  const looks = new Map<string, Map<number, Look>>();
  const keyOf = ({ tenantId, experimentId, epoch }: EpochRef): string => `${tenantId}/${experimentId}/${epoch}`;
  return {
    record: async (ref, look) => {
      const ofEpoch = looks.get(keyOf(ref)) ?? new Map<number, Look>();
      looks.set(keyOf(ref), ofEpoch);
      if (ofEpoch.has(look.slot)) return false;
      ofEpoch.set(look.slot, structuredClone(look));
      return true;
    },
    list: async (ref) =>
      structuredClone([...(looks.get(keyOf(ref))?.values() ?? [])].toSorted((a, b) => a.slot - b.slot)),
  };
};
