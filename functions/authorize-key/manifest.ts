import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'authorize-key',
  summary: 'Whether a service key opens the API for programs',
  triggers: [{ on: 'authorizer' }],
  needs: { core: 'write', keyPepper: 'read' },
  memoryMb: 256,
  timeoutSeconds: 5,
});
