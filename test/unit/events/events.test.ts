import { beforeEach, describe, expect, test } from 'vitest';
import { permissionsOf, ROLES } from '../../../src/access/domain/permissions.ts';
import { fromStream } from '../../../src/events/adapters/dynamodb-events.ts';
import {
  memoryEventBus,
  memoryEventLog,
  memoryOutbox,
  memoryParking,
} from '../../../src/events/adapters/memory-events.ts';
import type { OutboxRow, Published } from '../../../src/events/application/ports.ts';
import { makePublishEvents } from '../../../src/events/application/publish-events.ts';
import { makeReadEvents, type ReadEvents } from '../../../src/events/application/read-events.ts';
import { eventStreamOf } from '../../../src/events/application/serve-events.ts';
import { makeSweepEvents } from '../../../src/events/application/sweep-events.ts';
import type { EventPage } from '../../../src/events/contract/routes.ts';
import { BEGINNING, lastPositionAt } from '../../../src/events/domain/position.ts';
import type { Epoch, TenantId, Ulid } from '../../../src/kernel/identity.ts';
import { type Instant, minutesAfter, secondsAfter } from '../../../src/kernel/instant.ts';
import type { EventEnvelope } from '../../../src/platform/declare/event.ts';
import { NO_PAUSES, T0, testClock } from '../../support/platform.ts';

const ACME = 'acme' as TenantId;

/** An event whose id was made at this moment; `tail` orders those of one moment. */
const eventAt = (at: Instant, tail: number, more: Partial<EventEnvelope> = {}): EventEnvelope => ({
  id: `${lastPositionAt(at).slice(0, 10)}${String(tail).padStart(16, '0')}` as Ulid,
  type: 'experiment.started',
  schemaVersion: 1,
  source: 'experiments',
  subject: 'exp-0123456789ab',
  tenant: ACME,
  epoch: 1 as Epoch,
  seq: tail + 1,
  timestamp: at,
  actor: { kind: 'system', id: 'workflow' },
  severity: 'info',
  traceId: 't',
  data: { experiment_id: 'exp-0123456789ab' },
  ...more,
});

const VIEWER = permissionsOf('viewer');

