import { dynamodbAuditLog } from '../../src/audit/adapters/dynamodb-audit-log.ts';
import { makeWriteAudit, Told } from '../../src/audit/application/write-audit.ts';
import { systemIds, systemPauses } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { queueEntry } from '../../src/platform/entry.ts';
import { tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = queueEntry(manifest, ({ audit }) => {
  const writeAudit = makeWriteAudit({
    log: dynamodbAuditLog({ table: tableNamed(audit), sha256, ids: systemIds, pauses: systemPauses }),
  });
  return {
    message: Told,
    ids: ({ tenant }: Told) => ({ tenant }),
    work: async (told: Told, { log }) => {
      const fate = await writeAudit(told);
      log.info(`audit.${fate}`, { action: 'seq' in told ? told.type : told.action });
    },
  };
});
