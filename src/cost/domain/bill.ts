import * as z from 'zod';
import { Currency, type DecimalPrice } from '../../kernel/money.ts';
import { axesNeeded, costOf, edgesOf, includedIn, quantityOf, rowAt, rowsUsed } from './charge.ts';
import { byEnd, type End, type Interval, otherEnd, type Place } from './interval.ts';
import type { PricedBook } from './own-prices.ts';
import { type Charge, Confidence, PriceBookId, Sku } from './price-book.ts';
import { type Consumption, consumptionAt, MONTH, stated, together, type Usage, type UsageAxis } from './usage.ts';

/** Millionths of the bill's currency at each end. */
export const Cost = z.object({ low: z.int(), estimate: z.int(), high: z.int() });
export type Cost = z.infer<typeof Cost>;

/** A place where the price per unit changes, and how far it is. */
const Edge = z.object({
  /** in the unit of the charge */
  at: z.number(),
  distance: z.number(),
  /** per unit, on the far side of it; null: nothing is paid there, or only a contract knows */
  price: z.string().nullable(),
});

export const BillLine = z.object({
  sku: Sku,
  title: z.string(),
  unit: z.string(),
  /** in units; null when its axes are not known */
  quantity: z.object({ low: z.number(), estimate: z.number(), high: z.number() }).nullable(),
  included: z.number().nullable(),
  cost: Cost.nullable(),
  /** why there is no cost, in a sentence, and what would give one */
  open: z.string().nullable(),
  needs: z.enum(['usage', 'price']).nullable(),
  /** what the next unit costs */
  nextUnitPrice: z.string().nullable(),
  edgeBelow: Edge.nullable(),
  edgeAbove: Edge.nullable(),
  confidence: Confidence,
  sources: z.array(z.string()),
});
export type BillLine = z.infer<typeof BillLine>;

/** What a month of usage costs at one vendor. Every figure is an estimate from list or contract prices, never an invoice. */
export const Bill = z.object({
  priceBook: PriceBookId,
  title: z.string(),
  vendor: z.string(),
  /** versions of list and own prices that it was made with */
  reference: z.string(),
  method: z.literal('estimated'),
  currency: Currency,
  /** a month; null: a line is open, and nothing is known instead of too little being shown */
  total: Cost.nullable(),
  /** of the estimate; null with the total */
  hourly: z.int().nullable(),
  daily: z.int().nullable(),
  perSeries: z.int().nullable(),
  lines: z.array(BillLine),
  /** charges about which nothing was said */
  notIncluded: z.array(z.string()),
  /** of the least certain price in it */
  confidence: Confidence,
});
export type Bill = z.infer<typeof Bill>;

/** What a month of usage costs; `rest` is what else is on the same bill and uses up what is included. */
export const billOf = (book: PricedBook, usage: Usage, rest: Usage = {}): Bill => {
  const said = usageSaid(book, usage);
  const month = monthOf(said, rest);
  const all = book.charges.map((charge) => ({ charge, line: lineOf(charge, month, said) }));
  // nobody is asked for the price of what a pipeline seldom changes
  const shown = all.filter(({ charge, line }) => !charge.optional || line.cost !== null);
  const lines = shown.map(({ line }) => line);
  const total = totalOf(lines);
  const series = month.estimate.series;
  return {
    priceBook: book.id,
    title: book.title,
    vendor: book.vendor,
    reference: book.reference,
    method: 'estimated',
    currency: book.currency,
    total,
    hourly: total === null ? null : Math.round(total.estimate / MONTH.hours),
    daily: total === null ? null : Math.round(total.estimate / MONTH.days),
    perSeries: total === null || series === undefined || series === 0 ? null : Math.round(total.estimate / series),
    lines,
    notIncluded: all.flatMap((each) => (shown.includes(each) ? [] : [each.line.title])),
    confidence: leastCertain(lines.map(({ confidence }) => confidence)),
  };
};

/** The first line without a cost. */
export const firstOpen = (...bills: readonly Pick<Bill, 'lines'>[]): BillLine | undefined =>
  bills.flatMap(({ lines }) => lines).find(({ open }) => open !== null);

/** Why a bill has no total. */
export const whyOpen = (...bills: readonly Pick<Bill, 'lines'>[]): string => firstOpen(...bills)?.open ?? 'not known';

/** What is said wins over what the tenant keeps with the book. */
export const usageSaid = ({ ownUsage }: PricedBook, usage: Usage): Usage => ({ ...stated(ownUsage), ...stated(usage) });

/** A month with the rest of the bill, which is counted in the same terms unless it says others. */
export const monthAt = (said: Usage, rest: Usage, place: Place): Consumption => {
  const { bytesPerPoint, retentionDays } = said;
  const terms = stated({ bytesPerPoint, retentionDays });
  return together(consumptionAt(said, place), consumptionAt({ ...terms, ...stated(rest) }, place));
};

type Month = Readonly<Record<End, Consumption>>;

