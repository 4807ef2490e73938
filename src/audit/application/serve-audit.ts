import { accept, refuse } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { auditRoutes, verificationOf } from '../contract/routes.ts';
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
      return accept({ body: verificationOf(await verifyAudit({ tenant: caller.tenantId, ...query })) });
    },
  });
};
