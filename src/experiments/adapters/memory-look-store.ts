import { frozen } from '../../kernel/frozen.ts';
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
      ofEpoch.set(look.slot, frozen(look));
      return true;
    },
    list: async (ref) => [...(looks.get(keyOf(ref))?.values() ?? [])].toSorted((a, b) => a.slot - b.slot),
  };
};
