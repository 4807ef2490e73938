import { dynamodbKeyStore } from '../src/access/adapters/dynamodb-keys.ts';
import { dynamodbMemberStore } from '../src/access/adapters/dynamodb-members.ts';
import { hmacHash } from '../src/access/adapters/keyed-hash.ts';
import { makeGatekeeper } from '../src/access/application/identify.ts';
import type { KeyedHash } from '../src/access/application/ports.ts';
import { refusedWritesOn } from '../src/audit/adapters/refused-write-queue.ts';
import { systemClock, systemIds, systemPauses } from '../src/kernel/system.ts';
import { dynamodbClient, secretsClient, sqsClient } from '../src/platform/clients.ts';
import { RefusedWrite } from '../src/platform/declare/refused-write.ts';
import { dynamodbIdempotencyStore } from '../src/platform/dynamodb/idempotency.ts';
import { makeTable, type Table } from '../src/platform/dynamodb/table.ts';
import { type Cursors, makeCursors } from '../src/platform/http/cursor.ts';
import type { IdempotencyStore } from '../src/platform/http/idempotency.ts';
import { sqsQueue } from '../src/platform/queue.ts';
import type { Gatekeeper, RefusedWrites } from '../src/platform/router.ts';
import { secretText } from '../src/platform/secret.ts';

// What every API function is wired with; each takes what its manifest asked for.

export const tableNamed = ({ tableName }: { readonly tableName: string }): Table =>
  makeTable({ client: dynamodbClient(), tableName, clock: systemClock, pauses: systemPauses });

/** Needs `core: 'read'`. */
export const gatekeeperOn = (core: Table): Gatekeeper =>
  makeGatekeeper({
    members: dynamodbMemberStore({ table: core, clock: systemClock, ids: systemIds }),
    keys: dynamodbKeyStore({ table: core, clock: systemClock, ids: systemIds }),
    clock: systemClock,
  });

/** Needs `ephemeral: 'write'`. */
export const idempotencyIn = (ephemeral: { readonly tableName: string }): IdempotencyStore =>
  dynamodbIdempotencyStore({ table: tableNamed(ephemeral), clock: systemClock });

/** Needs `auditTrail: 'send'`. */
export const refusedWritesTo = ({ queueUrl }: { readonly queueUrl: string }): RefusedWrites =>
  refusedWritesOn(sqsQueue({ client: sqsClient(), queueUrl, message: RefusedWrite }), systemClock);

/** Needs `cursorKey: 'read'`. */
export const cursorsSignedWith = ({ secretName }: { readonly secretName: string }): Cursors =>
  makeCursors({ secret: secretText({ client: secretsClient(), secretName }), clock: systemClock });

/** Needs `keyPepper: 'read'`. */
export const hashUnder = ({ secretName }: { readonly secretName: string }): KeyedHash =>
  hmacHash({ pepper: secretText({ client: secretsClient(), secretName }) });
