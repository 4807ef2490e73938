import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamodbAuditLog } from '../../../src/audit/adapters/dynamodb-audit-log.ts';
import { memoryAuditLog } from '../../../src/audit/adapters/memory-audit-log.ts';
import { makeVerifyAudit } from '../../../src/audit/application/verify-audit.ts';
import type { TenantId } from '../../../src/kernel/identity.ts';
import { systemIds, systemPauses } from '../../../src/kernel/system.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { auditDraft } from '../../support/audit.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { auditLogSuite } from './audit-log-suite.ts';

describe('the audit log in memory', () => {
  auditLogSuite(() => memoryAuditLog({ sha256 }));
});

describe('the audit log in DynamoDB', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
  });
  afterAll(() => cloud?.stop());
  auditLogSuite(() =>
    dynamodbAuditLog({ table: cloud.tableOf('audit'), sha256, ids: systemIds, pauses: systemPauses }),
  );

  test('an entry that somebody rewrote, deleted or made unreadable is named by the verifier', async () => {
    const table = cloud.tableOf('audit');
    const log = dynamodbAuditLog({ table, sha256, ids: systemIds, pauses: systemPauses });
    const tenant = 'audit-thief' as TenantId;
    for (let index = 1; index <= 4; index += 1) await log.append(auditDraft({ tenant, origin: `event:${index}` }));
    const key = { pk: 'T#audit-thief', sk: 'P#000000000003' };
    const item = await table.get(key);
    if (item === null) throw new Error('the third of four entries is there');
    const verify = () => makeVerifyAudit({ log, sha256 })({ tenant, after: 0, limit: 100 });
    expect((await verify()).broken).toBeNull();

    await table.write({ put: { ...item, action: 'nothing.happened' } });
    expect((await verify()).broken).toMatchObject({ position: 3, reason: 'altered' });
    await table.write({ put: { ...item, at: 'never' } });
    expect((await verify()).broken).toMatchObject({ position: 3, reason: 'altered' });
    await table.write({ remove: key });
    expect((await verify()).broken).toMatchObject({ position: 3, reason: 'missing' });
  });
});
