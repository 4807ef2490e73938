import type { EventEnvelope } from '../../platform/declare/event.ts';
import type { EventBus, EventLog, Outbox, Parking, Published } from '../application/ports.ts';

/** A log over envelopes that others write: tests and simulations. */
export const memoryEventLog = (events: () => readonly EventEnvelope[]): EventLog => {
  const ofTenant = (tenantId: string): readonly EventEnvelope[] =>
    events()
      .filter(({ tenant }) => tenant === tenantId)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    read: async (tenantId, { after, until, limit }) =>
      ofTenant(tenantId)
        .filter(({ id }) => id > after && id <= until)
        .slice(0, limit),
    newestUntil: async (tenantId, until) =>
      ofTenant(tenantId)
        .filter(({ id }) => id <= until)
        .at(-1)?.id ?? null,
  };
};

/** Takes everything, or what `fate` says of an event. */
export const memoryEventBus = (
  fate: (envelope: EventEnvelope) => Published = () => 'published',
): EventBus & { readonly published: readonly EventEnvelope[] } => {
  const published: EventEnvelope[] = [];
  return {
    published,
    publish: async (envelopes) =>
      envelopes.map((envelope) => {
        const answer = fate(envelope);
        if (answer === 'published') published.push(envelope);
        return answer;
      }),
  };
};

export const memoryParking = (): Parking & { readonly parked: readonly Parameters<Parking['park']>[0][] } => {
  const parked: Parameters<Parking['park']>[0][] = [];
  return {
    parked,
    park: async (each) => {
      parked.push(each);
    },
  };
};

/** Remembers what was marked; `unpublished` gives the rows that a sweep finds. */
export const memoryOutbox = (
  unpublished: Outbox['unpublishedUntil'] = async () => [],
): Outbox & { readonly marks: readonly string[] } => {
  const marks: string[] = [];
  return {
    marks,
    unpublishedUntil: unpublished,
    markPublished: async ({ sk }) => {
      marks.push(`published ${sk}`);
    },
    markParked: async ({ sk }) => {
      marks.push(`parked ${sk}`);
    },
  };
};
