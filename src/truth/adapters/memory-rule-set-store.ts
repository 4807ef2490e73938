import { frozen } from '../../kernel/frozen.ts';
import { accept } from '../../kernel/outcome.ts';
import type { RuleSetStore } from '../application/ports.ts';
import type { Check } from '../domain/check.ts';
import type { RuleSet } from '../domain/rule-set.ts';
import { changedMeanwhile } from './rule-set-answers.ts';

/** Rule sets in memory. */
export const memoryRuleSetStore = (): RuleSetStore => {
  const newest = new Map<string, RuleSet>();
  const revisions = new Map<string, readonly Check[]>();
  return {
    list: async (tenantId) =>
      [...newest.values()].filter((set) => set.tenantId === tenantId).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    load: async (tenantId, name) => newest.get(`${tenantId}/${name}`) ?? null,
    checks: async (tenantId, name, digest) => revisions.get(`${tenantId}/${name}/${digest}`) ?? null,
    commit: async (next, checks) => {
      const key = `${next.tenantId}/${next.name}`;
      const before = newest.get(key)?.revision ?? 0;
      if (before !== next.revision - 1) return changedMeanwhile(next, before);
      newest.set(key, frozen(next));
      revisions.set(`${key}/${next.digest}`, frozen([...checks]));
      return accept(next);
    },
  };
};
