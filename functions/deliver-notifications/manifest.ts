import { defineFunction, fromQueue } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'deliver-notifications',
  summary: 'Brings notifications to webhooks and rooms of Slack; the one function that writes to addresses of users',
  triggers: [fromQueue('deliveries')],
  needs: { core: 'write', deliveries: 'send', notificationSecrets: 'read' },
  memoryMb: 256,
  timeoutSeconds: 30,
  settings: ['allowedNotificationHosts'],
});
