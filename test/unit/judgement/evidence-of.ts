import { Evidence, POOLED } from '../../../src/judgement/contract/evidence.ts';
import { seededUniform } from '../../../src/judgement/domain/bootstrap.ts';

/** Evidence for tests: names what a sentence mentions, supplies the rest. */

export type Series = readonly (number | null | string)[];

export interface MetricOf {
  readonly criterion: Record<string, unknown> & { readonly name: string };
  readonly nodes: Readonly<Record<string, { readonly baseline: Series; readonly candidate: Series }>>;
}

export const primary = (baseline: Series, candidate: Series, criterion: object = {}): MetricOf => ({
  criterion: { name: 'exported_points', role: 'primary', minimumSaving: 0.05, ...criterion },
  nodes: { [POOLED]: { baseline, candidate } },
});

export const guardrail = (baseline: Series, candidate: Series, criterion: object = {}): MetricOf => ({
  criterion: { name: 'pipeline_latency_p99', role: 'guardrail', margin: 0.1, ...criterion },
  nodes: { [POOLED]: { baseline, candidate } },
});

export const limit = (candidate: Series, criterion: object = {}): MetricOf => ({
  criterion: { name: 'memory_ratio', role: 'limit', line: 0.9, ...criterion },
  nodes: { 'node-a': { baseline: candidate.map(() => 0.1), candidate } },
});

export const receivedItems = (baseline: Series, candidate: Series): MetricOf => ({
  criterion: { name: 'received_items', role: 'trust' },
  nodes: { [POOLED]: { baseline, candidate } },
});

const reading = (value: number | null | string | undefined) => {
  if (value === null || value === undefined) return { missing: 'no_series' };
  return typeof value === 'string' ? { missing: value } : { value };
};

/** Strings are reasons for a missing value. The horizon is the length of the longest series unless said. */
export const evidenceOf = (
  metrics: readonly MetricOf[],
  design: object = {},
  rest: Partial<Pick<Evidence, 'history' | 'trust' | 'interruption'>> = {},
): Evidence => {
  const length = Math.max(
    1,
    ...metrics.flatMap(({ nodes }) =>
      Object.values(nodes).flatMap((node) => [node.baseline.length, node.candidate.length]),
    ),
  );
  const readingsAt = (metric: MetricOf, variant: 'baseline' | 'candidate', index: number) =>
    Object.fromEntries(Object.entries(metric.nodes).map(([node, series]) => [node, reading(series[variant][index])]));
  return Evidence.parse({
    design: { stepSeconds: 60, horizonSlots: length, criteria: metrics.map(({ criterion }) => criterion), ...design },
    slots: Array.from({ length }, (_, index) => ({
      slot: index + 1,
      metrics: Object.fromEntries(
        metrics.map((metric) => [
          metric.criterion.name,
          { baseline: readingsAt(metric, 'baseline', index), candidate: readingsAt(metric, 'candidate', index) },
        ]),
      ),
    })),
    ...rest,
  });
};

export interface Noise {
  readonly seed?: number;
  readonly length?: number;
  readonly level?: number;
  readonly variation?: number;
  readonly rho?: number;
}

/** A noisy series around a level: log-normal, autoregressive, seeded. */
export const noisy = ({ seed = 1, length = 120, level = 1000, variation = 0.03, rho = 0.3 }: Noise = {}): number[] => {
  const uniform = seededUniform(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  let x = normal();
  return Array.from({ length }, () => {
    x = rho * x + Math.sqrt(1 - rho * rho) * normal();
    return level * Math.exp(variation * x);
  });
};

export const times = (series: readonly number[], factor: number): number[] => series.map((value) => value * factor);

export const without = (series: readonly number[], from: number, to: number): (number | null)[] =>
  series.map((value, index) => (index >= from && index < to ? null : value));
