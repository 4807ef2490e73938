import { isAfter, secondsAfter } from '../../kernel/instant.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { Operation } from '../../platform/declare/operation.ts';
import type { OperationStore } from '../application/ports.ts';

const KEPT_SECONDS = 86_400;

/** Operations of one process, for tests and simulations. */
export const memoryOperationStore = ({ clock }: { readonly clock: Clock }): OperationStore => {
  const operations = new Map<string, Operation>();
  return {
    create: async (tenantId, operation) => {
      const key = `${tenantId}/${operation.id}`;
      if (operations.has(key)) throw new Error(`the id of operation ${operation.id} was given twice`);
      operations.set(key, operation);
    },
    load: async (tenantId, id) => {
      const operation = operations.get(`${tenantId}/${id}`);
      const isAlive = operation !== undefined && isAfter(secondsAfter(operation.createdAt, KEPT_SECONDS), clock.now());
      return isAlive ? operation : null;
    },
    update: async (tenantId, operation) => {
      const key = `${tenantId}/${operation.id}`;
      if (operations.get(key)?.finishedAt !== null) return false;
      operations.set(key, operation);
      return true;
    },
  };
};