describe('the feed', () => {
  const clock = testClock(minutesAfter(T0, 10));
  const read = async (events: readonly EventEnvelope[], request: Partial<ReadEvents>): Promise<EventPage> => {
    const page = await makeReadEvents({ log: memoryEventLog(() => events), clock, pauses: NO_PAUSES })({
      tenantId: ACME,
      permissions: VIEWER,
      after: undefined,
      limit: 20,
      waitSeconds: 0,
      ...request,
    });
    if (!page.accepted) throw new Error(page.refusal.message);
    return page.value;
  };
  const five = [0, 1, 2, 3, 4].map((index) => eventAt(secondsAfter(T0, index), index));

  test('without a position it answers where now is, and no events', async () => {
    expect(await read(five, {})).toEqual({ items: [], metadata: { count: 0, limit: 20, after: five[4]?.id } });
    expect((await read([], {})).metadata.after).toBe(BEGINNING);
  });

  test('goes on from a position, page by page, until there is nothing new', async () => {
    const first = await read(five, { after: BEGINNING, limit: 3 });
    expect(first.items).toEqual(five.slice(0, 3));
    const second = await read(five, { after: first.metadata.after, limit: 3 });
    expect(second.items).toEqual(five.slice(3));
    const third = await read(five, { after: second.metadata.after, limit: 3 });
    expect(third).toEqual({ items: [], metadata: { count: 0, limit: 3, after: five[4]?.id } });
  });

  test('holds back what is younger than two seconds', async () => {
    const young = [eventAt(secondsAfter(clock.now(), -2), 1), eventAt(secondsAfter(clock.now(), -1.999), 2)];
    expect((await read(young, { after: BEGINNING })).items).toEqual(young.slice(0, 1));
  });

  test('never shows another tenant’s events', async () => {
    expect((await read(five, { tenantId: 'other' as TenantId, after: BEGINNING })).items).toEqual([]);
  });

  test('a filter lets the position pass what is not wanted', async () => {
    const mixed = five.map((event, index) => (index === 1 ? { ...event, type: 'cluster.registered' } : event));
    const cluster = await read(mixed, { after: BEGINNING, types: ['cluster.*'] });
    expect(cluster.items).toEqual(mixed.slice(1, 2));
    expect(cluster.metadata.after).toBe(five[4]?.id);
    expect((await read(mixed, { after: BEGINNING, types: ['experiment.started'], limit: 1 })).metadata.after).toBe(
      five[0]?.id,
    );
    expect((await read(mixed, { after: BEGINNING, source: 'clusters' })).items).toEqual([]);
    expect((await read(mixed, { after: BEGINNING, subject: 'exp-0123456789ab' })).items).toHaveLength(5);
  });

  test.each(['', 'yesterday', `${'0'.repeat(25)}I`])('the position "%s" is refused', async (after) => {
    await expect(read(five, { after })).rejects.toThrow(`after is "${after}"`);
  });

  test.each([
    ['experiments', 'experiment.started', 'viewer'],
    ['clusters', 'cluster.registered', 'viewer'],
    ['pipelines', 'pipeline.created', 'viewer'],
    ['cost', 'price_book.changed', 'viewer'],
    ['access', 'member.changed', 'admin'],
    ['something new', 'something.else', 'admin'],
  ] as const)(
    'what %s say (%s) is told from the role %s on, and others are led past it',
    async (source, type, lowest) => {
      const said = five.map((event) => ({ ...event, source, type }));
      for (const role of ROLES) {
        const page = await read(said, { after: BEGINNING, permissions: permissionsOf(role) });
        expect(page.items).toHaveLength(ROLES.indexOf(role) >= ROLES.indexOf(lowest) ? 5 : 0);
        expect(page.metadata.after).toBe(five[4]?.id);
      }
      expect((await read(said, { after: BEGINNING, permissions: new Set() })).items).toEqual([]);
    },
  );

  test('a request that waits is answered with the first event, and after its time without one', async () => {
    const events = five.slice(0, 1);
    let looks = 0;
    const waiting = {
      upTo: async () => undefined,
      exactly: async () => {
        looks += 1;
        if (looks === 3) events.push(...five.slice(1, 2));
      },
    };
    const ask = makeReadEvents({ log: memoryEventLog(() => events), clock, pauses: waiting });
    const request = { tenantId: ACME, permissions: VIEWER, limit: 20, waitSeconds: 5 };
    expect(await ask({ ...request, after: five[0]?.id })).toMatchObject({ value: { items: five.slice(1, 2) } });
    expect(looks).toBe(3);
    expect(await ask({ ...request, after: five[1]?.id })).toMatchObject({ value: { items: [] } });
    expect(looks).toBe(3 + 5);
    await ask({ ...request, after: undefined });
    expect(looks).toBe(8);
  });
});

describe('the event stream', () => {
  const event = eventAt(T0, 1, { data: { text: 'two\nlines' } });
  const page = (items: EventEnvelope[], after: Ulid, limit = 20): EventPage => ({
    items,
    metadata: { count: items.length, limit, after },
  });

  test('is blocks of an id and one line of data, in wire names, and ends with an empty line', () => {
    const [retry, block, ...rest] = eventStreamOf(page([event], event.id)).split('\n\n');
    expect(retry).toBe('retry: 3000');
    const [id, data, ...more] = (block ?? '').split('\n');
    expect([id, more]).toEqual([`id: ${event.id}`, []]);
    expect(JSON.parse((data ?? '').replace(/^data: /, ''))).toMatchObject({
      schema_version: 1,
      data: { text: 'two\nlines' },
    });
    expect(rest).toEqual(['']);
  });

  test('with nothing new it still moves the reader to the position', () => {
    expect(eventStreamOf(page([], event.id))).toBe(`retry: 3000\n\nid: ${event.id}\n\n`);
  });

  test('after a full page the reader comes back at once', () => {
    expect(eventStreamOf(page([event], event.id, 1))).toMatch(/^retry: 100\n\n/);
  });
});

