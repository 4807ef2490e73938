import * as z from 'zod';
import { Cost } from '../../../cost/domain/bill.ts';
import { byEnd, Interval } from '../../../cost/domain/interval.ts';
import { atListPrices } from '../../../cost/domain/own-prices.ts';
import { PriceBookId } from '../../../cost/domain/price-book.ts';
import { priceBooksAsked } from '../../../cost/domain/price-books.ts';
import { savingOf } from '../../../cost/domain/saving.ts';
import { Usage } from '../../../cost/domain/usage.ts';
import { Currency } from '../../../kernel/money.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../../kernel/outcome.ts';
import { COLLECTOR_ENVIRONMENT } from '../frame.ts';
import type { Recording } from '../recording.ts';
import { readSettings } from '../validation/settings-text.ts';
import { findingsIn } from '../validation/validate-settings.ts';
import { type Figures, Prediction, predict, spreadOf } from './predict.ts';
import { statesOf } from './recorded-host.ts';
import type { Environment } from './variables.ts';

/** A bill with either variant, in millionths of its currency a month. */
export const PreviewBill = z.object({
  priceBook: PriceBookId,
  title: z.string(),
  /** version of the list prices that it was made with */
  reference: z.string(),
  currency: Currency,
  baseline: Cost.nullable(),
  candidate: Cost.nullable(),
  saving: Cost.nullable(),
  reductionRatio: Interval.nullable(),
  /** what would have to be said for a bill that is not known */
  open: z.array(z.string()),
});
export type PreviewBill = z.infer<typeof PreviewBill>;

export const Preview = z.object({
  momentCount: z.int(),
  /** from its first moment to its last */
  recordedSeconds: z.number(),
  processCount: Interval,
  baseline: Prediction,
  candidate: Prediction,
  /** candidate of baseline; null where one has no figures, or the baseline sends nothing */
  change: z
    .object({
      series: z.number().nullable(),
      pointsPerMinute: z.number().nullable(),
      bytesPerMinute: z.number().nullable(),
    })
    .nullable(),
  /** at list prices, for so many hosts like the recorded one; empty where a variant has no figures */
  hosts: z.int(),
  bills: z.array(PreviewBill),
});
export type Preview = z.infer<typeof Preview>;

/** What a bill needs beside series and points: the vendor's own terms, the same for both variants. */
export const PreviewTerms = Usage.omit({ series: true, pointsPerMinute: true, hosts: true });
export type PreviewTerms = z.infer<typeof PreviewTerms>;

export interface PreviewWish {
  readonly recording: Recording;
  /** rendered collector settings */
  readonly baseline: string;
  readonly candidate: string;
  readonly criticalProcesses: readonly string[];
  /** so many hosts like this one */
  readonly hosts: number;
  readonly terms: PreviewTerms;
  /** undefined: every vendor */
  readonly priceBook: string | undefined;
}

export type PreviewRefusal = Refusal<'pipeline-not-previewable' | 'price-book-not-found'>;

/**
 * What two pipelines would send from a recorded host, and what that costs, by carrying out their processors on the
 * recording. Refuses settings that the collector would not take.
 */
export const preview = (wish: PreviewWish): Outcome<Preview, PreviewRefusal> => {
  const books = priceBooksAsked(wish.priceBook);
  if (!books.accepted) return books;
  const states = statesOf(wish.recording);
  const sample = { states, criticalProcesses: wish.criticalProcesses };
  const predictions: Prediction[] = [];
  for (const variant of ['baseline', 'candidate'] as const) {
    const text = wish[variant];
    const read = readSettings(text);
    const fault = findingsIn(text, read).find(({ severity }) => severity === 'error');
    if (fault !== undefined || !read.readable)
      return refuse(
        'pipeline-not-previewable',
        `the ${variant} is no pipeline that a collector takes: ${fault?.message}, line ${fault?.line}; ${fault?.fix}`,
        { variant, ...fault },
        [{ pointer: `/${variant}`, code: fault?.rule ?? 'unreadable', message: fault?.message ?? 'it cannot be read' }],
      );
    predictions.push(predict(read.text, sample, standIns(variant)));
  }
  const [baseline, candidate] = predictions as [Prediction, Prediction];
  const both =
    baseline.figures === null || candidate.figures === null
      ? null
      : { baseline: baseline.figures, candidate: candidate.figures };
  const { moments } = wish.recording;
  return accept({
    momentCount: moments.length,
    recordedSeconds: (moments.at(-1)?.atSeconds ?? 0) - (moments[0]?.atSeconds ?? 0),
    processCount: spreadOf(states.map(({ processes }) => processes.length)),
    baseline,
    candidate,
    change: both === null ? null : changeOf(both.baseline, both.candidate),
    hosts: wish.hosts,
    bills: both === null ? [] : books.value.map((book) => billOf(book, both, wish)),
  });
};

/** As long as what a pod has there: only the length of labels depends on it. */
const standIns = (variant: string): Environment => ({
  [COLLECTOR_ENVIRONMENT.nodeName]: 'node-1',
  [COLLECTOR_ENVIRONMENT.cluster]: 'cluster-1',
  [COLLECTOR_ENVIRONMENT.experiment]: 'exp-0123456789ab',
  [COLLECTOR_ENVIRONMENT.epoch]: 'e1',
  [COLLECTOR_ENVIRONMENT.variant]: variant,
});

const changeOf = (baseline: Figures, candidate: Figures): NonNullable<Preview['change']> => {
  const ratio = (one: number, other: number): number | null => (one === 0 ? null : other / one);
  return {
    series: ratio(baseline.series, candidate.series),
    pointsPerMinute: ratio(baseline.pointsPerMinute.estimate, candidate.pointsPerMinute.estimate),
    bytesPerMinute: ratio(baseline.bytesPerMinute.estimate, candidate.bytesPerMinute.estimate),
  };
};

type Book = Parameters<typeof atListPrices>[0];
type Both = { readonly baseline: Figures; readonly candidate: Figures };

const billOf = (book: Book, { baseline, candidate }: Both, { hosts, terms }: PreviewWish): PreviewBill => {
  const usage = (figures: Figures): Usage => ({
    ...terms,
    hosts,
    series: times(hosts, billedSeries(figures)),
    pointsPerMinute: times(hosts, figures.pointsPerMinute),
  });
  const row = savingOf(atListPrices(book), {
    baseline: usage(baseline),
    candidate: usage(candidate),
    change: {},
    rest: {},
  });
  const open = [...row.baseline.lines, ...row.candidate.lines].flatMap((line) =>
    line.open === null ? [] : [line.open],
  );
  return {
    priceBook: row.priceBook,
    title: row.title,
    reference: row.reference,
    currency: row.currency,
    baseline: row.baseline.total,
    candidate: row.candidate.total,
    saving: row.saving,
    reductionRatio: row.reductionRatio,
    open: [...new Set(open)],
  };
};

/** A vendor counts over longer than a scrape, so what is there at once is the least, and what the recording shows is meant. */
const billedSeries = ({ series, seriesAtOnce }: Figures): Interval => ({
  low: Math.min(seriesAtOnce.estimate, series),
  estimate: series,
  high: series,
});

const times = (count: number, interval: Interval): Interval => byEnd((end) => count * interval[end]);