const monthOf = (said: Usage, rest: Usage): Month => ({
  low: monthAt(said, rest, 'low'),
  estimate: monthAt(said, rest, 'estimate'),
  high: monthAt(said, rest, 'high'),
});

const totalOf = (lines: readonly BillLine[]): Cost | null => {
  const costs = lines.flatMap(({ cost }) => (cost === null ? [] : [cost]));
  return costs.length < lines.length ? null : byEnd((end) => costs.reduce((sum, cost) => sum + cost[end], 0));
};

const lineOf = (charge: Charge, month: Month, said: Usage): BillLine => {
  const { sku, title, unit, per } = charge;
  const about = { sku, title, unit };
  const quantity = intervalOf((end) => quantityOf(charge, month[end], end));
  const hosts = intervalOf((end) => (charge.includedPerHost === 0 ? 0 : (month[end].hosts ?? null)));
  if (quantity === null || hosts === null) {
    const missing = axesNeeded(charge).filter((axis) => said[axis] === undefined);
    return { ...about, ...NOTHING, open: `say ${missing.map(axisWords).join(' and ')}`, needs: 'usage' };
  }
  const exact = (end: End): bigint | null => costOf(charge, quantity[end], hosts[otherEnd(end)]);
  const cost = intervalOf((end) => exactMicros(exact(end)));
  const used = rowsUsed(charge, quantity.high, hosts.low);
  const inUnits = (amount: number): number => amount / per;
  return {
    ...about,
    quantity: byEnd((end) => inUnits(quantity[end])),
    included: inUnits(includedIn(charge, hosts.estimate)),
    cost,
    open: cost !== null ? null : exact('high') === null ? `give your price per ${unit}` : TOO_MUCH,
    needs: cost === null ? 'price' : null,
    nextUnitPrice: rowAt(charge, quantity.estimate, hosts.estimate)?.price ?? null,
    ...edgesAround(charge, quantity.estimate, hosts.estimate),
    confidence: cost === null ? 'none' : leastCertain(used.map(({ confidence }) => confidence)),
    sources: [...new Set(used.map(({ source }) => source))],
  };
};

const TOO_MUCH = 'more than nine thousand million a month: check the price and its unit';

const NOTHING: Omit<BillLine, 'sku' | 'title' | 'unit' | 'open' | 'needs'> = {
  quantity: null,
  included: null,
  cost: null,
  nextUnitPrice: null,
  edgeBelow: null,
  edgeAbove: null,
  confidence: 'none',
  sources: [],
};

const intervalOf = (at: (end: End) => number | null): Interval | null => {
  const [low, estimate, high] = [at('low'), at('estimate'), at('high')];
  return low === null || estimate === null || high === null ? null : { low, estimate, high };
};

/** Beyond the exact numbers no bill is shown: the price or its unit is wrong by orders of magnitude. */
export const exactMicros = (micros: bigint | null): number | null =>
  micros === null || micros > BigInt(Number.MAX_SAFE_INTEGER) ? null : Number(micros);

/** The nearest places at which the price per unit changes; a whole unit away is not yet there. */
const edgesAround = (charge: Charge, quantity: number, hosts: number): Pick<BillLine, 'edgeBelow' | 'edgeAbove'> => {
  const edges = edgesOf(charge, hosts);
  const below = edges.findLast((edge) => edge <= quantity);
  const above = edges.find((edge) => edge > quantity);
  const edge = (at: number, price: DecimalPrice | null) => ({
    at: at / charge.per,
    distance: Math.abs(at - quantity) / charge.per,
    price,
  });
  return {
    edgeBelow: below === undefined ? null : edge(below, rowAt(charge, below - 1, hosts)?.price ?? null),
    edgeAbove: above === undefined ? null : edge(above, rowAt(charge, above, hosts)?.price ?? null),
  };
};

const BY_CERTAINTY = Confidence.options;
/** Where nothing is paid, nothing is uncertain but what is included, and that is listed. */
export const leastCertain = (all: readonly Confidence[]): Confidence =>
  all.length === 0 ? 'listed' : (BY_CERTAINTY[Math.max(...all.map((each) => BY_CERTAINTY.indexOf(each)))] ?? 'none');

const AXIS_WORDS: Readonly<Record<UsageAxis, string>> = {
  series: 'active series',
  ingestedSeries: 'ingested series',
  pointsPerMinute: 'points per minute',
  bytesPerPoint: 'bytes per point as this vendor counts them',
  hosts: 'hosts',
  kubernetesHosts: 'Kubernetes hosts',
  retentionDays: 'days of retention',
  queriedSamples: 'samples that queries read in a month',
  queriedBytes: 'bytes that queries read in a month',
  managedCollectors: 'managed collectors',
  cores: 'CPU cores of the collectors',
  memoryBytes: 'memory of the collectors',
};
export const axisWords = (axis: UsageAxis): string => AXIS_WORDS[axis];
