import type * as z from 'zod';
import type { EventDraft } from '../../platform/declare/event.ts';
import { toWire } from '../../platform/wire.ts';
import { clusterEvents } from '../contract/events.ts';
import type { Cluster } from '../domain/cluster.ts';

type Events = (typeof clusterEvents)[number];
type Saying<T extends Events['type']> = Omit<z.infer<Extract<Events, { type: T }>['data']>, 'clusterId' | 'name'>;

/** A draft of one of our events about a cluster, in wire names; what it says is checked by the event's own schema. */
export const clusterEvent = <T extends Events['type']>(
  type: T,
  cluster: Cluster,
  says: Saying<T>,
  severity: EventDraft['severity'] = 'info',
): EventDraft => {
  const definition = clusterEvents.find((each) => each.type === type);
  if (definition === undefined) throw new Error(`there is no event ${type}`);
  const data = definition.data.parse({ clusterId: cluster.id, name: cluster.settings.name, ...says });
  const wireData = toWire(definition.data, data) as EventDraft['data'];
  return { type, schemaVersion: definition.schemaVersion, severity, data: wireData };
};
