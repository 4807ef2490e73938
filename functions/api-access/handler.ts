import openApi from '../../docs/openapi.generated.json' with { type: 'json' };
import { cognitoSignIn } from '../../src/access/adapters/cognito-sign-in.ts';
import { dynamodbMemberStore } from '../../src/access/adapters/dynamodb-members.ts';
import { serveAccess } from '../../src/access/application/serve-access.ts';
import { serveService } from '../../src/access/application/serve-service.ts';
import { ACCESS_PROBLEMS } from '../../src/access/contract/problems.ts';
import { systemClock, systemIds, systemPauses } from '../../src/kernel/system.ts';
import { cognitoClient } from '../../src/platform/clients.ts';
import { httpEntry } from '../../src/platform/entry.ts';
import { makeRouter } from '../../src/platform/router.ts';
import { gatekeeperOn, tableNamed } from '../front-door.ts';
import { manifest } from './manifest.ts';

export const handler = httpEntry(manifest, ({ core, people, settings }) => {
  const table = tableNamed(core);
  return makeRouter({
    service: manifest.name,
    problems: ACCESS_PROBLEMS,
    gatekeeper: gatekeeperOn(table),
    served: [
      ...serveAccess({
        members: dynamodbMemberStore({ table, clock: systemClock, ids: systemIds }),
        signIn: cognitoSignIn({ client: cognitoClient(), clientId: people.clientId }),
        clock: systemClock,
        pauses: systemPauses,
        settings: { ...people, stage: settings.stageName, passwordSignIn: settings.passwordSignIn === 'true' },
      }),
      ...serveService({
        dependencies: [{ name: 'database', probe: async () => void (await table.get({ pk: 'HEALTH', sk: 'META' })) }],
        openApi,
      }),
    ],
  });
});
