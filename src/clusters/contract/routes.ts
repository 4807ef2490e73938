import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { ClusterId, Epoch, ExperimentId, OperationId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { Operation } from '../../platform/declare/operation.ts';
import { PageQuery, page, route } from '../../platform/declare/route.ts';
import { Cluster, ClusterChange, ClusterNode, ClusterSettings, ObservedObject } from '../domain/cluster.ts';
import { CollectorId, FoundCollector, MissingRight } from '../domain/collector.ts';

const ById = z.object({ clusterId: ClusterId });

/** A found collector without its settings, for lists. */
const CollectorSummary = FoundCollector.omit({ settings: true });

export const clusterRoutes = [
  route({
    name: 'listClusters',
    method: 'GET',
    path: '/clusters',
    summary: 'List the registered clusters',
    permission: may('cluster:read'),
    query: PageQuery,
    status: 200,
    response: page(Cluster),
    refusals: [],
  }),
  route({
    name: 'registerCluster',
    method: 'POST',
    path: '/clusters',
    summary: 'Register a cluster; no endpoint of an EKS cluster and no secret is stored',
    permission: may('cluster:manage'),
    concurrency: 'idempotency-key',
    body: ClusterSettings,
    status: 201,
    response: Cluster,
    refusals: ['resource-exists', 'address-not-allowed'],
    example: {
      name: 'eu-1',
      access: {
        kind: 'eks',
        accountId: '123456789012',
        region: 'eu-west-1',
        clusterName: 'eu-1',
        roleArn: 'arn:aws:iam::123456789012:role/PhoenixClusterAccess',
      },
      namespace: 'phoenix-exp',
      metrics: { kind: 'amp', workspaceId: 'ws-01234567-89ab-cdef-0123-456789abcdef', region: 'eu-west-1' },
      remoteWriteUrl: 'https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-01234567/api/v1/remote_write',
    },
  }),
  route({
    name: 'getCluster',
    method: 'GET',
    path: '/clusters/{clusterId}',
    summary: 'Read one cluster with its last preflight',
    permission: may('cluster:read'),
    params: ById,
    status: 200,
    response: Cluster,
    refusals: [],
  }),
  route({
    name: 'changeCluster',
    method: 'PATCH',
    path: '/clusters/{clusterId}',
    summary: 'Say anew where pipelines on a cluster may send data; what runs already is left as it is',
    permission: may('cluster:manage'),
    concurrency: 'if-match',
    params: ById,
    body: ClusterChange,
    status: 200,
    response: Cluster,
    refusals: ['resource-exists'],
    example: { allowedDestinations: ['otlp.eu01.nr-data.net'] },
  }),
  route({
    name: 'removeCluster',
    method: 'DELETE',
    path: '/clusters/{clusterId}',
    summary: 'Forget a cluster; refused while objects of ours are on it',
    permission: may('cluster:manage'),
    concurrency: 'if-match',
    params: ById,
    status: 204,
    response: z.null(),
    refusals: ['cluster-in-use'],
  }),
  route({
    name: 'checkCluster',
    method: 'POST',
    path: '/clusters/{clusterId}/preflight',
    summary: 'Check the rights we need and those we must not have, the version, the namespace and the metrics source',
    permission: may('cluster:manage'),
    concurrency: 'idempotency-key',
    params: ById,
    status: 202,
    response: Operation,
    refusals: [],
  }),
  route({
    name: 'listClusterNodes',
    method: 'GET',
    path: '/clusters/{clusterId}/nodes',
    summary: 'Nodes with labels and reservations, as reconcile last saw them',
    permission: may('cluster:read'),
    params: ById,
    status: 200,
    response: z.object({ seenAt: z.string().nullable(), items: z.array(ClusterNode) }),
    refusals: [],
  }),
  route({
    name: 'listClusterObjects',
    method: 'POST',
    path: '/clusters/{clusterId}/objects',
    summary: 'Ask a worker for everything of ours on the cluster',
    permission: may('cluster:read'),
    concurrency: 'idempotency-key',
    params: ById,
    status: 202,
    response: Operation,
    refusals: [],
  }),
  route({
    name: 'discoverCollectors',
    method: 'POST',
    path: '/clusters/{clusterId}/collectors',
    summary: 'Have a worker look for the collectors that run on the cluster; it only reads, and never Secrets',
    permission: may('cluster:manage'),
    concurrency: 'idempotency-key',
    params: ById,
    status: 202,
    response: Operation,
    refusals: [],
  }),
  route({
    name: 'listCollectors',
    method: 'GET',
    path: '/clusters/{clusterId}/collectors',
    summary: 'Collectors that the last look found, and what can be done with each',
    permission: may('cluster:read'),
    params: ById,
    status: 200,
    response: z.object({
      /** null: nobody has looked yet */
      seenAt: Instant.nullable(),
      items: z.array(CollectorSummary),
      missing: z.array(MissingRight),
    }),
    refusals: [],
  }),
  route({
    name: 'getCollector',
    method: 'GET',
    path: '/clusters/{clusterId}/collectors/{collectorId}',
    summary: 'One collector with its settings, in which secrets became references',
    permission: may('cluster:read'),
    params: ById.extend({ collectorId: CollectorId }),
    status: 200,
    response: FoundCollector,
    refusals: [],
  }),
  route({
    name: 'getClusterOnboarding',
    method: 'GET',
    path: '/clusters/{clusterId}/onboarding',
    summary: 'What to install in the cluster: namespace, roles, dead-man switch, as YAML',
    permission: may('cluster:manage'),
    params: ById,
    status: 200,
    response: z.object({
      yaml: z.string(),
      /** what looking for collectors needs beside */
      discoveryYaml: z.string(),
    }),
    refusals: [],
  }),
  route({
    name: 'getOperation',
    method: 'GET',
    path: '/operations/{operationId}',
    summary: 'State of long work',
    permission: may('experiment:read'),
    params: z.object({ operationId: OperationId }),
    status: 200,
    response: Operation,
    refusals: [],
  }),
] as const;

/** Result of the operation `cluster.objects`. */
export const ClusterObjectsResult = z.object({ items: z.array(ObservedObject) });

/** Messages of the queue clusterWork; the worker owns the effects. */
export const ClusterWork = z.discriminatedUnion('do', [
  z.object({ do: z.literal('preflight'), tenantId: z.string(), clusterId: ClusterId, operationId: OperationId }),
  z.object({ do: z.literal('objects'), tenantId: z.string(), clusterId: ClusterId, operationId: OperationId }),
  z.object({ do: z.literal('collectors'), tenantId: z.string(), clusterId: ClusterId, operationId: OperationId }),
  /** which processes ran on a node of an experiment when a slot ended? */
  z.object({
    do: z.literal('processes'),
    tenantId: z.string(),
    clusterId: ClusterId,
    operationId: OperationId,
    experimentId: ExperimentId,
    epoch: Epoch,
    slotSeconds: z.int(),
    collectionIntervalSeconds: z.int(),
    node: z.string(),
    at: Instant,
  }),
  /** look at the nodes and at what lives there */
  z.object({ do: z.literal('reconcile'), tenantId: z.string(), clusterId: ClusterId }),
  /** is every collector of this experiment ready? asked again until it is */
  z.object({
    do: z.literal('readiness'),
    tenantId: z.string(),
    experimentId: z.string(),
    epoch: z.int(),
    attempt: z.int().default(0),
  }),
  /** remove what outlived its owner */
  z.object({ do: z.literal('sweep'), tenantId: z.string(), clusterId: ClusterId }),
]);
export type ClusterWork = z.infer<typeof ClusterWork>;
