import type { TemplateParameter } from '../template.ts';
import { numberOf, type ParameterFault, type TemplateWish } from '../template-definition.ts';
import { whole } from './parameter-kinds.ts';

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

export const slowFaults = (wish: TemplateWish): readonly ParameterFault[] =>
  slowIntervalSeconds(wish) > wish.collectionIntervalSeconds
    ? []
    : [
        {
          parameter: 'slow_factor',
          message: `everything is read every ${wish.collectionIntervalSeconds} s already, and nothing may be read more rarely than every ${LONGEST_INTERVAL_SECONDS} s; collect more often`,
        },
      ];
