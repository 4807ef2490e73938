import { frozen } from '../../kernel/frozen.ts';
import type { TruthRef, TruthStore } from '../application/ports.ts';
import type { Curves } from '../domain/curves.ts';
import type { TruthState } from '../domain/state.ts';

/** States and curves in memory. */
export const memoryTruthStore = (): TruthStore => {
  const states = new Map<string, TruthState>();
  const curves = new Map<string, Curves>();
  const keyOf = ({ tenantId, experimentId, epoch }: TruthRef): string => `${tenantId}/${experimentId}/${epoch}`;
  return {
    load: async (ref) => states.get(keyOf(ref)) ?? null,
    save: async (ref, next) => {
      if ((states.get(keyOf(ref))?.version ?? 0) !== next.version - 1) return false;
      states.set(keyOf(ref), frozen(next));
      return true;
    },
    curves: async (ref, check) => curves.get(`${keyOf(ref)}/${check}`) ?? null,
    saveCurves: async (ref, check, next) => {
      curves.set(`${keyOf(ref)}/${check}`, frozen(next));
    },
  };
};
