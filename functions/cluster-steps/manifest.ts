import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'cluster-steps',
  summary: 'Steps of the lifecycle that act on clusters: apply, wait for readiness, promote, clean up, withdraw',
  triggers: [{ on: 'machine' }],
  needs: { core: 'write', ephemeral: 'write', clusterWork: 'send', clusterSecrets: 'read', eksClusters: 'connect' },
  memoryMb: 512,
  timeoutSeconds: 120,
  settings: ['stageName', 'allowedDirectClusters', 'collectorImage'],
  network: 'cluster',
});
