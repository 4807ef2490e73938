import type { Charge, PriceBook } from '../price-book.ts';
import { byContract, charge, GB, GIB, listed, priceBook } from './rows.ts';

const AMP = { source: 'aws.amazon.com/prometheus/pricing', effectiveFrom: null } as const;
const CLOUDWATCH = {
  source: 'AWS list price as last seen, to be checked for your region',
  effectiveFrom: null,
} as const;
const BY_REGION = 'List prices as last seen; they differ by region.';

const STORED = { low: 1, estimate: 1.5, high: 2 };

const INGEST_AND_STORE: readonly Charge[] = [
  charge('samples', {
    sku: 'ingested-samples',
    title: 'Samples ingested',
    unit: '10 million samples',
    per: 10_000_000,
    included: 40_000_000,
    rows: [
      listed('0.90', AMP),
      listed('0.35', AMP, 2_000_000_000),
      listed('0.16', { ...AMP, confidence: 'assumed' }, 252_000_000_000),
    ],
  }),
  charge(
    { by: 'quantity', quantity: 'stored_samples', each: STORED },
    {
      sku: 'stored',
      title: 'Storage, 1 to 2 bytes a sample without labels',
      unit: 'GB',
      per: GB,
      included: 10 * GB,
      optional: true,
      rows: [listed('0.03', AMP)],
    },
  ),
  charge('queried_samples', {
    sku: 'queried-samples',
    title: 'Samples read by queries',
    unit: '1000 million samples',
    per: 1_000_000_000,
    included: 200_000_000_000,
    optional: true,
    rows: [listed('0.10', AMP)],
  }),
];

const CLOUDWATCH_METRICS = charge('series', {
  sku: 'metrics',
  title: 'Custom metrics',
  unit: 'metric',
  rows: [
    listed('0.30', CLOUDWATCH),
    listed('0.10', CLOUDWATCH, 10_000),
    listed('0.05', CLOUDWATCH, 250_000),
    listed('0.02', { ...CLOUDWATCH, confidence: 'assumed' }, 1_000_000),
  ],
});

export const AMAZON_MANAGED_PROMETHEUS: PriceBook = priceBook({
  id: 'amazon-managed-prometheus',
  vendor: 'Amazon Managed Prometheus',
  title: 'Amazon Managed Prometheus',
  version: 1,
  billedOn: 'samples ingested, in tiers that get cheaper; what is stored, and the samples that queries read.',
  notes: [BY_REGION],
  charges: [...INGEST_AND_STORE],
});

export const AMAZON: readonly PriceBook[] = [
  AMAZON_MANAGED_PROMETHEUS,
  priceBook({
    id: 'amazon-managed-prometheus-collector',
    vendor: 'Amazon Managed Prometheus',
    title: 'Amazon Managed Prometheus with the managed collector',
    version: 1,
    billedOn: 'as Amazon Managed Prometheus, and the hours and samples of the managed collector.',
    notes: [BY_REGION],
    charges: [
      ...INGEST_AND_STORE,
      charge('collector_hours', {
        sku: 'collector-hours',
        title: 'Managed collector',
        unit: 'hour',
        rows: [listed('0.04', AMP)],
      }),
      charge('collected_samples', {
        sku: 'collected-samples',
        title: 'Samples collected by it',
        unit: '10 million samples',
        per: 10_000_000,
        rows: [listed('0.03', AMP)],
      }),
    ],
  }),
  priceBook({
    id: 'cloudwatch-classic',
    vendor: 'Amazon CloudWatch',
    title: 'CloudWatch custom metrics',
    version: 1,
    billedOn:
      'metrics, in tiers that get cheaper: each set of dimensions is one. How often they have a point does not matter.',
    notes: [BY_REGION],
    charges: [CLOUDWATCH_METRICS],
  }),
  priceBook({
    id: 'cloudwatch-emf',
    vendor: 'Amazon CloudWatch',
    title: 'CloudWatch custom metrics in log events (EMF)',
    version: 1,
    billedOn: 'metrics as CloudWatch custom metrics, and the volume of the log events that carry them.',
    notes: ['Bytes per point are those of the log event, shared by the metrics in it.'],
    charges: [
      CLOUDWATCH_METRICS,
      charge('bytes', {
        sku: 'log-ingest',
        title: 'Log events ingested',
        unit: 'GB',
        per: GB,
        rows: [listed('0.50', CLOUDWATCH)],
      }),
    ],
  }),
  priceBook({
    id: 'cloudwatch-otlp',
    vendor: 'Amazon CloudWatch',
    title: 'CloudWatch metrics by OTLP',
    version: 1,
    billedOn:
      'gigabytes ingested: name, all labels, resource attributes, timestamp and value of each point; 15 months of storage and queries of the console are included.',
    notes: ['The rate of your region is in the AWS Price List API.'],
    charges: [
      charge('bytes', {
        sku: 'ingest',
        title: 'Metrics ingested',
        unit: 'GiB',
        per: GIB,
        rows: [byContract('AWS Price List API, by region')],
      }),
    ],
  }),
];
