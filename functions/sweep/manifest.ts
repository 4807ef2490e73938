import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'sweep',
  summary:
    'The janitor: recovers experiments that are overdue, cleanups that are pending, events that were never published',
  triggers: [{ on: 'schedule', everyMinutes: 60, name: 'janitor' }],
  needs: { core: 'write', bus: 'publish', unpublishable: 'send', experimentMachine: 'start' },
  memoryMb: 512,
  timeoutSeconds: 300,
  reservedConcurrency: 1,
});
