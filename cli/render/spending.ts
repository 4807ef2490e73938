import type { Savings, SpendingAnalytics, SpendingFlow } from '../../src/experiments/contract/spending-routes.ts';
import type { PlaceSpending, Spending } from '../../src/experiments/domain/spending.ts';
import { amountText } from '../../src/kernel/money.ts';
import { counted } from '../../src/kernel/words.ts';
import { costText } from './cost.ts';
import { number } from './numbers.ts';
import { renderFields, renderTable } from './table.ts';

export const describeAnalytics = (spending: SpendingAnalytics): string => {
  const { pipelines, teams, nodes, experiments, leftOut, missing } = spending;
  if (missing !== null) return missing;
  return [
    `From ${counted(experiments, 'experiment')}${leftOut ? ', the newest' : ''}, on ${spending.reference}, in ${spending.currency} a month:`,
    '',
    renderTable(
      ['pipeline', 'nodes', 'experiments', 'series', 'points a minute', 'a month'],
      pipelines.map(({ name, sent, ...row }) => [
        name,
        String(row.nodes),
        String(row.experiments),
        number(sent.series),
        number(sent.pointsPerMinute),
        monthText(sent),
      ]),
    ),
    '',
    places('team', teams),
    '',
    places('node', nodes),
  ].join('\n');
};

const places = (what: string, rows: readonly PlaceSpending[]): string =>
  renderTable(
    [what, 'nodes', 'baseline points a minute', 'candidate', 'baseline a month', 'candidate a month'],
    rows.map(({ name, nodes, baseline, candidate }) => [
      name,
      String(nodes),
      number(baseline.pointsPerMinute),
      number(candidate.pointsPerMinute),
      monthText(baseline),
      monthText(candidate),
    ]),
  );

const monthText = ({ monthly, open }: Spending): string => (monthly === null ? (open ?? '–') : costText(monthly));

export const describeFlow = ({ items, missing, reference, currency }: SpendingFlow): string => {
  if (missing !== null) return missing;
  const rate = ({ sent, hourlyMicros, missing: why }: SpendingFlow['items'][number]['baseline']): readonly string[] => [
    sent === null ? (why ?? '–') : number(sent.pointsPerMinute),
    hourlyMicros === null ? (why ?? '–') : amountText(hourlyMicros),
  ];
  return [
    `On ${reference}, in ${currency}:`,
    '',
    renderTable(
      ['experiment', 'nodes', 'baseline points a minute', 'an hour', 'candidate points a minute', 'an hour', 'as of'],
      items.map(({ name, nodes, baseline, candidate, slotEndsAt }) => [
        name,
        String(nodes),
        ...rate(baseline),
        ...rate(candidate),
        slotEndsAt ?? '–',
      ]),
    ),
  ].join('\n');
};

export const describeSavings = (savings: Savings): string => {
  const { items, missing, leftOut, currency, reference, sincePromotion } = savings;
  if (missing !== null) return missing;
  return [
    `On ${reference}, in ${currency} a month, of the measured nodes${leftOut ? '; the newest experiments' : ''}:`,
    '',
    renderTable(
      ['experiment', 'team', 'candidate', 'state', 'nodes', 'saves', 'remark'],
      items.map(({ name, team, candidate, state, nodes, monthly, open, hypotheticalBaseline }) => [
        name,
        team,
        candidate,
        state,
        String(nodes),
        monthly === null ? '–' : costText(monthly),
        open ?? (hypotheticalBaseline ? 'nobody runs its baseline: the difference of two bills' : ''),
      ]),
    ),
    '',
    renderFields([
      ['promoted', sumText(savings.promoted)],
      ['offered', sumText(savings.offered)],
      ['nobody’s baseline', sumText(savings.hypothetical)],
      [
        'since promotion',
        sincePromotion.cost === null
          ? 'nothing is promoted that has money'
          : `${costText(sincePromotion.cost)}, projected: no invoice was read`,
      ],
    ]),
  ].join('\n');
};

const sumText = ({ experiments, notKnown, monthly }: Savings['promoted']): string =>
  [
    counted(experiments, 'experiment'),
    ...(monthly === null ? [] : [`${costText(monthly)} a month`]),
    ...(notKnown === 0 ? [] : [`${notKnown} without a price`]),
  ].join(', ');
