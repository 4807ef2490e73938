import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-cost',
  summary: 'Price books, prices of contracts over them, and what usage costs',
  triggers: [{ on: 'http', prefixes: [{ prefix: 'cost' }] }],
  needs: { core: 'write', ephemeral: 'write', auditTrail: 'send' },
  memoryMb: 512,
  timeoutSeconds: 10,
});
