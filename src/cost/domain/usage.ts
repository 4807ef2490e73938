import * as z from 'zod';
import { Interval, type Place, within } from './interval.ts';

/** A month everywhere: 730 hours, 43 800 minutes. */
export const MONTH = { hours: 730, minutes: 43_800, days: 730 / 24, seconds: 2_628_000 } as const;

/** A plain number, or what is known of it. Bounded, so that no bill leaves the exact numbers. */
const amount = (most: number) =>
  z.union([
    z.number().min(0).max(most),
    Interval.refine(({ low, high }) => low >= 0 && high <= most, `expected 0 to ${most}`),
  ]);
export type Amount = number | Interval;

/**
 * What somebody sends to a vendor. Every axis may be absent: a bill that needs it says so. Two are in the vendor's own
 * terms, because no two count alike: bytes per point in the form that is billed, and what else is asked of the vendor.
 */
export const Usage = z.strictObject({
  /** active series, as the vendor averages them */
  series: amount(1e9).optional(),
  /** of them and those left out of the index; where tags are configured after ingest */
  ingestedSeries: amount(1e9).optional(),
  pointsPerMinute: amount(1e9).optional(),
  /** as the vendor counts bytes: not what is on the wire */
  bytesPerPoint: amount(1e5).optional(),
  hosts: amount(1e7).optional(),
  kubernetesHosts: amount(1e7).optional(),
  retentionDays: amount(3660).optional(),
  /** samples that queries read in a month */
  queriedSamples: amount(1e15).optional(),
  queriedBytes: amount(1e15).optional(),
  managedCollectors: amount(1e5).optional(),
  /** of the collectors themselves, all hosts together */
  cores: amount(1e6).optional(),
  memoryBytes: amount(1e15).optional(),
});
export type Usage = z.infer<typeof Usage>;
export type UsageAxis = keyof Usage;
export const USAGE_AXES = Object.keys(Usage.shape) as readonly UsageAxis[];

/** What a month of it comes to, at one end of the interval. Absent: an axis that it is made of is not known. */
export interface Consumption {
  readonly series?: number;
  readonly ingested_series?: number;
  readonly points_per_minute?: number;
  readonly samples?: number;
  readonly bytes?: number;
  readonly hosts?: number;
  readonly kubernetes_host_hours?: number;
  /** samples on disk, in a month in which as many go as come */
  readonly stored_samples?: number;
  readonly retained_bytes?: number;
  readonly retained_byte_days?: number;
  readonly queried_samples?: number;
  readonly queried_bytes?: number;
  readonly collector_hours?: number;
  readonly collected_samples?: number;
  readonly core_seconds?: number;
  readonly memory_mib_seconds?: number;
}
export type Quantity = keyof Consumption;

/** From which axes each quantity of a month is made; rises with each of them, so ends map to ends. */
export const QUANTITIES = {
  series: { from: ['series'], of: (series) => series },
  ingested_series: { from: ['ingestedSeries'], of: (series) => series },
  points_per_minute: { from: ['pointsPerMinute'], of: (points) => points },
  samples: { from: ['pointsPerMinute'], of: (points) => points * MONTH.minutes },
  bytes: { from: ['pointsPerMinute', 'bytesPerPoint'], of: (points, bytes) => points * MONTH.minutes * bytes },
  hosts: { from: ['hosts'], of: (hosts) => hosts },
  kubernetes_host_hours: { from: ['kubernetesHosts'], of: (hosts) => hosts * MONTH.hours },
  stored_samples: {
    from: ['pointsPerMinute', 'retentionDays'],
    of: (points, days) => points * MONTH.minutes * (days / MONTH.days),
  },
  retained_bytes: {
    from: ['pointsPerMinute', 'bytesPerPoint', 'retentionDays'],
    of: (points, bytes, days) => points * MONTH.minutes * bytes * (days / MONTH.days),
  },
  retained_byte_days: {
    from: ['pointsPerMinute', 'bytesPerPoint', 'retentionDays'],
    of: (points, bytes, days) => points * MONTH.minutes * bytes * days,
  },
  queried_samples: { from: ['queriedSamples'], of: (samples) => samples },
  queried_bytes: { from: ['queriedBytes'], of: (bytes) => bytes },
  collector_hours: { from: ['managedCollectors'], of: (collectors) => collectors * MONTH.hours },
  collected_samples: {
    from: ['managedCollectors', 'pointsPerMinute'],
    of: (collectors, points) => (collectors > 0 ? points * MONTH.minutes : 0),
  },
  core_seconds: { from: ['cores'], of: (cores) => cores * MONTH.seconds },
  memory_mib_seconds: { from: ['memoryBytes'], of: (bytes) => (bytes / 1024 ** 2) * MONTH.seconds },
} as const satisfies Record<
  Quantity,
  { readonly from: readonly UsageAxis[]; readonly of: (...values: readonly [number, number, number]) => number }
>;

/** Which axes a quantity needs. */
export const axesOf = (quantity: Quantity): readonly UsageAxis[] => QUANTITIES[quantity].from;

/** A month of usage, at an end or between them. */
export const consumptionAt = (usage: Usage, place: Place): Consumption => {
  const known = Object.entries(QUANTITIES).flatMap(([quantity, { from, of }]) => {
    const amounts = from.map((axis) => usage[axis]);
    const [first = 0, second = 0, third = 0] = amounts.map((amount) => within(amount ?? 0, place));
    if (amounts.includes(undefined)) return [];
    return [[quantity, (of as (...all: readonly number[]) => number)(first, second, third)]];
  });
  return Object.fromEntries(known) as Consumption;
};

/** Only the axes that are there. */
export const stated = <T extends object>(axes: T): { [A in keyof T]?: Exclude<T[A], undefined> } =>
  Object.fromEntries(Object.entries(axes).filter(([, amount]) => amount !== undefined)) as {
    [A in keyof T]?: Exclude<T[A], undefined>;
  };

/** Two streams on one bill; what the second says nothing of, it has none of. */
export const together = (one: Consumption, other: Consumption): Consumption =>
  Object.fromEntries(
    Object.entries(one).map(([quantity, value]) => [quantity, value + (other[quantity as Quantity] ?? 0)]),
  ) as Consumption;
