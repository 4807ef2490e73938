import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-access',
  summary:
    'Signing in and out, who asks and what they may, members and service keys; health and the description of the API',
  triggers: [
    {
      on: 'http',
      prefixes: [
        { prefix: 'auth/settings', open: true },
        { prefix: 'auth/login', open: true },
        { prefix: 'auth/refresh', open: true },
        { prefix: 'auth/logout' },
        { prefix: 'auth/me' },
        { prefix: 'keys' },
        { prefix: 'members' },
        { prefix: 'health', open: true, root: true },
        { prefix: 'ready', open: true, root: true },
        { prefix: 'live', open: true, root: true },
        { prefix: 'openapi.json', open: true },
      ],
    },
  ],
  needs: { core: 'write', ephemeral: 'write', people: 'sign-in', keyPepper: 'read', auditTrail: 'send' },
  settings: ['stageName', 'passwordSignIn', 'apiAddress', 'keyApiAddress'],
  memoryMb: 512,
  timeoutSeconds: 10,
});
