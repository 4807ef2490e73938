import type { ClusterId, TenantId } from '../../kernel/identity.ts';
import type { CollectorId } from './collector.ts';

// Where nodes, their reservations and found collectors live in the core table. Experiments reserve nodes in the transaction of their own
// start, so this layout is a promise: put HOLD items with attribute_not_exists(pk), delete them with experiment_id = mine.

export type ItemKey = { readonly pk: string; readonly sk: string };

/** What a node can carry once: kinds of signals that collectors may own. */
export type NodeSignal = 'metrics' | 'logs' | 'traces';

const partition = (tenantId: TenantId, clusterId: ClusterId): string => `T#${tenantId}#CLU#${clusterId}`;

/** Node names are RFC 1123 subdomains; `#` would forge another key. */
const component = (text: string): string => {
  if (text === '' || text.includes('#')) throw new Error(`"${text}" cannot be part of a key`);
  return text;
};

export const NODE_PREFIX = 'NODE#';
export const HOLD_PREFIX = 'HOLD#';

export const clusterKey = (tenantId: TenantId, clusterId: ClusterId): ItemKey => ({
  pk: partition(tenantId, clusterId),
  sk: 'META',
});

export const nodeKey = (tenantId: TenantId, clusterId: ClusterId, node: string): ItemKey => ({
  pk: partition(tenantId, clusterId),
  sk: `${NODE_PREFIX}${component(node)}`,
});

/** One reservation per node and signal; its attributes are a `NodeHold`. */
export const holdKey = (tenantId: TenantId, clusterId: ClusterId, node: string, signal: NodeSignal): ItemKey => ({
  pk: partition(tenantId, clusterId),
  sk: `${HOLD_PREFIX}${component(node)}#${signal}`,
});

/** Attributes of a reservation, in storage names. */
export interface NodeHold {
  readonly experiment_id: string;
  readonly epoch: number;
}

export const COLLECTOR_PREFIX = 'COLLECTOR#';

/** A collector of somebody's that was found, with its settings. */
export const collectorKey = (tenantId: TenantId, clusterId: ClusterId, collector: CollectorId): ItemKey => ({
  pk: partition(tenantId, clusterId),
  sk: `${COLLECTOR_PREFIX}${component(collector)}`,
});

/** When collectors were looked for, and which were found. */
export const collectorReportKey = (tenantId: TenantId, clusterId: ClusterId): ItemKey => ({
  pk: partition(tenantId, clusterId),
  sk: 'COLLECTORS',
});

/** Which node a reservation is of. */
export const nodeOfHold = (sk: string): string => sk.slice(HOLD_PREFIX.length, sk.lastIndexOf('#'));
