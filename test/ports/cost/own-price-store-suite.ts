import { describe, expect, test } from 'vitest';
import type { OwnPriceStore } from '../../../src/cost/application/ports.ts';
import type { OwnPrices } from '../../../src/cost/domain/own-prices.ts';
import { PriceBookId } from '../../../src/cost/domain/price-book.ts';
import { type Actor, TenantId, UserId } from '../../../src/kernel/identity.ts';
import type { EventDraft, EventEnvelope } from '../../../src/platform/declare/event.ts';
import { ownPrices, ownRow } from '../../unit/cost/builders.ts';

export interface OwnPriceBench {
  readonly store: OwnPriceStore;
  eventsOf(prices: OwnPrices): Promise<readonly EventEnvelope[]>;
}

const ANNA: Actor = { kind: 'user', id: UserId.parse('anna'), email: 'anna@example.com' };
const SAID: EventDraft = { type: 'price_book.changed', schemaVersion: 1, severity: 'info', data: { version: 1 } };

let tenantCount = 0;

/** Prices of a tenant that nobody else has. */
const ofNewTenant = (bookId = 'datadog-pro'): OwnPrices => {
  tenantCount += 1;
  return ownPrices(bookId, [ownRow({ sku: 'hosts' })], { tenantId: TenantId.parse(`tenant-${tenantCount}`) });
};

/** Behaviour of OwnPriceStore that every adapter keeps. */
export const describeOwnPriceStore = (bench: () => OwnPriceBench): void => {
  test('there is nothing before anybody gave a price', async () => {
    const { store } = bench();
    const { tenantId, bookId } = ofNewTenant();
    expect(await store.load(tenantId, bookId)).toBeNull();
    expect(await store.loadVersion(tenantId, bookId, 1)).toBeNull();
    expect(await store.list(tenantId)).toEqual([]);
  });

  test('the first version is read back as it was written, with its event', async () => {
    const { store, eventsOf } = bench();
    const first = ofNewTenant();
    expect(await store.commit(first, 0, SAID, ANNA)).toEqual({ accepted: true, value: first });
    expect(await store.load(first.tenantId, first.bookId)).toEqual(first);
    expect(await eventsOf(first)).toMatchObject([
      { type: 'price_book.changed', source: 'cost', subject: 'datadog-pro', seq: 1, epoch: 0, actor: ANNA },
    ]);
  });

  test('every version stays as it was, and events are counted without a gap', async () => {
    const { store, eventsOf } = bench();
    const first = ofNewTenant();
    const second: OwnPrices = {
      ...first,
      version: 2,
      rows: [
        ownRow({ sku: 'custom-series', includedPerHost: 0, tiers: [{ above: 0, price: '0.000001' }] }),
        ...first.rows,
      ],
      usage: { bytesPerPoint: { low: 144, estimate: 300, high: 567 } },
    };
    await store.commit(first, 0, SAID, ANNA);
    await store.commit(second, 1, SAID, ANNA);
    expect(await store.load(first.tenantId, first.bookId)).toEqual(second);
    expect(await store.loadVersion(first.tenantId, first.bookId, 1)).toEqual(first);
    expect(await store.loadVersion(first.tenantId, first.bookId, 2)).toEqual(second);
    expect(await store.loadVersion(first.tenantId, first.bookId, 3)).toBeNull();
    expect((await eventsOf(first)).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('refuses a change of a stale picture, tells the version, and says nothing on the bus', async () => {
    const { store, eventsOf } = bench();
    const first = ofNewTenant();
    await store.commit(first, 0, SAID, ANNA);
    expect(await store.commit(first, 0, SAID, ANNA)).toMatchObject({
      accepted: false,
      refusal: { code: 'precondition-failed', facts: { version: 1 } },
    });
    expect(await store.commit({ ...first, version: 6 }, 5, SAID, ANNA)).toMatchObject({ accepted: false });
    const absent = ofNewTenant();
    expect(await store.commit({ ...absent, version: 2 }, 1, SAID, ANNA)).toMatchObject({
      accepted: false,
      refusal: { facts: { version: 0 } },
    });
    expect(await eventsOf(first)).toHaveLength(1);
  });

  test('of ten changes of one picture exactly one is made', async () => {
    const { store } = bench();
    const first = ofNewTenant();
    await store.commit(first, 0, SAID, ANNA);
    const all = await Promise.all(
      Array.from({ length: 10 }, () => store.commit({ ...first, version: 2 }, 1, SAID, ANNA)),
    );
    expect(all.filter(({ accepted }) => accepted)).toHaveLength(1);
    expect(await store.load(first.tenantId, first.bookId)).toMatchObject({ version: 2 });
  });

  describe('the list', () => {
    test('has the newest version of each book, and of no other tenant', async () => {
      const { store } = bench();
      const datadog = ofNewTenant();
      const signoz: OwnPrices = { ...datadog, bookId: PriceBookId.parse('signoz') };
      const changed: OwnPrices = { ...datadog, version: 2, rows: [] };
      await store.commit(datadog, 0, SAID, ANNA);
      await store.commit(changed, 1, SAID, ANNA);
      await store.commit(signoz, 0, SAID, ANNA);
      await store.commit(ofNewTenant(), 0, SAID, ANNA);
      expect(await store.list(datadog.tenantId)).toEqual([changed, signoz]);
    });
  });
};
