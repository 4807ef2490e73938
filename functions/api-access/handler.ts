import openApi from '../../docs/openapi.generated.json' with { type: 'json' };
import { cognitoSignIn } from '../../src/access/adapters/cognito-sign-in.ts';
import { dynamodbKeyStore } from '../../src/access/adapters/dynamodb-keys.ts';
import { dynamodbMemberStore } from '../../src/access/adapters/dynamodb-members.ts';
import { serveAccess } from '../../src/access/application/serve-access.ts';
import { serveKeys } from '../../src/access/application/serve-keys.ts';
import { serveMembers } from '../../src/access/application/serve-members.ts';
import { serveService } from '../../src/access/application/serve-service.ts';
import { ACCESS_PROBLEMS } from '../../src/access/contract/problems.ts';
import { systemClock, systemIds, systemPauses, systemSecret } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { cognitoClient } from '../../src/platform/clients.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { gatekeeperOn, hashUnder, idempotencyIn, refusedWritesTo, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(manifest, ({ core, ephemeral, people, keyPepper, auditTrail, settings }) => {
  const table = tableNamed(core);
  const members = dynamodbMemberStore({ table, clock: systemClock, ids: systemIds });
  return makeRouter({
    service: manifest.name,
    problems: ACCESS_PROBLEMS,
    gatekeeper: gatekeeperOn(table),
    idempotency: idempotencyIn(ephemeral),
    refusedWrites: refusedWritesTo(auditTrail),
    served: [
      ...serveAccess({
        members,
        signIn: cognitoSignIn({ client: cognitoClient(), clientId: people.clientId }),
        clock: systemClock,
        pauses: systemPauses,
        settings: {
          ...people,
          stage: settings.stageName,
          passwordSignIn: settings.passwordSignIn === 'true',
          apiUrl: addressOf(settings.apiAddress),
          keyApiUrl: addressOf(settings.keyApiAddress),
        },
      }),
      ...serveMembers({ members, clock: systemClock }),
      ...serveKeys({
        keys: dynamodbKeyStore({ table, clock: systemClock, ids: systemIds }),
        keyedHash: hashUnder(keyPepper),
        freshSecret: systemSecret,
        sha256,
        clock: systemClock,
        ids: systemIds,
      }),
      ...serveService({
        dependencies: [{ name: 'database', probe: async () => void (await table.get({ pk: 'HEALTH', sk: 'META' })) }],
        openApi,
      }),
    ],
  });
});

const addressOf = (setting: string): string | null => (setting === 'none' ? null : setting);
