import { defineFunction, fromQueue } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'run-lifecycle',
  summary:
    'Hears events of experiments and of their executions: starts machines, passes signals on, recovers what broke',
  triggers: [fromQueue('lifecycle')],
  needs: {
    core: 'read',
    measure: 'send',
    experimentMachine: 'start',
    withdrawalMachine: 'start',
  },
  memoryMb: 256,
  timeoutSeconds: 30,
});
