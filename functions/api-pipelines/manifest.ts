import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-pipelines',
  summary: 'Templates of pipelines, and the collector settings that they give',
  triggers: [{ on: 'http', prefixes: [{ prefix: 'templates' }, { prefix: 'pipelines' }, { prefix: 'generator' }] }],
  needs: { core: 'read' },
  memoryMb: 512,
  timeoutSeconds: 10,
});
