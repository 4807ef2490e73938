import * as z from 'zod';
import { Actor, TenantId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { Check } from './check.ts';

export const RuleSetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected a name such as node-alerts: letters, digits and hyphens')
  .brand<'RuleSetName'>();
export type RuleSetName = z.infer<typeof RuleSetName>;

/** Rules and dashboards that somebody imported under a name. Each import is a revision, known by its digest, for good. */
export const RuleSet = z.object({
  tenantId: TenantId,
  name: RuleSetName,
  revision: z.int(),
  digest: z.string(),
  importedAt: Instant,
  importedBy: Actor,
  alerts: z.int(),
  recordings: z.int(),
  panels: z.int(),
  /** of these, how many can never be evaluated */
  faulty: z.int(),
});
export type RuleSet = z.infer<typeof RuleSet>;

export const RuleSetChecks = z.array(Check);

export const countsOf = (checks: readonly Check[]) => {
  const of = (kind: Check['kind']): number => checks.filter((check) => check.kind === kind).length;
  return {
    alerts: of('alert'),
    recordings: of('recording'),
    panels: of('panel'),
    faulty: checks.filter(({ fault }) => fault !== null).length,
  };
};
