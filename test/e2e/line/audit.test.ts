import { expect, test } from 'vitest';
import { firstExperiment } from '../../../local/first-experiment.ts';
import type { AuditEntry } from '../../../src/audit/domain/entry.ts';
import { clientOf, clusterId, eventually } from '../../support/line.ts';

test('what was done and what was refused is in the audit log, in an unbroken chain', async () => {
  const admin = await clientOf('admin');
  const viewer = await clientOf('viewer');
  const { body } = await admin.createExperiment({ body: firstExperiment(clusterId(), { name: 'audited' }) });
  const params = { experimentId: body.id };
  await expect(viewer.deleteExperiment({ params, ifMatch: body.version })).rejects.toMatchObject({ status: 403 });
  await admin.deleteExperiment({ params, ifMatch: body.version });

  const entries = await eventually<readonly AuditEntry[]>(
    `the audit log to have heard of ${body.id}`,
    60,
    async () => (await admin.listAudit({ query: { subject: body.id } })).body.items,
    (items) => ['experiment.deleted', 'deleteExperiment'].every((name) => items.some(({ action }) => action === name)),
  );
  const entryOf = (name: string) => entries.find(({ action }) => action === name);
  const [created, refused, deleted] = ['experiment.created', 'deleteExperiment', 'experiment.deleted'].map(entryOf);
  expect(created).toMatchObject({ outcome: 'done', before: null, actor: { email: 'admin@phoenix.local' } });
  expect(refused).toMatchObject({ outcome: 'refused', code: 'FORBIDDEN', actor: { email: 'viewer@phoenix.local' } });
  expect(deleted).toMatchObject({ outcome: 'done', after: null, before: created?.after });
  expect([created?.requestId, refused?.requestId, deleted?.requestId].every((id) => id)).toBe(true);

  const { body: verified } = await admin.verifyAudit({ query: {} });
  expect(verified).toMatchObject({ state: 'intact', broken: null });
  await expect(viewer.listAudit({ query: {} })).rejects.toMatchObject({ status: 403 });
});
