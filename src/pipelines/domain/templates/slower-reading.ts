import { exactlyThese } from '../executable-names.ts';
import { hostMetricsReceiver, readingSentence } from '../metric-set.ts';
import type { Settings } from '../settings-tree.ts';
import type { TemplateParameter } from '../template.ts';
import { numberOf, type ParameterFault, type TemplateWish } from '../template-definition.ts';
import { whole } from './parameter-kinds.ts';
import { someNames } from './process-conditions.ts';

/** Prometheus forgets a series after five minutes; with two missed reads it has to last. */
const LONGEST_INTERVAL_SECONDS = 120;

export const slowFactor = (usual: number): TemplateParameter =>
  whole('slow_factor', `all others are read so many times more rarely, at most every ${LONGEST_INTERVAL_SECONDS} s`, {
    unit: null,
    default: usual,
    minimum: 2,
    maximum: 60,
  });

/** How often the slow class is read. */
export const slowIntervalSeconds = (wish: TemplateWish): number =>
  Math.min(wish.collectionIntervalSeconds * numberOf(wish, 'slow_factor'), LONGEST_INTERVAL_SECONDS);

/** Receivers of both classes: critical processes at the collection interval, all others and the node at the slow one. */
export const readInClasses = (wish: TemplateWish, critical: readonly string[]) => {
  const { metricSet, collectionIntervalSeconds } = wish;
  const slow = slowIntervalSeconds(wish);
  const ofProcesses = { ...metricSet, scrapers: [] };
  const named = exactlyThese(critical);
  const fast: Settings =
    critical.length === 0
      ? {}
      : { 'host_metrics/critical': hostMetricsReceiver(ofProcesses, collectionIntervalSeconds, { include: named }) };
  const rest = hostMetricsReceiver(metricSet, slow, critical.length === 0 ? {} : { exclude: named });
  return {
    receivers: { ...fast, 'host_metrics/rest': rest },
    /** ids of each class; none where nothing is critical */
    fast: Object.keys(fast),
    slow: ['host_metrics/rest'],
    says: {
      'host_metrics/critical': `Of ${someNames(critical)}: ${readingSentence(ofProcesses, collectionIntervalSeconds)}`,
      'host_metrics/rest': `Of all others: ${readingSentence(metricSet, slow)}`,
    },
  };
};

export const slowFaults = (wish: TemplateWish): readonly ParameterFault[] =>
  slowIntervalSeconds(wish) > wish.collectionIntervalSeconds
    ? []
    : [
        {
          parameter: 'slow_factor',
          message: `everything is read every ${wish.collectionIntervalSeconds} s already, and nothing may be read more rarely than every ${LONGEST_INTERVAL_SECONDS} s; collect more often`,
        },
      ];
