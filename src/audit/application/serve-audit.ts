import { accept, refuse } from '../../kernel/outcome.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { auditRoutes } from '../contract/routes.ts';
import type { Sha256 } from '../domain/chain.ts';
import type { AuditLog } from './ports.ts';
import { makeVerifyAudit } from './verify-audit.ts';

/** The routes of the audit log. */
export const serveAudit = (parts: { readonly log: AuditLog; readonly sha256: Sha256 }): readonly ServedRoute[] => {
  const { log } = parts;
  const verifyAudit = makeVerifyAudit(parts);
  return implement(auditRoutes, {
    listAudit: async ({ query: { limit, nextToken, ...filter }, caller }) => {
      const page = { limit, ...(nextToken === undefined ? {} : { afterKey: nextToken }) };
      const { items, nextKey } = await log.list(caller.tenantId, filter, page);
      return accept({ body: { items: [...items], metadata: { count: items.length, limit, nextToken: nextKey } } });
    },
    getAuditEntry: async ({ params: { position }, caller }) => {
      const entry = await log.get(caller.tenantId, position);
      return entry === null
        ? refuse('resource-not-found', `the audit log has no entry ${position}`)
        : accept({ body: entry });
    },
    verifyAudit: async ({ query, caller }) => {
      const { last, count, broken, isComplete } = await verifyAudit({ tenant: caller.tenantId, ...query });
      return accept({
        body: {
          state: broken === null ? 'intact' : 'broken',
          checked: count,
          after: last.position,
          hash: last.hash,
          complete: isComplete,
          broken,
        },
      });
    },
  });
};
