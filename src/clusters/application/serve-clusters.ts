import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { clusterRoutes } from '../contract/routes.ts';
import { DIRECT_SUBJECT, discoveryYaml, EKS_SUBJECT, onboardingYaml } from '../domain/onboarding.ts';
import { makeChangeCluster } from './change-cluster.ts';
import { makeRegisterCluster, type RegisterClusterPorts } from './register-cluster.ts';
import { makeRemoveCluster } from './remove-cluster.ts';
import { makeRequestOperation, type RequestOperationPorts } from './request-operation.ts';

export type ServeClustersPorts = RegisterClusterPorts & RequestOperationPorts;

const found = <T>(thing: T | null, what: string, id: string): Outcome<T, Refusal<'resource-not-found'>> =>
  thing === null ? refuse('resource-not-found', `there is no ${what} ${id}`, { id }) : accept(thing);

/** The routes of clusters and operations, answered. */
export const serveClusters = (ports: ServeClustersPorts): readonly ServedRoute[] => {
  const { clusters, operations } = ports;
  const register = makeRegisterCluster(ports);
  const change = makeChangeCluster(ports);
  const remove = makeRemoveCluster(ports);
  const request = makeRequestOperation(ports);
  return implement(clusterRoutes, {
    listClusters: async ({ caller, query: { limit, nextToken } }) => {
      const { items, nextKey } = await clusters.list(caller.tenantId, {
        limit,
        ...(nextToken === undefined ? {} : { afterKey: nextToken }),
      });
      return accept({
        body: { items: [...items], metadata: { count: items.length, limit, nextToken: nextKey } },
      });
    },
    registerCluster: async ({ caller, body }) => {
      const registered = await register(caller, body);
      if (!registered.accepted) return registered;
      const { id, version } = registered.value;
      return accept({ body: registered.value, version, location: `/clusters/${id}` });
    },
    getCluster: async ({ caller, params: { clusterId } }) => {
      const cluster = found(await clusters.load(caller.tenantId, clusterId), 'cluster', clusterId);
      return cluster.accepted ? accept({ body: cluster.value, version: cluster.value.version }) : cluster;
    },
    changeCluster: async ({ caller, params: { clusterId }, ifMatch, body }) => {
      const changed = await change(caller, clusterId, ifMatch, body);
      return changed.accepted ? accept({ body: changed.value, version: changed.value.version }) : changed;
    },
    removeCluster: async ({ caller, params: { clusterId }, ifMatch }) => {
      const removed = await remove(caller, clusterId, ifMatch);
      return removed.accepted ? accept({ body: null }) : removed;
    },
    checkCluster: async ({ caller, params: { clusterId } }) => {
      const operation = await request(caller, clusterId, 'preflight');
      if (!operation.accepted) return operation;
      return accept({ body: operation.value, location: `/operations/${operation.value.id}` });
    },
    listClusterObjects: async ({ caller, params: { clusterId } }) => {
      const operation = await request(caller, clusterId, 'objects');
      if (!operation.accepted) return operation;
      return accept({ body: operation.value, location: `/operations/${operation.value.id}` });
    },
    discoverCollectors: async ({ caller, params: { clusterId } }) => {
      const operation = await request(caller, clusterId, 'collectors');
      if (!operation.accepted) return operation;
      return accept({ body: operation.value, location: `/operations/${operation.value.id}` });
    },
    listCollectors: async ({ caller, params: { clusterId } }) => {
      const cluster = found(await clusters.load(caller.tenantId, clusterId), 'cluster', clusterId);
      if (!cluster.accepted) return cluster;
      const report = await clusters.collectors(caller.tenantId, clusterId);
      const items = (report?.collectors ?? []).map(({ settings: _, ...summary }) => summary);
      return accept({ body: { seenAt: report?.seenAt ?? null, items, missing: report?.missing ?? [] } });
    },
    getCollector: async ({ caller, params: { clusterId, collectorId } }) => {
      const report = await clusters.collectors(caller.tenantId, clusterId);
      const collector = report?.collectors.find(({ id }) => id === collectorId) ?? null;
      const one = found(collector, `collector on ${clusterId} that is called`, collectorId);
      return one.accepted ? accept({ body: one.value }) : one;
    },
    listClusterNodes: async ({ caller, params: { clusterId } }) => {
      const cluster = found(await clusters.load(caller.tenantId, clusterId), 'cluster', clusterId);
      if (!cluster.accepted) return cluster;
      const items = await clusters.nodes(caller.tenantId, clusterId);
      return accept({ body: { seenAt: cluster.value.nodesSeenAt, items: [...items] } });
    },
    getClusterOnboarding: async ({ caller, params: { clusterId } }) => {
      const cluster = found(await clusters.load(caller.tenantId, clusterId), 'cluster', clusterId);
      if (!cluster.accepted) return cluster;
      const { namespace, access } = cluster.value.settings;
      const subject = access.kind === 'eks' ? EKS_SUBJECT : DIRECT_SUBJECT;
      const options = { namespace, subject };
      return accept({ body: { yaml: onboardingYaml(options), discoveryYaml: discoveryYaml(options) } });
    },
    getOperation: async ({ caller, params: { operationId } }) => {
      const operation = found(await operations.load(caller.tenantId, operationId), 'operation', operationId);
      return operation.accepted ? accept({ body: operation.value }) : operation;
    },
  });
};
