import { defineFunction, fromQueue } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'measure-slots',
  summary: 'Looks at one experiment: measures its due slots, judges them, and settles the wait of its machine',
  triggers: [fromQueue('measure')],
  needs: {
    core: 'write',
    samples: 'write',
    ephemeral: 'write',
    measure: 'send',
    experimentMachine: 'report',
    clusterSecrets: 'read',
    eksClusters: 'connect',
    managedPrometheus: 'query',
  },
  memoryMb: 1024,
  timeoutSeconds: 60,
  settings: ['stageName', 'settleSeconds', 'allowedMetricSources', 'allowedDirectClusters'],
  network: 'cluster',
});
