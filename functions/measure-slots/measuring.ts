import type { Cluster } from '../../src/clusters/domain/cluster.ts';
import type { MeasureDueSlots } from '../../src/experiments/application/look-at-experiment.ts';
import { systemClock } from '../../src/kernel/system.ts';
import { makeMeasureSlots } from '../../src/measurement/application/measure-slots.ts';
import type { MetricsSource, SampleStore } from '../../src/measurement/application/ports.ts';
import type { EnvironmentOf } from '../../src/platform/declare/function.ts';
import { currentLog } from '../../src/platform/run.ts';
import { readingMetrics } from '../reading-metrics.ts';
import type { manifest } from './manifest.ts';

/** Joins measuring with experiments: opens the store of each cluster and measures what is due. */
export const measuring = (environment: EnvironmentOf<typeof manifest>, samples: SampleStore): MeasureDueSlots => {
  const sources = readingMetrics(environment);
  const measureSlots = makeMeasureSlots({ samples, clock: systemClock });
  return async ({ ref, clusters, ...request }) => {
    const stores = await Promise.all(
      clusters.map(async ({ cluster, nodes }) => {
        const opened = await sources.open(cluster);
        return { nodes, source: opened.accepted ? opened.value : refusing(cluster, opened) };
      }),
    );
    const measured = await measureSlots({ ...ref, ...request, stores });
    if (measured.waitingFor !== null) {
      const { code, message: reason } = measured.waitingFor;
      currentLog().warning('measuring.waits', { code, reason });
    }
    if (measured.warnings.length > 0) currentLog().warning('measuring.warned', { warnings: measured.warnings });
    return { lastRecorded: measured.lastRecorded };
  };
};

/** A store that cannot be opened answers every question with the reason: its slots become missing, not zero. */
const refusing = (
  { settings }: Cluster,
  refusal: Extract<Awaited<ReturnType<MetricsSource['range']>>, { accepted: false }>,
): MetricsSource => ({
  name: `the store of ${settings.name}`,
  range: async () => refusal,
});
