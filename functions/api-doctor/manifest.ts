import { defineFunction } from '../../src/platform/declare/function.ts';

export const manifest = defineFunction({
  name: 'api-doctor',
  summary: 'Says what is stuck: experiments, clusters, reservations, events and dead letters; changes nothing',
  triggers: [{ on: 'http', prefixes: [{ prefix: 'doctor' }] }],
  needs: {
    core: 'read',
    ephemeral: 'read',
    lifecycle: 'count',
    measure: 'count',
    clusterWork: 'count',
    auditTrail: 'count',
    unpublishable: 'count',
  },
  memoryMb: 512,
  timeoutSeconds: 29,
});
