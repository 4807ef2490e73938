import { accept, refuse } from '../../kernel/outcome.ts';
import type { Clock, Sha256 } from '../../kernel/ports.ts';
import { implement } from '../../platform/http/implement.ts';
import { truthRoutes } from '../contract/routes.ts';
import { makeImportRules } from './import-rules.ts';
import type { RuleSetStore } from './ports.ts';

/** Answers every route of rule sets. */
export const serveTruth = (ports: {
  readonly ruleSets: RuleSetStore;
  readonly clock: Clock;
  readonly sha256: Sha256;
}) => {
  const { ruleSets } = ports;
  const importRules = makeImportRules(ports);
  return implement(truthRoutes, {
    listRuleSets: async ({ caller }) => accept({ body: { items: [...(await ruleSets.list(caller.tenantId))] } }),
    importRuleSet: async ({ body, caller }) => {
      const imported = await importRules({ ...body, caller });
      if (!imported.accepted) return imported;
      const { ruleSet, checks } = imported.value;
      return accept({ body: { ...ruleSet, checks: [...checks] }, location: `/rule-sets/${ruleSet.name}` });
    },
    getRuleSet: async ({ params: { ruleSetName }, caller }) => {
      const ruleSet = await ruleSets.load(caller.tenantId, ruleSetName);
      if (ruleSet === null)
        return refuse('resource-not-found', `nothing was imported as ${ruleSetName}`, { ruleSetName });
      const checks = await ruleSets.checks(caller.tenantId, ruleSet.name, ruleSet.digest);
      return accept({ body: { ...ruleSet, checks: [...(checks ?? [])] } });
    },
  });
};
