import { dynamodbAuditLog } from '../../src/audit/adapters/dynamodb-audit-log.ts';
import { serveAudit } from '../../src/audit/application/serve-audit.ts';
import { systemIds, systemPauses } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { cursorsSignedWith, gatekeeperOn, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(manifest, ({ core, audit, cursorKey }) =>
  makeRouter({
    service: manifest.name,
    problems: {},
    gatekeeper: gatekeeperOn(tableNamed(core)),
    cursors: cursorsSignedWith(cursorKey),
    served: serveAudit({
      log: dynamodbAuditLog({ table: tableNamed(audit), sha256, ids: systemIds, pauses: systemPauses }),
      sha256,
    }),
  }),
);
