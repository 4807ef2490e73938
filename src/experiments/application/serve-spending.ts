import { type Cost, whyOpen } from '../../cost/domain/bill.ts';
import { byEnd } from '../../cost/domain/interval.ts';
import { type Day, dayOf, makePriced, type OwnPrices } from '../../cost/domain/own-prices.ts';
import type { PriceBookId } from '../../cost/domain/price-book.ts';
import { findPriceBook, priceBooksOf } from '../../cost/domain/price-books.ts';
import { MONTH, stated } from '../../cost/domain/usage.ts';
import type { TenantId } from '../../kernel/identity.ts';
import { type Instant, secondsAfter, secondsBetween } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { type Sample, VARIANTS, type Variant } from '../../measurement/domain/sample.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { type Savings, type SpendingFlow, spendingRoutes } from '../contract/spending-routes.ts';
import { isTerminal, lifeOf, promotionOf, verdictOf } from '../domain/experiment.ts';
import { warmupSlots } from '../domain/schedule.ts';
import { pipelineWords } from '../domain/settings.ts';
import { type Measured, type Pricing, spendingOf, spendingOn, teamOf } from '../domain/spending.ts';
import { analyseCosts } from './analyse-costs.ts';
import type { ExperimentStore, SampleReader, Stored } from './ports.ts';
import { metricSeries } from './read-measurements.ts';
import type { OwnPriceReader } from './serve-costs.ts';

export interface ServeSpendingPorts {
  readonly experiments: Pick<ExperimentStore, 'list'>;
  readonly samples: SampleReader;
  readonly ownPrices: OwnPriceReader;
  readonly clock: Clock;
}

/** What an answer may read: so many experiments, the newest slots of each. */
const MOST_EXPERIMENTS = 30;
const SPENDING_SLOTS = 60;
const SAVING_SLOTS = 240;

const DAY_SECONDS = 86_400;

/** Money over all experiments of a tenant, from what they measured. Nothing is stored, nothing is guessed. */
export const serveSpending = ({
  experiments,
  samples,
  ownPrices,
  clock,
}: ServeSpendingPorts): readonly ServedRoute[] => {
  const newestSamples = async ({ experiment, progress }: Stored, slots: number): Promise<readonly Sample[]> => {
    if (progress.slotsMeasured === 0) return [];
    const end = warmupSlots(experiment.settings) + progress.slotsMeasured;
    const range = { fromSlot: Math.max(0, end - slots), toSlot: end - 1 };
    return samples.list(experiment.tenantId, experiment.id, experiment.epoch, range);
  };

  return implement(spendingRoutes, {
    getSpendingAnalytics: async ({ caller: { tenantId }, query }) => {
      const asked = await pricingOf(ownPrices, tenantId, query, dayOf(clock.now()));
      if (!asked.accepted) return asked;
      const until = clock.now();
      const from = secondsAfter(until, -Number.parseInt(query.period, 10) * DAY_SECONDS);
      const page = await experiments.list(tenantId, {}, { limit: 100 });
      const within = page.items.filter((stored) => hasMeasuredSince(stored, from));
      const measured: Measured[] = [];
      // one after the other: all of them at once would not fit into the function's memory
      for (const stored of within.slice(0, MOST_EXPERIMENTS)) {
        const newest = await newestSamples(stored, SPENDING_SLOTS);
        measured.push({ experiment: stored.experiment, samples: newest.filter(({ endsAt }) => endsAt >= from) });
      }
      const spending = spendingOf(measured, asked.value.pricing);
      return accept({
        body: {
          ...asked.value.priced,
          missing:
            spending.nodes.length > 0
              ? null
              : `nothing was measured in ${query.period}: start an experiment, or ask further back`,
          from,
          until,
          experiments: measured.length,
          leftOut: within.length > MOST_EXPERIMENTS || page.nextKey !== null,
          ...spending,
        },
      });
    },

    getSpendingFlow: async ({ caller: { tenantId }, query }) => {
      const asked = await pricingOf(ownPrices, tenantId, query, dayOf(clock.now()));
      if (!asked.accepted) return asked;
      const { items } = await experiments.list(tenantId, { state: 'running' }, { limit: MOST_EXPERIMENTS });
      const flowing: SpendingFlow['items'] = [];
      for (const stored of items) {
        flowing.push(flowOf(stored, (await newestSamples(stored, 1)).at(-1), asked.value.pricing));
      }
      return accept({
        body: {
          ...asked.value.priced,
          missing: flowing.length > 0 ? null : 'no experiment is running: what flows is known while one measures',
          at: clock.now(),
          items: flowing,
        },
      });
    },

    getSavings: async ({ caller: { tenantId }, query }) => {
      const asked = await pricingOf(ownPrices, tenantId, query, dayOf(clock.now()));
      if (!asked.accepted) return asked;
      const page = await experiments.list(tenantId, { verdict: 'promote' }, { limit: MOST_EXPERIMENTS });
      const items: Savings['items'] = [];
      for (const stored of page.items) {
        const newest = await newestSamples(stored, SAVING_SLOTS);
        items.push(savingOfExperiment(stored, newest, { ...asked.value, query }));
      }
      return accept({
        body: {
          ...asked.value.priced,
          missing: items.length > 0 ? null : 'no experiment has proven a saving yet',
          leftOut: page.nextKey !== null,
          items,
          ...sums(items, clock.now()),
        },
      });
    },
  });
};

interface Asked {
  readonly own: readonly OwnPrices[];
  readonly pricing: Pricing;
  readonly priced: Pick<Savings, 'day' | 'priceBook' | 'reference' | 'currency'>;
}

