import { expect, test } from 'vitest';
import type { OperationStore } from '../../../src/clusters/application/ports.ts';
import { OperationId, TenantId } from '../../../src/kernel/identity.ts';
import type { Operation } from '../../../src/platform/declare/operation.ts';
import type { testClock } from '../../support/platform.ts';

const ACME = TenantId.parse('acme');
const OTHERS = TenantId.parse('globex');

/** Behaviour of OperationStore that every adapter keeps. */
export const describeOperationStore = (
  bench: () => { readonly store: OperationStore; readonly clock: ReturnType<typeof testClock> },
): void => {
  const operation = (id: string): Operation => ({
    id: OperationId.parse(`op-${id.padStart(12, '0')}`),
    kind: 'cluster.preflight',
    subject: 'clu-000000000001',
    state: 'pending',
    createdAt: bench().clock.now(),
    finishedAt: null,
    result: null,
    problem: null,
  });

  test('an operation is pending until it ends, with its result', async () => {
    const { store, clock } = bench();
    const asked = operation('1');
    await store.create(ACME, asked);
    expect(await store.load(ACME, asked.id)).toEqual(asked);
    expect(await store.update(ACME, { ...asked, state: 'running' })).toBe(true);
    const ended: Operation = { ...asked, state: 'succeeded', finishedAt: clock.now(), result: { passed: true } };
    expect(await store.update(ACME, ended)).toBe(true);
    expect(await store.load(ACME, asked.id)).toEqual(ended);
  });

  test('its first end counts', async () => {
    const { store, clock } = bench();
    const asked = operation('2');
    await store.create(ACME, asked);
    const failed: Operation = {
      ...asked,
      state: 'failed',
      finishedAt: clock.now(),
      problem: { code: 'cluster-unreachable', message: 'the cluster does not answer' },
    };
    expect(await store.update(ACME, failed)).toBe(true);
    expect(await store.update(ACME, { ...failed, state: 'succeeded' })).toBe(false);
    expect(await store.update(ACME, { ...asked, state: 'running' })).toBe(false);
    expect(await store.load(ACME, asked.id)).toEqual(failed);
  });

  test('one that nobody asked for is not written', async () => {
    const { store } = bench();
    expect(await store.update(ACME, operation('3'))).toBe(false);
    expect(await store.load(ACME, operation('3').id)).toBeNull();
  });

  test('another tenant does not see it', async () => {
    const { store } = bench();
    await store.create(ACME, operation('4'));
    expect(await store.load(OTHERS, operation('4').id)).toBeNull();
  });

  test('is kept for a day', async () => {
    const { store, clock } = bench();
    const asked = operation('5');
    await store.create(ACME, asked);
    clock.advance(24 * 3600 - 1);
    expect(await store.load(ACME, asked.id)).not.toBeNull();
    clock.advance(1);
    expect(await store.load(ACME, asked.id)).toBeNull();
  });
};
