import type { AuditDraft } from '../../src/audit/domain/entry.ts';
import type { TenantId, UserId } from '../../src/kernel/identity.ts';
import { T0 } from './platform.ts';

/** An act of an admin on an experiment; every field that a test does not mention is plain. */
export const auditDraft = (more: Partial<AuditDraft> = {}): AuditDraft => ({
  tenant: 'acme' as TenantId,
  at: T0,
  actor: { kind: 'user', id: 'u-1' as UserId, email: 'admin@phoenix.example' },
  action: 'experiment.started',
  outcome: 'done',
  code: null,
  message: null,
  subject: 'exp-0123456789ab',
  before: 'a'.repeat(64),
  after: 'b'.repeat(64),
  requestId: 'request-1',
  traceId: '1-65000000-000000000000000000000001',
  origin: 'event:1',
  ...more,
});
