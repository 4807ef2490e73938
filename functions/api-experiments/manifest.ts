import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-experiments',
  summary:
    'Routes of experiments and of the rules that they are asked; commits state and event, touches neither clusters nor workflows',
  triggers: [{ on: 'http', prefixes: [{ prefix: 'experiments' }, { prefix: 'rule-sets' }] }],
  needs: {
    core: 'write',
    samples: 'read',
    ephemeral: 'write',
    cursorKey: 'read',
    clusterWork: 'send',
    auditTrail: 'send',
  },
  memoryMb: 1024,
  timeoutSeconds: 29,
  settings: ['stageName', 'minimumHorizonSeconds', 'minimumWarmupSeconds', 'collectorImage'],
});
