import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'sweep',
  summary:
    'The janitor: recovers experiments that are overdue, cleanups that are pending, events that were never published',
  triggers: [{ on: 'schedule', everyMinutes: 60, name: 'janitor' }],
  needs: { core: 'write', bus: 'publish', unpublishable: 'send', experimentMachine: 'start' },
  counts: [
    {
      metric: 'experiments_recovered',
      means: 'an experiment stayed in a state for too long, and the janitor brought it home',
      runbook: 'state-overdue',
    },
    {
      metric: 'cleanup_overdue',
      means: 'something of an experiment is on a cluster more than an hour after its end',
      runbook: 'cleanup-overdue',
    },
  ],
  memoryMb: 512,
  timeoutSeconds: 300,
  reservedConcurrency: 1,
});
