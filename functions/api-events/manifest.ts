import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-events',
  summary: 'The feed of events by position, as pages or as Server-Sent Events',
  triggers: [{ on: 'http', prefixes: [{ prefix: 'events' }] }],
  needs: { core: 'read' },
  memoryMb: 512,
  // a long poll may wait 20 s
  timeoutSeconds: 29,
});
