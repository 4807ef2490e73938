import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-notifications',
  summary: 'Routes of channels of notifications and of what was sent to them',
  triggers: [{ on: 'http', prefixes: [{ prefix: 'notifications' }] }],
  needs: { core: 'write', ephemeral: 'write', deliveries: 'send', cursorKey: 'read', auditTrail: 'send' },
  memoryMb: 512,
  timeoutSeconds: 10,
  settings: ['allowedNotificationHosts'],
});
