import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'publish-events',
  summary: 'Puts events that were written with a change on the bus, and parks what cannot be put there',
  triggers: [{ on: 'stream', table: 'core', keyPrefix: 'EVT#' }],
  needs: { core: 'write', bus: 'publish', unpublishable: 'send' },
  memoryMb: 512,
  timeoutSeconds: 60,
});
