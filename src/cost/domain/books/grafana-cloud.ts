import type { PriceBook } from '../price-book.ts';
import { charge, listed, priceBook } from './rows.ts';

const SEEN = { source: 'Grafana Cloud Pro list price, May 2026', effectiveFrom: '2026-05' } as const;

export const GRAFANA_CLOUD: readonly PriceBook[] = [
  priceBook({
    id: 'grafana-cloud-pro',
    vendor: 'Grafana Cloud',
    title: 'Grafana Cloud Pro',
    version: 1,
    billedOn:
      'the 95th percentile of active series (a point in the last 20 minutes); where series have more points a minute than are included, points instead of series.',
    notes: [
      'The dearest 36 hours of a month are forgiven (5 % of 730 hours).',
      'One point a minute per series is included on Pro: assumed, to be checked in your contract.',
    ],
    charges: [
      charge({ by: 'month' }, { sku: 'platform', title: 'Platform', unit: 'month', rows: [listed('19.00', SEEN)] }),
      charge(
        { by: 'series_or_points', pointsPerMinuteIncluded: 1 },
        {
          sku: 'active-series',
          title: 'Active series',
          unit: '1000 series',
          per: 1000,
          included: 10_000,
          rows: [listed('6.50', SEEN)],
        },
      ),
      charge('kubernetes_host_hours', {
        sku: 'kubernetes-hosts',
        title: 'Kubernetes Monitoring',
        unit: 'host-hour',
        optional: true,
        rows: [listed('0.015', SEEN)],
      }),
    ],
  }),
];
