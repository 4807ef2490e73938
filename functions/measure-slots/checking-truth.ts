import type { CheckDueTruth } from '../../src/experiments/application/look-at-experiment.ts';
import { systemClock } from '../../src/kernel/system.ts';
import type { EnvironmentOf } from '../../src/platform/declare/function.ts';
import { currentLog } from '../../src/platform/run.ts';
import { makeCheckTruth } from '../../src/truth/application/check-truth.ts';
import { ruleSetsIn, truthsIn } from '../experiment-wiring.ts';
import { readingMetrics } from '../reading-metrics.ts';
import type { manifest } from './manifest.ts';

/** Joins the truth with experiments: opens the store of each cluster and asks the rules that are due. */
export const checkingTruth = (environment: EnvironmentOf<typeof manifest>): CheckDueTruth => {
  const sources = readingMetrics(environment);
  const checkTruth = makeCheckTruth({
    ruleSets: ruleSetsIn(environment.core),
    truths: truthsIn(environment.samples),
    clock: systemClock,
  });
  return async ({ clusters, ...request }) => {
    const opened = await Promise.all(clusters.map((cluster) => sources.open(cluster)));
    // what one store says is not the truth of all: it waits until every store can be asked
    if (!opened.every((each) => each.accepted)) return;
    const { asked } = await checkTruth({ ...request, sources: opened.map(({ value }) => value) });
    if (asked > 0) currentLog().info('truth.checked', { asked });
  };
};
