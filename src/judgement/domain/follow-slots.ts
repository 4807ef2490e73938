import type { LimitLook, Look, MetricLook, Stop } from '../contract/judgement.ts';
import { type LimitWatch, makeLimitWatch } from './limits.ts';
import type { Material } from './material.ts';
import { type MetricStream, makeMetricStream } from './metric-stream.ts';
import { ownEntry } from './own-entry.ts';
import { pool } from './pooling.ts';

/** What happened slot by slot, up to a stop or to the end of the material. */
export interface Course {
  /** all, or the last one when only the decision is asked for */
  readonly looks: readonly Look[];
  readonly stop: Stop | null;
  /** slots looked at */
  readonly slots: number;
  readonly streams: ReadonlyMap<string, MetricStream>;
  readonly limits: ReadonlyMap<string, LimitWatch>;
}

/**
 * Looks at every slot in order and ends with the first reason to stop. All metrics are evaluated at every look, also at
 * the last one. Of several reasons in one slot the first wins: interrupted from outside, limit, unequal input, harm.
 */
export const followSlots = (material: Material, { keepLooks = true } = {}): Course => {
  const { design, metrics, history, interruption } = material;
  const streams = new Map<string, MetricStream>();
  const limits = new Map<string, LimitWatch>();
  for (const metric of metrics) {
    const { criterion } = metric;
    if (criterion.role === 'limit') limits.set(criterion.name, makeLimitWatch(criterion, metric));
    else
      streams.set(
        criterion.name,
        makeMetricStream(criterion, design, ownEntry(history, criterion.name), material.slots),
      );
  }

  const lookAfter = (index: number): Look => {
    const metricLooks: MetricLook[] = [];
    const limitLooks: LimitLook[] = [];
    for (const metric of metrics) {
      const stream = streams.get(metric.criterion.name);
      const limit = limits.get(metric.criterion.name);
      if (stream !== undefined) metricLooks.push(stream.observe(pool(metric, index)));
      if (limit !== undefined) limitLooks.push(limit.observe(index));
    }
    return { slot: index + 1, metrics: metricLooks, limits: limitLooks, stop: stopAfter(index + 1, limitLooks) };
  };

  const reachedBy = (role: 'trust' | 'guardrail'): string | undefined =>
    metrics.find(({ criterion }) => criterion.role === role && streams.get(criterion.name)?.hasReached())?.criterion
      .name;

  const stopAfter = (slot: number, limitLooks: readonly LimitLook[]): Stop | null => {
    if (interruption !== null && slot >= interruption.afterSlot) {
      return { verdict: interruption.verdict, metric: null, node: null };
    }
    const limit = limitLooks.find(({ reachedOn }) => reachedOn !== null);
    if (limit !== undefined) return { verdict: 'abort_limit', metric: limit.name, node: limit.reachedOn };
    const unequal = reachedBy('trust');
    if (unequal !== undefined) return { verdict: 'invalid_input_mismatch', metric: unequal, node: null };
    const harmed = reachedBy('guardrail');
    return harmed === undefined ? null : { verdict: 'abort_harm', metric: harmed, node: null };
  };

  const looks: Look[] = [];
  if (interruption?.afterSlot === 0) {
    const stop: Stop = { verdict: interruption.verdict, metric: null, node: null };
    return { looks, stop, slots: 0, streams, limits };
  }
  for (let index = 0; index < material.slots; index++) {
    const look = lookAfter(index);
    if (!keepLooks) looks.length = 0;
    looks.push(look);
    if (look.stop !== null) return { looks, stop: look.stop, slots: look.slot, streams, limits };
  }
  return { looks, stop: null, slots: material.slots, streams, limits };
};
