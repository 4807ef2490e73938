import * as z from 'zod';
import { Epoch, ExperimentId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';

export const VARIANTS = ['baseline', 'candidate'] as const;
export const Variant = z.enum(VARIANTS);
export type Variant = z.infer<typeof Variant>;

export const MISSING_REASONS = [
  'no_series',
  'counter_reset',
  'not_finite',
  'several_series',
  'source_unreachable',
  'query_refused',
  'not_ready',
  'late',
] as const;

/** A number, or why there is none. Never zero for "no data". */
export const Reading = z.union([z.object({ value: z.number() }), z.object({ missing: z.enum(MISSING_REASONS) })]);
export type Reading = z.infer<typeof Reading>;

/** What is measured per slot, variant and node. Names are wire names. */
export const METRICS = {
  active_series: { unit: 'series', kind: 'gauge', better: 'lower', additive: true, title: 'Active series' },
  exported_points: {
    unit: 'points per slot',
    kind: 'counter',
    better: 'lower',
    additive: true,
    title: 'Exported points',
  },
  exported_bytes: {
    unit: 'bytes per slot',
    kind: 'counter',
    better: 'lower',
    additive: true,
    title: 'Bytes on the wire',
  },
  accepted_points: {
    unit: 'points per slot',
    kind: 'counter',
    better: 'higher',
    additive: true,
    title: 'Scraped points',
  },
  collector_cpu_seconds: {
    unit: 'CPU seconds per slot',
    kind: 'counter',
    better: 'lower',
    additive: true,
    title: 'Collector CPU',
  },
  collector_memory_bytes: { unit: 'bytes', kind: 'gauge', better: 'lower', additive: true, title: 'Collector memory' },
  failed_points: { unit: 'points per slot', kind: 'counter', better: 'lower', additive: true, title: 'Failed exports' },
  critical_processes_missing: {
    unit: 'processes',
    kind: 'gauge',
    better: 'lower',
    additive: true,
    title: 'Critical processes missing',
  },
} as const satisfies Record<
  string,
  { unit: string; kind: 'gauge' | 'counter'; better: 'lower' | 'higher'; additive: boolean; title: string }
>;
export type MetricName = keyof typeof METRICS;
export const MetricName = z.enum(Object.keys(METRICS) as [MetricName, ...MetricName[]]);

/** metric → node → reading */
export const VariantReadings = z.record(z.string(), z.record(z.string(), Reading));
export type VariantReadings = z.infer<typeof VariantReadings>;

/** Presence of critical processes per node: by executable name. */
export const ProcessPresence = z.object({
  node: z.string(),
  seenByBaseline: z.array(z.string()),
  seenByCandidate: z.array(z.string()),
  /** in the baseline and not in the candidate */
  missing: z.array(z.string()),
});
export type ProcessPresence = z.infer<typeof ProcessPresence>;

/**
 * Slots of warm-up are stored and never judged. After the planned ones both variants are watched for as long as somebody
 * may still promote, in a slot now and then: those can stop it, and are no part of what was measured.
 */
export const SlotPhase = z.enum(['warmup', 'measured', 'watched']);
export type SlotPhase = z.infer<typeof SlotPhase>;

/** One slot: both variants read at the same instant. */
export const Sample = z.object({
  experimentId: ExperimentId,
  epoch: Epoch,
  /** counted from the start of warm-up; slot n ends at startedAt + (n + 1) × slot seconds */
  slot: z.int().min(0),
  endsAt: Instant,
  phase: SlotPhase,
  baseline: VariantReadings,
  candidate: VariantReadings,
  processes: z.array(ProcessPresence),
  measuredAt: Instant,
  /** sha256 of the raw series that the readings were taken from, per query */
  hashes: z.record(z.string(), z.string()),
});
export type Sample = z.infer<typeof Sample>;

/** A query as it was run: named, with text and unit. */
export const NamedQuery = z.object({ metric: z.string(), promql: z.string(), unit: z.string() });
export type NamedQuery = z.infer<typeof NamedQuery>;
