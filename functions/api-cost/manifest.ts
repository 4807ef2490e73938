import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-cost',
  summary: 'Price books, prices of contracts over them, what usage costs, and money over all experiments',
  triggers: [{ on: 'http', prefixes: [{ prefix: 'cost' }] }],
  needs: { core: 'write', samples: 'read', ephemeral: 'write', auditTrail: 'send' },
  memoryMb: 1024,
  timeoutSeconds: 29,
});
