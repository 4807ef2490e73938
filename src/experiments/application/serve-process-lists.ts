import type { ClusterWork } from '../../clusters/contract/routes.ts';
import { OperationId, type TenantId } from '../../kernel/identity.ts';
import { accept, refuse } from '../../kernel/outcome.ts';
import type { Clock, Ids } from '../../kernel/ports.ts';
import type { Operation } from '../../platform/declare/operation.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { processListRoutes } from '../contract/process-list-routes.ts';
import { lifeOf } from '../domain/experiment.ts';
import { warmupSlots } from '../domain/schedule.ts';
import type { ExperimentStore, SampleReader } from './ports.ts';

export interface ServeProcessListsPorts {
  readonly experiments: Pick<ExperimentStore, 'load'>;
  readonly samples: SampleReader;
  readonly operations: { create(tenantId: TenantId, operation: Operation): Promise<void> };
  readonly work: { send(messages: readonly { readonly message: ProcessesWork }[]): Promise<void> };
  readonly clock: Clock;
  readonly ids: Ids;
}

type ProcessesWork = Extract<ClusterWork, { do: 'processes' }>;

/** Hands the question for a node's processes to a worker: only workers ask measurement stores. */
export const serveProcessLists = (ports: ServeProcessListsPorts): readonly ServedRoute[] =>
  implement(processListRoutes, {
    listNodeProcesses: async ({ caller: { tenantId }, params: { experimentId }, body }) => {
      const stored = await ports.experiments.load({ tenantId, experimentId });
      if (stored === null)
        return refuse('resource-not-found', `there is no experiment ${experimentId}`, { experimentId });
      const { experiment, progress } = stored;
      const nodes = lifeOf(experiment)?.nodes ?? [];
      const meant = body.node === undefined ? nodes[0] : nodes.find(({ node }) => node === body.node);
      if (body.node !== undefined && meant === undefined) {
        const message = `it measures no node ${body.node}; it measures ${nodes.map(({ node }) => node).join(', ') || 'none'}`;
        return refuse('node-not-measured', message, { node: body.node }, [
          { pointer: '/node', code: 'node-not-measured', message },
        ]);
      }
      const { epoch, settings } = experiment;
      const newest = warmupSlots(settings) + progress.slotsMeasured - 1;
      const [slot] =
        progress.slotsMeasured === 0
          ? []
          : await ports.samples.list(tenantId, experimentId, epoch, { fromSlot: newest, toSlot: newest });
      if (slot === undefined || meant === undefined) {
        return refuse('usage-not-measured', `no slot is measured yet; it is ${experiment.state}`, {
          state: experiment.state,
        });
      }
      const operation: Operation = {
        id: OperationId.parse(`op-${ports.ids.short()}`),
        kind: 'experiment.processes',
        subject: experimentId,
        state: 'pending',
        createdAt: ports.clock.now(),
        finishedAt: null,
        result: null,
        problem: null,
      };
      await ports.operations.create(tenantId, operation);
      const { slotSeconds, collectionIntervalSeconds } = settings;
      const about = { experimentId, epoch, slotSeconds, collectionIntervalSeconds, node: meant.node, at: slot.endsAt };
      const { clusterId } = meant;
      await ports.work.send([
        { message: { do: 'processes', tenantId, clusterId, operationId: operation.id, ...about } },
      ]);
      return accept({ body: operation, location: `/operations/${operation.id}` });
    },
  });
