import type { PriceBook, PriceRow } from '../price-book.ts';
import { byContract, charge, GB, GIB, listed, priceBook } from './rows.ts';

const SIGNOZ = { source: 'SigNoz/signoz.io#3730, July 2026', effectiveFrom: '2026-07' } as const;

const bySamples = (id: string, vendor: string, title: string, row: PriceRow): PriceBook =>
  priceBook({
    id,
    vendor,
    title,
    version: 1,
    billedOn: 'samples, and nothing else.',
    charges: [
      charge('samples', { sku: 'samples', title: 'Samples', unit: 'million samples', per: 1_000_000, rows: [row] }),
    ],
  });

/** Vendors of whom no price, or not every price, is known without a contract. */
export const OTHERS: readonly PriceBook[] = [
  priceBook({
    id: 'splunk-hosts',
    vendor: 'Splunk Observability',
    title: 'Splunk Observability, by host',
    version: 1,
    billedOn:
      'hosts, and custom series beyond those that come with each host: the mean of hourly series. Resolution is free.',
    notes: [
      'The Standard plan with 100 series a host; Enterprise has 200. Bundles cost 60 or 75 a host.',
      'A point of a histogram counts as 8 series; archived series cost a tenth.',
    ],
    charges: [
      charge('hosts', {
        sku: 'hosts',
        title: 'Infrastructure hosts',
        unit: 'host',
        rows: [listed('15.00', { source: 'Splunk list price, August 2026', effectiveFrom: '2026-08' })],
      }),
      charge('series', {
        sku: 'custom-series',
        title: 'Custom series',
        unit: 'series',
        includedPerHost: 100,
        rows: [byContract()],
      }),
    ],
  }),
  priceBook({
    id: 'splunk-points',
    vendor: 'Splunk Observability',
    title: 'Splunk Observability, by points a minute',
    version: 1,
    billedOn: 'data points per minute.',
    charges: [
      charge('points_per_minute', {
        sku: 'points-per-minute',
        title: 'Data points per minute',
        unit: 'point a minute',
        rows: [byContract()],
      }),
    ],
  }),
  priceBook({
    id: 'honeycomb',
    vendor: 'Honeycomb',
    title: 'Honeycomb metrics',
    version: 1,
    billedOn: 'metric points beyond the 100 million of the free tier.',
    notes: ['Pro begins at 130 USD a month with 1.5 billion events.'],
    charges: [
      charge('samples', {
        sku: 'metric-points',
        title: 'Metric points',
        unit: 'million points',
        per: 1_000_000,
        included: 100_000_000,
        rows: [byContract()],
      }),
    ],
  }),
  priceBook({
    id: 'dynatrace',
    vendor: 'Dynatrace',
    title: 'Dynatrace platform subscription',
    version: 1,
    billedOn: 'data points ingested, GiB-days retained, GiB queried.',
    notes: [
      'A volume is included with each host, by your rate card.',
      'Hosts cost 29 USD (infrastructure) or 58 USD per 8 GiB (full stack), August 2026; a pipeline does not change them.',
    ],
    charges: [
      charge('samples', {
        sku: 'ingested-points',
        title: 'Data points ingested',
        unit: '100 000 points',
        per: 100_000,
        rows: [
          listed('0.15', {
            source: 'about, to be checked in your rate card',
            effectiveFrom: null,
            confidence: 'assumed',
          }),
        ],
      }),
      charge('retained_byte_days', {
        sku: 'retained',
        title: 'Retained',
        unit: 'GiB-day',
        per: GIB,
        optional: true,
        rows: [byContract('your rate card')],
      }),
      charge('queried_bytes', {
        sku: 'queried',
        title: 'Queried',
        unit: 'GiB',
        per: GIB,
        optional: true,
        rows: [byContract('your rate card')],
      }),
    ],
  }),
  priceBook({
    id: 'elastic-serverless',
    vendor: 'Elastic',
    title: 'Elastic Serverless',
    version: 1,
    billedOn: 'gigabytes ingested and retained, uncompressed, normalised and enriched.',
    charges: [
      charge('bytes', {
        sku: 'ingested',
        title: 'Ingested',
        unit: 'GB',
        per: GB,
        rows: [byContract('by region')],
      }),
      charge('retained_bytes', {
        sku: 'retained',
        title: 'Retained',
        unit: 'GB',
        per: GB,
        optional: true,
        rows: [byContract('by region')],
      }),
    ],
  }),
  bySamples('signoz', 'SigNoz', 'SigNoz Cloud metrics', listed('0.10', SIGNOZ)),
  bySamples(
    'google-managed-prometheus',
    'Google Cloud',
    'Google Managed Prometheus',
    listed('0.06', { source: 'to be checked', effectiveFrom: null, confidence: 'assumed' }),
  ),
  priceBook({
    id: 'self-hosted',
    vendor: 'Self-hosted',
    title: 'Prometheus, Mimir or VictoriaMetrics on own nodes',
    version: 1,
    billedOn:
      'memory for active series (3 to 8 kB each) and disk for samples (1 to 2 bytes each), at the price of your nodes.',
    notes: [
      'The bounds are assumed; your own: process_resident_memory_bytes / prometheus_tsdb_head_series.',
      'People who run it are not counted.',
    ],
    charges: [
      charge(
        { by: 'quantity', quantity: 'series', each: { low: 3000, estimate: 5500, high: 8000 } },
        {
          sku: 'memory',
          title: 'Memory for series',
          unit: 'GiB for a month',
          per: GIB,
          rows: [byContract('price of your nodes, for example from OpenCost')],
        },
      ),
      charge(
        { by: 'quantity', quantity: 'stored_samples', each: { low: 1, estimate: 1.5, high: 2 } },
        {
          sku: 'disk',
          title: 'Disk for samples',
          unit: 'GB for a month',
          per: GB,
          optional: true,
          rows: [byContract('price of your disks')],
        },
      ),
    ],
  }),
];

/** What the collectors themselves need. */
export const COLLECTOR_COMPUTE: PriceBook = {
  ...priceBook({
    id: 'collector-compute',
    vendor: 'Your nodes',
    title: 'Compute of the collectors',
    version: 1,
    billedOn: 'core-hours and GiB-hours, at the price of your nodes.',
    notes: ['For example from OpenCost, or the hourly price of a node divided by what it has.'],
    charges: [
      charge('core_seconds', {
        sku: 'cpu',
        title: 'CPU',
        unit: 'core-hour',
        per: 3600,
        rows: [byContract('price of your nodes, for example from OpenCost')],
      }),
      charge('memory_mib_seconds', {
        sku: 'memory',
        title: 'Memory',
        unit: 'GiB-hour',
        per: 1024 * 3600,
        rows: [byContract('price of your nodes, for example from OpenCost')],
      }),
    ],
  }),
  kind: 'compute',
};