interface BillQuery {
  readonly priceBook: PriceBookId;
  readonly day?: Day | undefined;
  readonly bytesPerPoint?: number | undefined;
}

const pricingOf = async (
  ownPrices: OwnPriceReader,
  tenantId: TenantId,
  { priceBook, day, bytesPerPoint }: BillQuery,
  today: Day,
): Promise<Outcome<Asked, Refusal<'price-book-not-found'>>> => {
  const own = await ownPrices.list(tenantId);
  const found = findPriceBook(priceBook, priceBooksOf(own));
  if (!found.accepted) return found;
  const book = makePriced(own, day ?? today)(found.value);
  const { reference, currency } = book;
  return accept({
    own,
    pricing: { book, terms: stated({ bytesPerPoint }) },
    priced: { day: day ?? today, priceBook, reference, currency },
  });
};

const hasMeasuredSince = ({ experiment, progress }: Stored, from: Instant): boolean =>
  lifeOf(experiment) !== null &&
  progress.slotsMeasured > 0 &&
  (!isTerminal(experiment) || experiment.completedAt >= from);

const flowOf = (
  { experiment }: Stored,
  newest: Sample | undefined,
  pricing: Pricing,
): SpendingFlow['items'][number] => {
  const nodes = lifeOf(experiment)?.nodes.length ?? 0;
  const rate = (variant: Variant): SpendingFlow['items'][number]['baseline'] => {
    const [series, points] = (['active_series', 'exported_points'] as const).map((metric) =>
      newest === undefined ? undefined : metricSeries(metric, [newest]).variants[VARIANTS.indexOf(variant)]?.pooled[0],
    );
    if (series === undefined || points === undefined) {
      return { sent: null, hourlyMicros: null, missing: 'no slot is measured yet' };
    }
    if (!('value' in series && 'value' in points)) {
      const reason = 'missing' in series ? series.missing : 'missing' in points ? points.missing : '';
      return { sent: null, hourlyMicros: null, missing: reason.replaceAll('_', ' ') };
    }
    const pointsPerMinute = (points.value * 60) / experiment.settings.slotSeconds;
    const { monthly, ...sent } = spendingOn([{ series: series.value, pointsPerMinute }], pricing, nodes);
    return {
      sent: { ...sent, monthly },
      hourlyMicros: monthly === null ? null : Math.round(monthly.estimate / MONTH.hours),
      missing: sent.open,
    };
  };
  return {
    experimentId: experiment.id,
    name: experiment.settings.name,
    nodes,
    slotEndsAt: newest?.endsAt ?? null,
    baseline: rate('baseline'),
    candidate: rate('candidate'),
  };
};

const savingOfExperiment = (
  stored: Stored,
  samples: readonly Sample[],
  { own, priced, query }: Asked & { readonly query: BillQuery },
): Savings['items'][number] => {
  const { experiment } = stored;
  const verdict = verdictOf(experiment);
  const { priceBook, bytesPerPoint } = query;
  const analysed = analyseCosts(stored, samples, {
    query: { priceBook, bytesPerPoint },
    own,
    day: priced.day,
    store: null,
  });
  const row = analysed.accepted ? analysed.value.items[0] : undefined;
  const monthly = row?.net?.monthly ?? null;
  return {
    experimentId: experiment.id,
    name: experiment.settings.name,
    team: teamOf(experiment),
    candidate: pipelineWords(experiment.settings.candidatePipeline),
    state: experiment.state,
    decidedAt: verdict?.at ?? experiment.enteredAt,
    promotedAt: experiment.state === 'promoted' ? (promotionOf(experiment)?.at ?? null) : null,
    nodes: lifeOf(experiment)?.nodes.length ?? 0,
    slots: analysed.accepted ? analysed.value.slots : 0,
    hypotheticalBaseline: verdict?.hypotheticalBaseline ?? true,
    monthly,
    open: monthly !== null ? null : row === undefined ? whyNot(analysed) : whyOpen(row.baseline, row.candidate),
  };
};

const whyNot = (outcome: Outcome<unknown>): string => (outcome.accepted ? '' : outcome.refusal.message);

/** Ends are added to ends: wide, but nothing is assumed about how experiments go together. */
const sums = (
  items: Savings['items'],
  now: Instant,
): Pick<Savings, 'promoted' | 'offered' | 'hypothetical' | 'sincePromotion'> => {
  const real = items.filter(({ hypotheticalBaseline }) => !hypotheticalBaseline);
  const promoted = real.filter(({ promotedAt }) => promotedAt !== null);
  return {
    promoted: sumOf(promoted),
    offered: sumOf(real.filter(({ state }) => state === 'awaiting_approval')),
    hypothetical: sumOf(items.filter(({ hypotheticalBaseline }) => hypotheticalBaseline)),
    sincePromotion: {
      method: 'projected',
      cost: together(
        promoted.flatMap(({ monthly, promotedAt }) => {
          if (monthly === null || promotedAt === null) return [];
          const months = secondsBetween(promotedAt, now) / MONTH.seconds;
          return [byEnd((end) => Math.round(monthly[end] * months))];
        }),
      ),
    },
  };
};

const sumOf = (items: Savings['items']): Savings['promoted'] => {
  const known = items.flatMap(({ monthly }) => (monthly === null ? [] : [monthly]));
  return { experiments: items.length, notKnown: items.length - known.length, monthly: together(known) };
};

const together = (costs: readonly Cost[]): Cost | null =>
  costs.length === 0 ? null : byEnd((end) => costs.reduce((sum, cost) => sum + cost[end], 0));
