import { EventSource } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { makeClient } from '../../../src/client/client.ts';
import { followEvents } from '../../../src/client/follow-events.ts';
import { BEGINNING } from '../../../src/events/domain/position.ts';
import { EventEnvelope } from '../../../src/platform/declare/event.ts';
import { fromWire } from '../../../src/platform/wire.ts';
import { type DroppingDoor, openDroppingDoor } from '../../support/dropping-door.ts';
import { NO_PAUSES } from '../../support/platform.ts';
import { type ServedWorld, serveWorld } from '../../support/served-world.ts';
import { makeWorld, type World } from '../../support/world.ts';

const open: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.stop();
});

const serve = async (seed: number, ends?: Parameters<typeof openDroppingDoor>[1]['ends']) => {
  const world = makeWorld();
  const served = await serveWorld(world);
  open.push(served);
  const door = await openDroppingDoor(served.url, {
    seed,
    token: served.tokenOf('viewer', 600),
    ...(ends === undefined ? {} : { ends }),
  });
  open.push(door);
  return { world, served, door } satisfies { world: World; served: ServedWorld; door: DroppingDoor };
};

const idsOf = (events: readonly EventEnvelope[]) => events.map(({ id }) => id).toSorted();

describe('whatever connections are lost, a reader hears of every event once and in order', () => {
  test.each([1, 2])('by pages, while it happens (seed %i)', async (seed) => {
    const { world, door } = await serve(seed);
    await world.begin();
    const client = makeClient({ baseUrl: door.url, token: 'given at the door' });
    const heard: EventEnvelope[] = [];
    let quiet = 0;
    const following = followEvents({
      client: async () => client,
      // time passes where there is nothing to read
      pauses: { upTo: async () => undefined, exactly: async () => world.time.advance(300) },
      after: BEGINNING,
      limit: 2,
      idleMs: 1,
    });
    for await (const { items } of following) {
      heard.push(...items);
      quiet = items.length === 0 ? quiet + 1 : 0;
      if (quiet === 8) break;
    }
    expect(heard.length).toBeGreaterThan(8);
    expect(heard.map(({ id }) => id)).toEqual(idsOf(world.experiments.said));
    expect(Object.values(door.ends).every((count) => count > 0)).toBe(true);
  });

  test.each([7, 8])('as an event stream (seed %i)', async (seed) => {
    const { world, door } = await serve(seed);
    await world.begin();
    await world.time.advance(3600);
    // what is left behind the last one fills a page, so the API always asks the reader to come back at once
    const limit = 3;
    const said = idsOf(world.experiments.said).slice(0, -limit);
    const heard: string[] = [];
    await new Promise<void>((resolve) => {
      const listen = (after: string): void => {
        const source = new EventSource(`${door.url}/api/v1/events?after=${after}&limit=${limit}`, {
          node: { reconnectionTime: 10 },
        });
        source.onmessage = ({ data, lastEventId }) => {
          const event = EventEnvelope.parse(fromWire(EventEnvelope, JSON.parse(data)));
          expect(event.id).toBe(lastEventId);
          if (heard.length === said.length) return;
          heard.push(event.id);
          if (heard.length < said.length) return;
          source.close();
          resolve();
        };
        // an answer that is an error ends an EventSource for good: whoever uses one opens another
        source.onerror = () => {
          if (source.readyState === EventSource.CLOSED) listen(heard.at(-1) ?? BEGINNING);
        };
      };
      listen(BEGINNING);
    });
    expect(heard).toEqual(said);
  });

  test('after it was ended, from where it was', async () => {
    const { world, door } = await serve(10);
    await world.begin();
    await world.time.advance(3600);
    const client = makeClient({ baseUrl: door.url, token: 'given at the door' });
    const heard: EventEnvelope[] = [];
    for (let after: string | undefined = BEGINNING, isEnd = false; !isEnd; ) {
      for await (const page of followEvents({ client: async () => client, pauses: NO_PAUSES, after, limit: 3 })) {
        heard.push(...page.items);
        after = page.metadata.after;
        isEnd = page.items.length === 0;
        break;
      }
    }
    expect(heard.map(({ id }) => id)).toEqual(idsOf(world.experiments.said));
  });
});

test('without a position a reader hears only what happens from then on', async () => {
  const { world, door } = await serve(11, ['answered']);
  await world.begin();
  await world.time.advance(60);
  const before = world.experiments.said.length;
  const client = makeClient({ baseUrl: door.url, token: 'given at the door' });
  const heard: EventEnvelope[] = [];
  const pauses = { ...NO_PAUSES, exactly: async () => world.time.advance(60) };
  for await (const { items } of followEvents({ client: async () => client, pauses, idleMs: 1 })) {
    heard.push(...items);
    if (items.length > 0) break;
  }
  expect(before).toBeGreaterThan(0);
  expect(world.experiments.said.slice(0, before).map(({ id }) => id)).not.toContain(heard[0]?.id);
});

test('a refusal that asking again cannot help ends it; whoever stops it hears nothing more', async () => {
  const { served } = await serve(12);
  const client = makeClient({ baseUrl: served.url });
  const read = async (signal?: AbortSignal): Promise<number> => {
    const following = followEvents({
      client: async () => client,
      pauses: NO_PAUSES,
      ...(signal === undefined ? {} : { signal }),
    });
    let pages = 0;
    for await (const _ of following) pages += 1;
    return pages;
  };
  await expect(read()).rejects.toMatchObject({ status: 401 });
  expect(await read(AbortSignal.abort())).toBe(0);
});
