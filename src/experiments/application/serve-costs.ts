import { dayOf, type OwnPrices } from '../../cost/domain/own-prices.ts';
import { AMAZON_MANAGED_PROMETHEUS } from '../../cost/domain/price-books.ts';
import type { TenantId } from '../../kernel/identity.ts';
import { accept, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { experimentCostRoutes } from '../contract/cost-routes.ts';
import { analyseCosts } from './analyse-costs.ts';
import type { ClusterRegistry, ExperimentStore, SampleReader } from './ports.ts';

/** Prices that a tenant laid over the lists, for reading. */
export interface OwnPriceReader {
  list(tenantId: TenantId): Promise<readonly OwnPrices[]>;
}

export interface ServeCostsPorts {
  readonly experiments: Pick<ExperimentStore, 'load'>;
  readonly samples: SampleReader;
  readonly clusters: Pick<ClusterRegistry, 'load'>;
  readonly ownPrices: OwnPriceReader;
  readonly clock: Clock;
}

/** What evidence is worth in money. Nothing is stored: the same samples and prices give the same figures. */
export const serveCosts = (ports: ServeCostsPorts): readonly ServedRoute[] =>
  implement(experimentCostRoutes, {
    getCostAnalysis: async ({ caller: { tenantId }, params: { experimentId }, query }) => {
      const stored = await ports.experiments.load({ tenantId, experimentId });
      if (stored === null) {
        return refuse('resource-not-found', `there is no experiment ${experimentId}`, { experimentId });
      }
      const { epoch, settings } = stored.experiment;
      const [measured, own, cluster] = await Promise.all([
        ports.samples.list(tenantId, experimentId, epoch),
        ports.ownPrices.list(tenantId),
        settings.targets[0] === undefined ? null : ports.clusters.load(tenantId, settings.targets[0].clusterId),
      ]);
      const analysed = analyseCosts(stored, measured, {
        query,
        own,
        day: query.day ?? dayOf(ports.clock.now()),
        store: cluster?.settings.metrics.kind === 'amp' ? AMAZON_MANAGED_PROMETHEUS : null,
      });
      return analysed.accepted ? accept({ body: analysed.value }) : analysed;
    },
  });
