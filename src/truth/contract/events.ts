import * as z from 'zod';
import { event } from '../../platform/declare/event.ts';
import { RuleSetName } from '../domain/rule-set.ts';

/** What truth says on the bus. */
export const truthEvents = [
  event({
    type: 'rule_set.imported',
    schemaVersion: 1,
    summary: 'Rules and dashboards were imported, or imported anew',
    data: z.object({ name: RuleSetName, revision: z.int(), digest: z.string(), checks: z.int() }),
  }),
] as const;
