import type { Cluster, MetricsSourceSettings, PreflightCheck } from '../../clusters/domain/cluster.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { MetricsFailure, MetricsSources } from './ports.ts';

/**
 * The line of a preflight about measuring: the store that the cluster's settings name is asked as measuring asks it. A
 * store without series passes, because collectors write to it only while an experiment runs.
 */
export const makeCheckMetricsSource =
  ({ sources, clock }: { readonly sources: MetricsSources; readonly clock: Clock }) =>
  async (cluster: Cluster): Promise<PreflightCheck> => {
    const answered = await askAnything(sources, clock, cluster);
    return {
      name: 'metrics-source',
      passed: answered.accepted,
      severity: 'blocking',
      message: answered.accepted ? `${answered.value} answers queries` : answered.refusal.message,
      fix: answered.accepted ? null : fixOf(answered.refusal.code, cluster.settings.metrics),
    };
  };

/** Any Prometheus knows the answer, whatever it stores. */
const QUESTION = 'vector(1)';

/** The name of what answered. */
const askAnything = async (
  sources: MetricsSources,
  clock: Clock,
  cluster: Cluster,
): Promise<Outcome<string, MetricsFailure>> => {
  const opened = await sources.open(cluster);
  if (!opened.accepted) return opened;
  const now = clock.now();
  const answer = await opened.value.range({ promql: QUESTION, from: now, to: now, stepSeconds: 1 });
  return answer.accepted ? { accepted: true, value: opened.value.name } : answer;
};

const fixOf = (code: MetricsFailure['code'], { kind }: MetricsSourceSettings): string => {
  if (kind === 'in_cluster') return 'remove the cluster and register it with metrics of kind url or amp';
  switch (code) {
    case 'address-not-allowed':
      return 'register a public https address, or add host:port to the setting allowedMetricSources of the stage';
    case 'metrics-source-unreachable':
      return kind === 'amp'
        ? 'compare workspace and region, and whether the workers’ network reaches it; then check again'
        : 'start the Prometheus there and check again, or register the cluster with the address at which it listens';
    case 'metrics-source-unauthorized':
      return kind === 'amp'
        ? 'allow the roles of reconcile-clusters and measure-slots to query this workspace (aps:QueryMetrics)'
        : 'let it answer without credentials, because none are sent to a url; or use a workspace (kind amp)';
    case 'metrics-source-not-prometheus':
      return 'register the cluster with the address below which /api/v1/query_range of a Prometheus is';
    case 'metrics-query-refused':
      return `ask it for ${QUESTION} at /api/v1/query_range: a Prometheus answers 1`;
  }
};
