import { type ClusterId, OperationId, type Principal } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import type { Operation } from '../../platform/declare/operation.ts';
import type { ClusterStore, ClusterWorkQueue, OperationStore } from './ports.ts';

export interface RequestOperationPorts {
  readonly clusters: ClusterStore;
  readonly operations: OperationStore;
  readonly work: ClusterWorkQueue;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Hands a question to a worker, because only workers talk to clusters; the operation tells how far it is. */
export const makeRequestOperation =
  ({ clusters, operations, work, clock, ids }: RequestOperationPorts) =>
  async (
    { tenantId }: Principal,
    clusterId: ClusterId,
    what: 'preflight' | 'objects' | 'collectors',
  ): Promise<Outcome<Operation, Refusal<'resource-not-found'>>> => {
    if ((await clusters.load(tenantId, clusterId)) === null) {
      return refuse('resource-not-found', `there is no cluster ${clusterId}`, { clusterId });
    }
    const operation: Operation = {
      id: OperationId.parse(`op-${ids.short()}`),
      kind: `cluster.${what}`,
      subject: clusterId,
      state: 'pending',
      createdAt: clock.now(),
      finishedAt: null,
      result: null,
      problem: null,
    };
    await operations.create(tenantId, operation);
    // whoever has it checked wants to see its health and nodes as they are now, too
    const looks = what === 'preflight' ? [{ message: { do: 'reconcile' as const, tenantId, clusterId } }] : [];
    await work.send([...looks, { message: { do: what, tenantId, clusterId, operationId: operation.id } }]);
    return accept(operation);
  };
