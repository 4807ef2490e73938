import type { PriceBook } from '../price-book.ts';
import { byContract, charge, listed, priceBook } from './rows.ts';

const HOSTS_SEEN = {
  source: 'datadoghq.com/pricing, captures of May and September 2026',
  effectiveFrom: '2026-05',
} as const;
const SERIES_SEEN = {
  source: 'custom-metrics billing manual; price in SigNoz/signoz.io#3730, July 2026',
  effectiveFrom: '2026-07',
} as const;

const bySeries = (plan: string, hostPrice: string, seriesPerHost: number): PriceBook =>
  priceBook({
    id: `datadog-${plan.toLowerCase()}`,
    vendor: 'Datadog',
    title: `Datadog ${plan}, by series`,
    version: 1,
    billedOn:
      'hosts, and custom series beyond those that come with each host: the mean of hourly distinct sets of name and tags. How often a series has a point does not matter.',
    notes: ['Histograms count as several series.', 'Short spikes weigh little: the mean of the month is billed.'],
    charges: [
      charge('hosts', {
        sku: 'hosts',
        title: `Infrastructure hosts, ${plan}`,
        unit: 'host',
        rows: [listed(hostPrice, HOSTS_SEEN)],
      }),
      charge('series', {
        sku: 'custom-series',
        title: 'Custom series',
        unit: '100 series',
        per: 100,
        includedPerHost: seriesPerHost,
        rows: [listed('5.00', SERIES_SEEN)],
      }),
      charge('ingested_series', {
        sku: 'ingested-series',
        title: 'Ingested series, where tags are configured after ingest',
        unit: '100 series',
        per: 100,
        includedPerHost: seriesPerHost,
        optional: true,
        rows: [listed('0.10', { ...SERIES_SEEN, confidence: 'assumed' })],
      }),
    ],
  });

export const DATADOG: readonly PriceBook[] = [
  bySeries('Pro', '15.00', 100),
  bySeries('Enterprise', '23.00', 200),
  priceBook({
    id: 'datadog-metric-names',
    vendor: 'Datadog',
    title: 'Datadog, by metric name',
    version: 1,
    billedOn: 'points that are ingested and points that are indexed, in tiers; there is no public rate.',
    notes: ['Your own counts: datadog.estimated_usage.metrics.points.*'],
    charges: [
      charge('samples', {
        sku: 'points-ingested',
        title: 'Points ingested',
        unit: 'million points',
        per: 1_000_000,
        rows: [byContract('your contract; the model in DataDog/documentation#36668 and #36758')],
      }),
      charge('samples', {
        sku: 'points-indexed',
        title: 'Points indexed',
        unit: 'million points',
        per: 1_000_000,
        rows: [byContract('your contract; the model in DataDog/documentation#36668 and #36758')],
      }),
    ],
  }),
];
