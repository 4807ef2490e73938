import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-clusters',
  summary: 'Routes of clusters and operations; hands every question to a cluster to the worker',
  triggers: [{ on: 'http', prefixes: [{ prefix: 'clusters' }, { prefix: 'operations' }] }],
  needs: { core: 'write', ephemeral: 'write', clusterWork: 'send', cursorKey: 'read', auditTrail: 'send' },
  memoryMb: 512,
  timeoutSeconds: 29,
  settings: ['stageName', 'allowedDirectClusters', 'allowedMetricSources'],
});
