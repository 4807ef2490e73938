import type { Cluster } from '../../clusters/domain/cluster.ts';
import { accept, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { Clock, Pauses } from '../../kernel/ports.ts';
import { makeAddressGuard } from '../../platform/http/address-guard.ts';
import type { MetricsFailure, MetricsSources } from '../application/ports.ts';
import { prometheusSource } from './prometheus-source.ts';
import { type Credentials, managedTransport, type PrometheusTransport, urlTransport } from './prometheus-transport.ts';

/**
 * The way to a Prometheus inside a cluster, through the service proxy of its API server. Clusters provide it: where it is
 * absent, a cluster with metrics of kind `in_cluster` is refused with a sentence.
 */
export type InClusterTransport = (
  cluster: Cluster,
  service: { readonly namespace: string; readonly service: string; readonly port: number },
) => Promise<Outcome<PrometheusTransport, MetricsFailure>>;

export interface MetricsSourcesParts {
  /** the stage's setting `allowedMetricSources` */
  readonly allowedMetricSources: string;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly pauses: Pauses;
  readonly inCluster?: InClusterTransport;
}

/** Opens the store that a cluster's settings name. One transport per address is kept, and with it its connections. */
export const makeMetricsSources = (parts: MetricsSourcesParts): MetricsSources => {
  const guard = makeAddressGuard(parts.allowedMetricSources, 'allowedMetricSources');
  const kept = new Map<string, PrometheusTransport>();
  const keep = (name: string, make: () => PrometheusTransport): PrometheusTransport => {
    const transport = kept.get(name) ?? make();
    kept.set(name, transport);
    return transport;
  };
  const transportFor = async (cluster: Cluster): Promise<Outcome<PrometheusTransport, MetricsFailure>> => {
    const { metrics } = cluster.settings;
    switch (metrics.kind) {
      case 'amp':
        return accept(keep(`${metrics.region} ${metrics.workspaceId}`, () => managedTransport(metrics, parts)));
      case 'url': {
        const url = new URL(metrics.url);
        const allowed = guard.check(url);
        return allowed.accepted ? accept(keep(url.href, () => urlTransport(url, allowed.value))) : allowed;
      }
      case 'in_cluster':
        return (
          parts.inCluster?.(cluster, metrics) ??
          refuse(
            'metrics-source-unreachable',
            `the store ${metrics.namespace}/${metrics.service} is inside cluster ${cluster.settings.name}, and this installation has no way in; use kind url or amp`,
            { cluster: cluster.id },
          )
        );
    }
  };
  return {
    open: async (cluster) => {
      const transport = await transportFor(cluster);
      return transport.accepted ? accept(prometheusSource(transport.value, parts.pauses)) : transport;
    },
  };
};
