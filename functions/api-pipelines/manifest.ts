import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-pipelines',
  summary: 'Templates, pipelines with their revisions, and the collector settings that they give',
  triggers: [{ on: 'http', prefixes: [{ prefix: 'templates' }, { prefix: 'pipelines' }, { prefix: 'generator' }] }],
  needs: { core: 'write', ephemeral: 'write', cursorKey: 'read', auditTrail: 'send' },
  memoryMb: 512,
  timeoutSeconds: 10,
  settings: ['collectorImage'],
});
