import { systemClock, systemPauses } from '../src/kernel/system.ts';
import { makeMetricsSources } from '../src/measurement/adapters/metrics-sources.ts';
import type { MetricsSources } from '../src/measurement/application/ports.ts';
import { sqsClient } from '../src/platform/clients.ts';

/** What every worker that reads measurements is wired with. Needs `managedPrometheus: 'query'`. */
export const readingMetrics = (environment: {
  readonly settings: { readonly allowedMetricSources: string };
}): MetricsSources =>
  makeMetricsSources({
    allowedMetricSources: environment.settings.allowedMetricSources,
    // every client of AWS has the credentials of this function's role
    credentials: sqsClient().config.credentials,
    clock: systemClock,
    pauses: systemPauses,
  });
