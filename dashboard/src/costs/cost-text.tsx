import { type Bill, type Cost, firstOpen } from '../../../src/cost/domain/bill.ts';
import type { Interval } from '../../../src/cost/domain/interval.ts';
import type { Deduction } from '../../../src/cost/domain/net-saving.ts';
import { moneyText } from '../../../src/kernel/money.ts';
import { formatNumber, NOTHING } from '../format/numbers.ts';
import type { Word } from '../format/words.ts';

const MILLIONTHS = 1_000_000;

const show = (micros: number): string => formatNumber(micros / MILLIONTHS);

/** Money with its interval; the exact sums on hover. Nothing is uncertain where there is one number. */
export const CostText = ({ cost, currency }: { readonly cost: Cost | null; readonly currency: string }) => {
  if (cost === null) return <span className="quiet">{NOTHING}</span>;
  const { low, estimate, high } = cost;
  const exact = [...new Set([estimate, low, high])].map((micros) => moneyText({ micros, currency })).join(', ');
  return (
    <span className="num" title={low === high ? exact : `estimate, low, high: ${exact}`}>
      <strong>{show(estimate)}</strong>
      {low === high ? null : (
        <span className="quiet">
          {' '}
          ({show(low)} … {show(high)})
        </span>
      )}
    </span>
  );
};

/** An interval of anything else, in one form of its numbers. */
export const spanText = ({ low, estimate, high }: Interval, format: (value: number) => string): string =>
  low === high ? format(estimate) : `${format(estimate)} (${format(low)} … ${format(high)})`;

/** How far a price can be trusted. */
export const PRICE_WORDS: Readonly<Record<Bill['confidence'], Word>> = {
  contract: { word: 'yours', tone: 'good' },
  listed: { word: 'list', tone: 'neutral' },
  assumed: { word: 'assumed', tone: 'unclear' },
  none: { word: 'needs your price', tone: 'unclear' },
};

/** Whose prices are on a bill, or what it waits for. */
export const pricesOn = (bill: Bill): Word =>
  firstOpen(bill)?.needs === 'usage' ? { word: 'needs an amount', tone: 'unclear' } : PRICE_WORDS[bill.confidence];

export const DeductionText = ({ given, period }: { readonly given: Deduction; readonly period: string }) =>
  'open' in given ? (
    <span className="quiet">not subtracted: {given.open}</span>
  ) : (
    <>
      <CostText cost={given.cost} currency={given.currency} /> {given.currency} {period}
    </>
  );
