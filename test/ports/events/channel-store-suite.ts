import { expect, test } from 'vitest';
import { said } from '../../../src/events/application/change-channels.ts';
import type { ChannelStore, DeliveryStore } from '../../../src/events/application/channel-ports.ts';
import { type Channel, ChannelId, ChannelSettings } from '../../../src/events/contract/channel.ts';
import {
  afterAttempt,
  beginDelivery,
  type Delivery,
  DeliveryId,
  sendAgain,
} from '../../../src/events/contract/delivery.ts';
import type { Epoch, TenantId } from '../../../src/kernel/identity.ts';
import { minutesAfter } from '../../../src/kernel/instant.ts';
import { systemIds } from '../../../src/kernel/system.ts';
import { T0 } from '../../support/platform.ts';

const SYSTEM = { kind: 'system', id: 'janitor' } as const;
const ACME = 'channelsacme' as TenantId;
const OTHER = 'channelsother' as TenantId;

const channel = (id: string, more: Partial<Channel> = {}): Channel => ({
  id: ChannelId.parse(`chan-${id.padEnd(12, '0')}`),
  tenantId: ACME,
  version: 1,
  settings: ChannelSettings.parse({ name: id, target: { kind: 'slack', urlSecret: 'room' } }),
  createdAt: T0,
  updatedAt: T0,
  ...more,
});

/** What every store of channels promises. */
export const channelStoreSuite = (setUp: () => ChannelStore): void => {
  const made = async (store: ChannelStore, each: Channel): Promise<Channel> => {
    expect(await store.commit(each, 0, [said('channel.created', each)], SYSTEM)).toMatchObject({ accepted: true });
    return each;
  };

  test('channels are found and listed within their tenant, oldest first', async () => {
    const store = setUp();
    const young = await made(store, channel('a1young', { createdAt: minutesAfter(T0, 1) }));
    const old = await made(store, channel('b1old'));
    const foreign = await made(store, channel('c1foreign', { tenantId: OTHER }));
    expect(await store.list(ACME)).toEqual([old, young]);
    expect(await store.load(ACME, old.id)).toEqual(old);
    expect(await store.load(ACME, foreign.id)).toBeNull();
    expect(await store.load(OTHER, foreign.id)).toEqual(foreign);
  });

  test('a change is stored under the version that it was meant for, and so is the end', async () => {
    const store = setUp();
    const first = await made(store, channel('d1changed'));
    const second = { ...first, version: 2, updatedAt: minutesAfter(T0, 2) };
    expect(await store.commit(second, 1, [said('channel.changed', second)], SYSTEM)).toMatchObject({ accepted: true });
    const tooLate = { refusal: { code: 'precondition-failed', facts: { version: 2 } } };
    for (const stale of [0, 1]) expect(await store.commit(second, stale, [], SYSTEM)).toMatchObject(tooLate);
    expect(await store.remove(first, [], SYSTEM)).toMatchObject(tooLate);
    expect(await store.load(ACME, first.id)).toEqual(second);

    const removed = [said('channel.removed', second)];
    expect(await store.remove(second, removed, SYSTEM)).toMatchObject({ accepted: true });
    expect(await store.load(ACME, first.id)).toBeNull();
    expect(await store.remove(second, removed, SYSTEM)).toMatchObject({ refusal: { code: 'precondition-failed' } });
  });
};

const delivery = (channelId: ChannelId, nth: number, more: Partial<Delivery> = {}): Delivery => ({
  ...beginDelivery(
    {
      id: DeliveryId.parse(`dlv-${String(nth).padStart(12, '0')}`),
      channelId,
      tenantId: ACME,
      event: {
        id: systemIds.ulid(),
        type: 'experiment.failed',
        schemaVersion: 1,
        source: 'experiments',
        subject: 'exp-0123456789ab',
        tenant: ACME,
        epoch: 1 as Epoch,
        seq: nth,
        timestamp: T0,
        actor: SYSTEM,
        severity: 'error',
        traceId: 't',
        data: { reason: 'nobody answers' },
      },
    },
    minutesAfter(T0, nth),
  ),
  ...more,
});

/** What every store of deliveries promises; each test has a channel of its own. */
export const deliveryStoreSuite = (setUp: () => DeliveryStore): void => {
  test('a delivery begins once and belongs to one channel of one tenant', async () => {
    const store = setUp();
    const first = delivery(channel('e1once').id, 1);
    expect(await store.begin(first)).toBe(true);
    expect(await store.begin({ ...first, createdAt: minutesAfter(T0, 9) })).toBe(false);
    expect(await store.load(ACME, first.channelId, first.id)).toEqual(first);
    expect(await store.load(OTHER, first.channelId, first.id)).toBeNull();
    expect(await store.load(ACME, channel('e2nobody').id, first.id)).toBeNull();
  });

  test('they are listed newest first, page by page, without those of another channel', async () => {
    const store = setUp();
    const { id } = channel('f1listed');
    const all = [1, 2, 3].map((nth) => delivery(id, nth));
    for (const each of [...all, delivery(channel('f2other').id, 4)]) await store.begin(each);
    const page = await store.list(ACME, id, { limit: 2 });
    expect(page.items).toEqual([all[2], all[1]]);
    const rest = await store.list(ACME, id, { limit: 2, afterKey: page.nextKey ?? 'there is no more' });
    expect(rest).toEqual({ items: [all[0]], nextKey: null });
    expect(await store.list(OTHER, id, { limit: 2 })).toEqual({ items: [], nextKey: null });
  });

  test('of two that move a delivery from the same place, one does', async () => {
    const store = setUp();
    const begun = delivery(channel('g1moved').id, 1);
    await store.begin(begun);
    const failed = afterAttempt(begun, { went: 'wrong', why: 'no answer', lasting: true }, minutesAfter(T0, 2));
    const delivered = afterAttempt(begun, { went: 'well' }, minutesAfter(T0, 3));
    expect(await store.move(begun, failed)).toBe(true);
    expect(await store.move(begun, delivered)).toBe(false);
    expect(await store.load(ACME, begun.channelId, begun.id)).toEqual(failed);

    const again = sendAgain(failed, minutesAfter(T0, 4));
    expect(await store.move(failed, again)).toBe(true);
    expect((await store.list(ACME, begun.channelId, { limit: 5 })).items).toEqual([again]);
    const unknown = delivery(begun.channelId, 7);
    expect(await store.move(unknown, sendAgain(unknown, T0))).toBe(false);
  });
};
