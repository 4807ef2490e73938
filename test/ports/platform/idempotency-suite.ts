import { expect, test } from 'vitest';
import type { IdempotencyStore } from '../../../src/platform/http/idempotency.ts';
import type { testClock } from '../../support/platform.ts';

const ANSWER = { statusCode: 201, headers: { etag: '"1"' }, body: '{"id":"t-1"}' };

/** What every idempotency store promises. */
export const idempotencySuite = (
  setUp: () => { readonly store: IdempotencyStore; readonly clock: ReturnType<typeof testClock> },
): void => {
  test('the first claims, the second waits, then both have one answer', async () => {
    const { store } = setUp();
    expect(await store.begin('k1', 'hash', 60)).toEqual({ state: 'claimed' });
    expect(await store.begin('k1', 'hash', 60)).toEqual({ state: 'in-progress' });
    await store.complete('k1', 'hash', ANSWER);
    expect(await store.begin('k1', 'hash', 60)).toEqual({ state: 'answered', answer: ANSWER });
    expect(await store.begin('k1', 'other', 60)).toEqual({ state: 'other-request' });
  });

  test('of twenty at once one claims', async () => {
    const { store } = setUp();
    const states = await Promise.all(Array.from({ length: 20 }, () => store.begin('k2', 'hash', 60)));
    expect(states.filter(({ state }) => state === 'claimed')).toHaveLength(1);
  });

  test('a claim that was given back is free', async () => {
    const { store } = setUp();
    await store.begin('k3', 'hash', 60);
    await store.release('k3');
    expect(await store.begin('k3', 'other', 60)).toEqual({ state: 'claimed' });
  });

  test('a claim that nobody completed is free after its lease, an answer after a day', async () => {
    const { store, clock } = setUp();
    await store.begin('k4', 'hash', 60);
    clock.advance(59);
    expect(await store.begin('k4', 'hash', 60)).toEqual({ state: 'in-progress' });
    clock.advance(1);
    expect(await store.begin('k4', 'hash', 60)).toEqual({ state: 'claimed' });
    await store.complete('k4', 'hash', ANSWER);
    clock.advance(24 * 3600 - 1);
    expect(await store.begin('k4', 'hash', 60)).toMatchObject({ state: 'answered' });
    clock.advance(1);
    expect(await store.begin('k4', 'other', 60)).toEqual({ state: 'claimed' });
  });
};