describe('publishing', () => {
  const clock = testClock(minutesAfter(T0, 10));
  const rowsOf = (count: number): OutboxRow[] =>
    Array.from({ length: count }, (_, index) => ({
      key: { pk: 'T#acme#EXP#x', sk: `EVT#${index}` },
      envelope: eventAt(T0, index),
    }));
  let parking: ReturnType<typeof memoryParking>;
  let outbox: ReturnType<typeof memoryOutbox>;
  beforeEach(() => {
    parking = memoryParking();
    outbox = memoryOutbox();
  });
  const publish = (bus: ReturnType<typeof memoryEventBus>, rows: readonly OutboxRow[]) =>
    makePublishEvents({ bus, outbox, parking, clock, pauses: NO_PAUSES })(rows);

  test('of a hundred with one poison, 99 are published and one is parked', async () => {
    const bus = memoryEventBus();
    const rows = rowsOf(100).map(
      (row, index): OutboxRow => (index === 50 ? { key: row.key, poison: 'not an event', content: '{}' } : row),
    );
    expect(await publish(bus, rows)).toEqual({ published: 99, parked: 1, left: 0 });
    expect(bus.published).toHaveLength(99);
    expect(parking.parked).toEqual([
      { reason: 'not an event', key: { pk: 'T#acme#EXP#x', sk: 'EVT#50' }, content: '{}' },
    ]);
    expect(outbox.marks.filter((mark) => mark.startsWith('published'))).toHaveLength(99);
    expect(outbox.marks).toContain('parked EVT#50');
  });

  test('three of ten that fail twice are tried again, and only they', async () => {
    const asked: number[] = [];
    const bus = memoryEventBus(({ seq }): Published => {
      asked.push(seq);
      return seq <= 3 && asked.filter((each) => each === seq).length <= 2 ? 'later' : 'published';
    });
    expect(await publish(bus, rowsOf(10))).toEqual({ published: 10, parked: 0, left: 0 });
    expect(asked).toHaveLength(10 + 3 + 3);
    expect(new Set(bus.published.map(({ id }) => id)).size).toBe(10);
  });

  test('what the bus does not take now stays unmarked for the sweeper', async () => {
    const bus = memoryEventBus(({ seq }) => (seq === 1 ? 'later' : 'published'));
    expect(await publish(bus, rowsOf(3))).toEqual({ published: 2, parked: 0, left: 1 });
    expect(outbox.marks).toEqual(['published EVT#1', 'published EVT#2']);
  });

  test('what the bus will never take is parked with its content', async () => {
    const bus = memoryEventBus(() => 'never');
    expect(await publish(bus, rowsOf(1))).toEqual({ published: 0, parked: 1, left: 0 });
    expect(JSON.parse(parking.parked[0]?.content ?? '')).toMatchObject({ type: 'experiment.started' });
  });

  test('the sweeper asks for what is older than five minutes and publishes it', async () => {
    const asked: Instant[] = [];
    const swept = memoryOutbox(async (until) => {
      asked.push(until);
      return rowsOf(2);
    });
    const sweep = makeSweepEvents({ bus: memoryEventBus(), outbox: swept, parking, clock, pauses: NO_PAUSES });
    expect(await sweep()).toEqual({ published: 2, parked: 0, left: 0 });
    expect(asked).toEqual([minutesAfter(T0, 5)]);
    expect(swept.marks).toEqual(['published EVT#0', 'published EVT#1']);
  });

  test.each([
    ['without an image', { eventName: 'INSERT', dynamodb: {} }],
    ['with an image that is no item', { dynamodb: { NewImage: { pk: { WRONG: 'x' } } } }],
  ])('a record %s is poison, not an exception', (_, record) => {
    expect(fromStream(record)).toMatchObject({ key: null, poison: expect.stringContaining('record') });
  });

  test('an item that is not an event is poison under its key', () => {
    const row = fromStream({ dynamodb: { NewImage: { pk: { S: 'T#acme' }, sk: { S: 'EVT#1' }, type: { S: 'x' } } } });
    expect(row).toMatchObject({ key: { pk: 'T#acme', sk: 'EVT#1' }, poison: expect.stringContaining('not an event') });
  });
});
