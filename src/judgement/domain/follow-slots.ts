import type { MetricRole } from '../contract/criteria.ts';
import type { LimitLook, Look, MetricLook, Stop } from '../contract/judgement.ts';
import type { MetricColumns } from './columns.ts';
import { type LimitWatch, makeLimitWatch } from './limits.ts';
import type { Material } from './material.ts';
import { type MetricStream, makeMetricStream } from './metric-stream.ts';
import { ownEntry } from './own-entry.ts';
import { pool } from './pooling.ts';

/** Who follows a criterion: a line is watched on nodes, everything else is compared between variants. */
export type Follower =
  | { readonly role: 'limit'; readonly name: string; readonly limit: LimitWatch }
  | { readonly role: ComparedRole; readonly name: string; readonly stream: MetricStream };

type ComparedRole = Exclude<MetricRole, 'limit'>;

/** What happened slot by slot, up to a stop or to the end of the material. */
export interface Course {
  /** all, or the last one when only the decision is asked for */
  readonly looks: readonly Look[];
  readonly stop: Stop | null;
  /** slots looked at */
  readonly slots: number;
  /** one per metric of the material, in its order; a name may occur twice, as a limit and as something compared */
  readonly followers: readonly Follower[];
}

/**
 * Looks at every slot in order and ends with the first reason to stop. All metrics are evaluated at every look, also at
 * the last one. Of several reasons in one slot the first wins: interrupted from outside, limit, unequal input, harm.
 */
export const followSlots = (material: Material, { keepLooks = true } = {}): Course => {
  const { metrics, interruption } = material;
  const followers = metrics.map((metric) => followerOf(metric, material));

  const lookAfter = (index: number): Look => {
    const metricLooks: MetricLook[] = [];
    const limitLooks: LimitLook[] = [];
    for (const [position, metric] of metrics.entries()) {
      const follower = followers[position] as Follower;
      if (follower.role === 'limit') limitLooks.push(follower.limit.observe(index));
      else metricLooks.push(follower.stream.observe(pool(metric, index)));
    }
    return { slot: index + 1, metrics: metricLooks, limits: limitLooks, stop: stopAfter(index + 1, limitLooks) };
  };

  const reachedBy = (role: 'trust' | 'guardrail'): string | undefined =>
    followers.find((follower) => follower.role === role && follower.stream.hasReached())?.name;

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
    return { looks, stop, slots: 0, followers };
  }
  for (let index = 0; index < material.slots; index++) {
    const look = lookAfter(index);
    if (!keepLooks) looks.length = 0;
    looks.push(look);
    if (look.stop !== null) return { looks, stop: look.stop, slots: look.slot, followers };
  }
  return { looks, stop: null, slots: material.slots, followers };
};

const followerOf = (metric: MetricColumns, { design, history, slots }: Material): Follower => {
  const { criterion } = metric;
  const { name, role } = criterion;
  return role === 'limit'
    ? { role, name, limit: makeLimitWatch(criterion, metric) }
    : { role, name, stream: makeMetricStream(criterion, design, ownEntry(history, name), slots) };
};
