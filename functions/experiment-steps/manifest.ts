import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'experiment-steps',
  summary:
    'Steps of the lifecycle that change the experiment: validate, claim, plan, warm up, observe, decide, finalise',
  triggers: [{ on: 'machine' }],
  needs: { core: 'write', samples: 'read', ephemeral: 'write', measure: 'send' },
  memoryMb: 1024,
  timeoutSeconds: 60,
  settings: ['stageName', 'settleSeconds', 'minimumHorizonSeconds', 'minimumWarmupSeconds', 'promoteFromScreening'],
});
