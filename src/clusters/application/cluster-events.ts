import type * as z from 'zod';
import { draftEvent, type EventDraft, eventNamed, type Severity } from '../../platform/declare/event.ts';
import { clusterEvents } from '../contract/events.ts';
import type { Cluster } from '../domain/cluster.ts';

type Events = (typeof clusterEvents)[number];
type Named<T extends Events['type']> = Extract<Events, { readonly type: T }>;

/** A draft of one of our events; which cluster it is about is filled in. */
export const clusterEvent = <T extends Events['type']>(
  type: T,
  { id, settings: { name } }: Cluster,
  says: Omit<z.infer<Named<T>['data']>, 'clusterId' | 'name'>,
  severity: Severity = 'info',
): EventDraft =>
  draftEvent(
    eventNamed(clusterEvents, type) as Events,
    { clusterId: id, name, ...says } as z.infer<Events['data']>,
    severity,
  );
