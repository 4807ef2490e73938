import * as z from 'zod';
import { ClusterId } from '../../kernel/identity.ts';
import { event } from '../../platform/declare/event.ts';

const subject = { clusterId: ClusterId, name: z.string() };

/** What clusters say on the bus. */
export const clusterEvents = [
  event({
    type: 'cluster.registered',
    schemaVersion: 1,
    summary: 'A cluster was registered',
    data: z.object({ ...subject, kind: z.enum(['eks', 'direct']) }),
  }),
  event({
    type: 'cluster.changed',
    schemaVersion: 1,
    summary: 'Its owner said anew where pipelines on a cluster may send data',
    data: z.object({ ...subject, allowed: z.array(z.string()), forbidden: z.array(z.string()) }),
  }),
  event({
    type: 'cluster.removed',
    schemaVersion: 1,
    summary: 'A cluster was forgotten; nothing of ours was on it',
    data: z.object(subject),
  }),
  event({
    type: 'cluster.checked',
    schemaVersion: 1,
    summary: 'A preflight ended',
    data: z.object({ ...subject, passed: z.boolean(), failed: z.array(z.string()) }),
  }),
  event({
    type: 'cluster.reachable',
    schemaVersion: 1,
    summary: 'A cluster answers, for the first time or again',
    data: z.object(subject),
  }),
  event({
    type: 'cluster.unreachable',
    schemaVersion: 1,
    summary: 'A cluster does not answer or does not let us in',
    data: z.object({ ...subject, code: z.string(), message: z.string() }),
  }),
] as const;
