import { defineFunction, fromQueue } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'notify-channels',
  summary: 'Sends each event on its way to every channel of its tenant that hears of it',
  triggers: [fromQueue('notices', 10)],
  needs: { core: 'write', deliveries: 'send' },
  memoryMb: 256,
  timeoutSeconds: 30,
});
