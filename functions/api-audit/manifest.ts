import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-audit',
  summary: 'Routes of the audit log: reading it, and checking its chain',
  triggers: [{ on: 'http', prefixes: [{ prefix: 'audit' }] }],
  needs: { core: 'read', audit: 'read', cursorKey: 'read' },
  memoryMb: 512,
  timeoutSeconds: 29,
});
