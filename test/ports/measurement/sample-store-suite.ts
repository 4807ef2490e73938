import { expect, test } from 'vitest';
import type { Epoch, ExperimentId, TenantId } from '../../../src/kernel/identity.ts';
import type { SampleStore } from '../../../src/measurement/application/ports.ts';
import { sampleOf } from '../../support/samples.ts';

const ACME = 'acme' as TenantId;
const GLOBEX = 'globex' as TenantId;

/** What every store of samples promises. `freshId` gives an experiment that no other test uses. */
export const sampleStoreSuite = (setUp: () => { readonly store: SampleStore; freshId(): ExperimentId }): void => {
  test('a sample comes back exactly as it was recorded', async () => {
    const { store, freshId } = setUp();
    const sample = sampleOf({ experimentId: freshId(), slot: 7 });
    expect(await store.record(ACME, sample)).toBe(true);
    expect(await store.list(ACME, sample.experimentId, sample.epoch)).toEqual([sample]);
  });

  test('a slot is written once per epoch: the first stays', async () => {
    const { store, freshId } = setUp();
    const first = sampleOf({ experimentId: freshId(), slot: 0, hashes: { active_series: 'first' } });
    expect(await store.record(ACME, first)).toBe(true);
    expect(await store.record(ACME, { ...first, hashes: { active_series: 'second' } })).toBe(false);
    expect(await store.list(ACME, first.experimentId, first.epoch)).toEqual([first]);
  });

  test('of ten writers of one slot exactly one succeeds', async () => {
    const { store, freshId } = setUp();
    const sample = sampleOf({ experimentId: freshId(), slot: 3 });
    const results = await Promise.all(Array.from({ length: 10 }, () => store.record(ACME, sample)));
    expect(results.filter((stored) => stored)).toHaveLength(1);
  });

  test('slots are listed by number, not by text, and a range has both its ends', async () => {
    const { store, freshId } = setUp();
    const experimentId = freshId();
    for (const slot of [10, 9, 2, 1, 100]) await store.record(ACME, sampleOf({ experimentId, slot }));
    const slots = async (range?: { fromSlot?: number; toSlot?: number }) =>
      (await store.list(ACME, experimentId, 1 as Epoch, range)).map(({ slot }) => slot);
    expect(await slots()).toEqual([1, 2, 9, 10, 100]);
    expect(await slots({ fromSlot: 2, toSlot: 10 })).toEqual([2, 9, 10]);
    expect(await slots({ fromSlot: 11 })).toEqual([100]);
    expect(await slots({ toSlot: 1 })).toEqual([1]);
  });

  test('the newest slot is known, and none before the first', async () => {
    const { store, freshId } = setUp();
    const experimentId = freshId();
    expect(await store.lastSlot(ACME, experimentId, 1 as Epoch)).toBeNull();
    for (const slot of [0, 11, 9]) await store.record(ACME, sampleOf({ experimentId, slot }));
    expect(await store.lastSlot(ACME, experimentId, 1 as Epoch)).toBe(11);
  });

  test('epochs, experiments and tenants never mix', async () => {
    const { store, freshId } = setUp();
    const experimentId = freshId();
    await store.record(ACME, sampleOf({ experimentId, slot: 5 }));
    expect(await store.record(ACME, sampleOf({ experimentId, slot: 5, epoch: 2 as Epoch }))).toBe(true);
    expect(await store.list(ACME, experimentId, 2 as Epoch)).toHaveLength(1);
    expect(await store.lastSlot(ACME, experimentId, 12 as Epoch)).toBeNull();
    expect(await store.list(GLOBEX, experimentId, 1 as Epoch)).toEqual([]);
    expect(await store.list(ACME, freshId(), 1 as Epoch)).toEqual([]);
  });

  test('a sample of 500 nodes with 50 critical processes each fits', async () => {
    const { store, freshId } = setUp();
    const sample = sampleOf({ experimentId: freshId(), slot: 0, nodeCount: 500, processCount: 50 });
    expect(await store.record(ACME, sample)).toBe(true);
    expect(await store.list(ACME, sample.experimentId, sample.epoch)).toEqual([sample]);
  });
};
