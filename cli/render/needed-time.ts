import type { NeededTime } from '../../src/experiments/contract/plan.ts';
import { describeDuration } from '../../src/kernel/duration.ts';
import { renderFields, renderTable } from './table.ts';

const needed = (seconds: number | null): string => (seconds === null ? 'never' : describeDuration(seconds));

/** The answer first, then what each claim needs, what it rests on and what the experiment itself costs. */
export const describeNeededTime = (plan: NeededTime): string =>
  [
    plan.sentence,
    '',
    renderTable(
      ['metric', 'role', 'needs', 'because of', 'remark'],
      plan.claims.map(({ title, role, neededSeconds, basedOn, remark }) => [
        title,
        role,
        needed(neededSeconds),
        basedOn,
        remark ?? '',
      ]),
    ),
    '',
    renderFields([
      ['to be sure', `a good candidate is recognised in ${plan.power * 100} of 100 experiments`],
      ['rests on', plan.basis.sentence],
      [
        'costs',
        `${plan.cost.collectors} collectors on ${plan.cost.nodes} nodes for ${describeDuration(plan.cost.seconds)}: ${plan.cost.nodeSeconds} node seconds`,
      ],
    ]),
  ].join('\n');
