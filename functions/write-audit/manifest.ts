import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'write-audit',
  summary: 'Appends what was done, and what was refused, to the audit log of its tenant',
  // few at once: writers meet at the end of the chain
  triggers: [{ on: 'queue', queue: 'auditTrail', batchSize: 10, maxConcurrency: 2 }],
  needs: { audit: 'append' },
  memoryMb: 256,
  timeoutSeconds: 30,
});
