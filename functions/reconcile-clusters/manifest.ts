import { RECONCILE_EVERY_MINUTES } from '../../src/clusters/contract/schedule.ts';
import { defineFunction, fromQueue } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'reconcile-clusters',
  summary:
    'Looks at clusters: health, nodes, objects, readiness; answers operations; removes what outlived its purpose',
  triggers: [
    fromQueue('clusterWork'),
    { on: 'schedule', everyMinutes: RECONCILE_EVERY_MINUTES, name: 'reconcile-clusters' },
  ],
  needs: {
    core: 'write',
    ephemeral: 'write',
    clusterWork: 'send',
    clusterSecrets: 'read',
    eksClusters: 'connect',
    managedPrometheus: 'query',
    experimentMachine: 'report',
  },
  memoryMb: 512,
  timeoutSeconds: 60,
  settings: ['stageName', 'allowedDirectClusters', 'allowedMetricSources'],
  network: 'cluster',
});
