import { computeDeduction, everyBill } from '../../cost/domain/every-bill.ts';
import { experimentCostOf } from '../../cost/domain/experiment-cost.ts';
import { type Day, makePriced, type OwnPrices } from '../../cost/domain/own-prices.ts';
import type { PriceBook } from '../../cost/domain/price-book.ts';
import { COLLECTOR_COMPUTE, priceBooksAsked, priceBooksOf } from '../../cost/domain/price-books.ts';
import type { Comparison } from '../../cost/domain/saving.ts';
import { stated } from '../../cost/domain/usage.ts';
import { FEWEST_NODES } from '../../judgement/domain/fleet.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Sample } from '../../measurement/domain/sample.ts';
import type { CostAnalysis, CostQuery } from '../contract/cost-routes.ts';
import { headlineOf, NOBODY_RUNS_IT } from '../domain/cost-words.ts';
import { lifeOf, verdictOf } from '../domain/experiment.ts';
import { experimentUse, FEWEST_SLOTS, type MeasuredUsage, measuredUsage } from '../domain/measured-usage.ts';
import { IS_BASELINE_HYPOTHETICAL } from '../domain/settings.ts';
import type { Effect } from '../domain/verdict.ts';
import type { Stored } from './ports.ts';

/** What is known beside the evidence. */
export interface Known {
  readonly query: CostQuery;
  readonly own: readonly OwnPrices[];
  readonly day: Day;
  /** prices of the measurement store, where it has any */
  readonly store: PriceBook | null;
}

/** Evidence and prices → money: the same samples and prices always give the same figures. */
export const analyseCosts = (
  stored: Stored,
  samples: readonly Sample[],
  { query, own, day, store }: Known,
): Outcome<CostAnalysis, Refusal<'price-book-not-found' | 'usage-not-measured' | 'fleet-not-known'>> => {
  const { experiment } = stored;
  const { settings } = experiment;
  const books = priceBooksAsked(query.priceBook, priceBooksOf(own));
  if (!books.accepted) return books;
  const nodesMeasured = lifeOf(experiment)?.nodes.length ?? 0;
  const nodes = query.fleetNodes ?? nodesMeasured;
  const effects = effectsMeant(stored, nodes, nodesMeasured);
  if (!effects.accepted) return effects;
  const measured = measuredUsage(samples, effects.value, {
    nodes: nodesMeasured,
    slotSeconds: settings.slotSeconds,
    fleetNodes: nodes === nodesMeasured ? null : nodes,
  });
  if (measured === null) return notMeasured(stored);

  const comparison = comparisonOf(measured, query);
  const onDay = makePriced(own, day);
  const nodePrices = onDay(COLLECTOR_COMPUTE);
  const experimentCost = experimentCostOf(
    experimentUse(samples, settings.slotSeconds),
    nodePrices,
    store === null ? null : onDay(store),
  );
  const compute = computeDeduction(nodePrices, comparison);
  const rows = everyBill(books.value.map(onDay), comparison, { compute, experiment: experimentCost.total });
  const verdict = verdictOf(experiment);
  const hypotheticalBaseline = verdict?.hypotheticalBaseline ?? IS_BASELINE_HYPOTHETICAL;
  return accept({
    experimentId: experiment.id,
    epoch: experiment.epoch,
    day,
    verdict: verdict?.verdict ?? null,
    nodesMeasured,
    nodes,
    slots: measured.slots,
    hypotheticalBaseline,
    noHeadline: hypotheticalBaseline ? NOBODY_RUNS_IT : null,
    comparison,
    wireBytesPerPoint: measured.wireBytesPerPoint,
    compute,
    experiment: experimentCost,
    items: rows.map((row) => ({ ...row, headline: hypotheticalBaseline ? null : headlineOf(row, verdict === null) })),
  });
};

/** Of the measured nodes as they were judged; of a fleet only as the verdict says about nodes that were not measured. */
const effectsMeant = (
  { experiment, progress }: Stored,
  nodes: number,
  nodesMeasured: number,
): Outcome<readonly Effect[], Refusal<'fleet-not-known'>> => {
  const verdict = verdictOf(experiment);
  const onMeasured = verdict?.onMeasuredNodes ?? [];
  if (nodes === nodesMeasured) return accept(onMeasured.length > 0 ? onMeasured : (progress.latestLook?.effects ?? []));
  if (verdict?.ifRolledOut != null && nodesMeasured >= FEWEST_NODES) return accept(verdict.ifRolledOut);
  return refuse(
    'fleet-not-known',
    verdict === null
      ? `what ${nodes} nodes would save is known with the verdict; it is ${experiment.state}`
      : `${nodesMeasured} nodes were measured: what ${nodes} would save is not known; measure more nodes`,
    { nodes, nodesMeasured },
  );
};

const notMeasured = ({ experiment }: Stored) =>
  refuse(
    'usage-not-measured',
    `usage is known from ${FEWEST_SLOTS} measured slots of both variants on; it is ${experiment.state}`,
    { state: experiment.state },
  );

const comparisonOf = (
  { baseline, candidate, change }: MeasuredUsage,
  { bytesPerPoint, restSeries, restPointsPerMinute, restHosts }: CostQuery,
): Comparison => {
  const bytes = stated({ bytesPerPoint });
  return {
    baseline: { ...baseline, ...bytes },
    candidate: { ...candidate, ...bytes },
    change,
    rest: stated({ series: restSeries, pointsPerMinute: restPointsPerMinute, hosts: restHosts }),
  };
};
