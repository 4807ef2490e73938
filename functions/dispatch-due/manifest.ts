import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'dispatch-due',
  summary: 'The tick: enqueues every look at an experiment that falls due within the coming minute',
  triggers: [{ on: 'schedule', everyMinutes: 1, name: 'tick' }],
  needs: { core: 'read', measure: 'send' },
  memoryMb: 256,
  timeoutSeconds: 30,
  reservedConcurrency: 1,
  settings: ['settleSeconds'],
});
