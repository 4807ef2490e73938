import { createHash } from 'node:crypto';
import { epochMsOf, fromEpochMs, type Instant } from '../../kernel/instant.ts';
import { accept, refuse } from '../../kernel/outcome.ts';
import { SERIES_LABELS } from '../../pipelines/domain/labels.ts';
import type { MetricsFailure, MetricsSource } from '../application/ports.ts';
import type { Series } from '../domain/answers.ts';
import {
  metricQueries,
  PROCESS_LABEL,
  PROCESSES_QUERY,
  processesQuery,
  type QueriedMetric,
  type QueryScope,
  type UPTIME_QUERY,
} from '../domain/queries.ts';
import { VARIANTS, type Variant } from '../domain/sample.ts';

/** What is true in an imagined cluster, at any instant. Null is silence. */
export interface MetricsWorld {
  value(
    metric: QueriedMetric | typeof UPTIME_QUERY,
    at: { readonly variant: Variant; readonly node: string; readonly instant: Instant },
  ): number | null;
  /** critical executables that a variant shows */
  processes(at: { readonly variant: Variant; readonly node: string; readonly instant: Instant }): readonly string[];
  /** why the store does not answer at the moment */
  failure?(): MetricsFailure | null;
}

export interface MemoryMetricsOptions {
  readonly scope: QueryScope;
  readonly nodes: readonly string[];
  readonly criticalProcesses: readonly string[];
  readonly world: MetricsWorld;
}

/** A store that knows the queries of one experiment by their text and answers them from an imagined world. */
export const memoryMetricsSource = ({
  scope,
  nodes,
  criticalProcesses,
  world,
}: MemoryMetricsOptions): MetricsSource => {
  const metricByQuery = new Map(Object.entries(metricQueries(scope)).map(([metric, promql]) => [promql, metric]));
  const isAboutProcesses = (promql: string): boolean =>
    criticalProcesses.length > 0 &&
    [undefined, nodes].some((asked) => promql === processesQuery(scope, criticalProcesses, asked));

  const seriesOf = (name: string, instants: readonly Instant[]): readonly Series[] =>
    VARIANTS.flatMap((variant) =>
      nodes.flatMap((node) => {
        const labels = { [SERIES_LABELS.variant]: variant, [SERIES_LABELS.node]: node };
        if (name !== PROCESSES_QUERY) {
          const metric = name as QueriedMetric;
          return [{ labels, points: pointsOf(instants, (instant) => world.value(metric, { variant, node, instant })) }];
        }
        return criticalProcesses.map((executable) => ({
          labels: { ...labels, [PROCESS_LABEL]: executable },
          points: pointsOf(instants, (instant) =>
            world.processes({ variant, node, instant }).includes(executable) ? 1 : null,
          ),
        }));
      }),
    ).filter(({ points }) => points.length > 0);

  return {
    name: 'memory',
    range: async ({ promql, from, to, stepSeconds }) => {
      const failure = world.failure?.() ?? null;
      if (failure !== null) return { accepted: false, refusal: failure };
      const name = isAboutProcesses(promql) ? PROCESSES_QUERY : metricByQuery.get(promql);
      if (name === undefined) return refuse('metrics-query-refused', 'this store knows no such query', { promql });
      const series = seriesOf(name, instantsOf(from, to, stepSeconds));
      const sha256 = createHash('sha256').update(JSON.stringify(series)).digest('hex');
      return accept({ series, warnings: [], sha256 });
    },
  };
};

const instantsOf = (from: Instant, to: Instant, stepSeconds: number): readonly Instant[] => {
  const count = Math.floor((epochMsOf(to) - epochMsOf(from)) / (stepSeconds * 1000)) + 1;
  return Array.from({ length: count }, (_, index) => fromEpochMs(epochMsOf(from) + index * stepSeconds * 1000));
};

const pointsOf = (instants: readonly Instant[], valueAt: (instant: Instant) => number | null) =>
  instants.flatMap((instant) => {
    const value = valueAt(instant);
    return value === null ? [] : [[epochMsOf(instant) / 1000, value] as const];
  });
