import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../src/audit/domain/entry.ts';
import { OwnPricesChange } from '../../../src/cost/domain/own-prices.ts';
import { PriceBookId } from '../../../src/cost/domain/price-book.ts';
import { clientOf, eventually } from '../../support/line.ts';

test('a price of a contract is laid over the list for the whole tenant, and the audit log knows who did it', async () => {
  const admin = await clientOf('admin');
  const viewer = await clientOf('viewer');
  const params = { priceBookId: PriceBookId.parse('honeycomb') };
  const usage = { pointsPerMinute: 210_000 };
  const estimate = async () =>
    (await viewer.estimateCost({ body: { priceBook: params.priceBookId, usage } })).body.items[0];
  const body = OwnPricesChange.parse({
    rows: [
      {
        sku: 'metric-points',
        effectiveFrom: '2026-01-01',
        currency: 'USD',
        source: 'order form of a test',
        tiers: [{ price: '0.05' }],
      },
    ],
  });
  const { ownVersion } = (await viewer.getPriceBook({ params })).body;
  if (ownVersion === 0) expect(await estimate()).toMatchObject({ total: null, reference: 'honeycomb@1' });

  await expect(viewer.changePrices({ params, ifMatch: ownVersion, body })).rejects.toMatchObject({ status: 403 });
  const changed = (await admin.changePrices({ params, ifMatch: ownVersion, body })).body;
  expect(changed.ownVersion).toBe(ownVersion + 1);
  await expect(admin.changePrices({ params, ifMatch: ownVersion, body })).rejects.toMatchObject({ status: 412 });
  // 9198 million points, 100 of them free
  expect(await estimate()).toMatchObject({
    total: { estimate: 454_900_000 },
    reference: `honeycomb@1+own.${ownVersion + 1}`,
  });

  const entries = await eventually<readonly AuditEntry[]>(
    'the audit log to have heard of the prices',
    60,
    async () => (await admin.listAudit({ query: { subject: 'honeycomb' } })).body.items,
    (items) => ['price_book.changed', 'changePrices'].every((name) => items.some(({ action }) => action === name)),
  );
  expect(entries.find(({ action }) => action === 'price_book.changed')).toMatchObject({
    outcome: 'done',
    actor: { email: 'admin@phoenix.local' },
  });
});
