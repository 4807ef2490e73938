import { attributes, resource } from './attributes.ts';
import { cumulativeToDelta } from './cumulative-to-delta.ts';
import { deltaToCumulative } from './delta-to-cumulative.ts';
import { filter } from './filter.ts';
import { groupbyattrs } from './groupbyattrs.ts';
import { interval } from './interval.ts';
import { metricsTransform } from './metrics-transform.ts';
import type { MakeProcessor } from './processor.ts';
import { transform } from './transform.ts';

/** It changes how much goes at once, and when; not what. */
const passing: MakeProcessor = () => ({ limits: [], run: () => (batch) => [batch] });

/** Processors that a preview can carry out, by the type of today. `memory_limiter` refuses only where memory runs out. */
export const PROCESSORS: Readonly<Record<string, MakeProcessor>> = {
  attributes,
  batch: passing,
  cumulative_to_delta: cumulativeToDelta,
  delta_to_cumulative: deltaToCumulative,
  filter,
  groupbyattrs,
  interval,
  memory_limiter: passing,
  metrics_transform: metricsTransform,
  resource,
  transform,
};
