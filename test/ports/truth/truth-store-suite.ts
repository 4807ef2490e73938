import { expect, test } from 'vitest';
import type { Epoch, ExperimentId } from '../../../src/kernel/identity.ts';
import type { TruthRef, TruthStore } from '../../../src/truth/application/ports.ts';
import { CheckId } from '../../../src/truth/domain/check.ts';
import type { Curves } from '../../../src/truth/domain/curves.ts';
import { beginning, type TruthState } from '../../../src/truth/domain/state.ts';
import { TENANT } from '../../support/builders.ts';

const CHECK = CheckId.parse('chk-0123456789ab');

const state = (version: number, written: readonly string[] = []): TruthState => ({
  ...beginning([{ name: 'alerts', digest: 'd1' }], []),
  ...{ version, written: [...written] },
});

const curves = (instants: number): Curves => ({
  ...{ fromMs: 1_000_000, stepMs: 15_000, instants },
  parts: [
    [
      {
        labels: { host: 'a' },
        baseline: Array<number>(instants).fill(1.5),
        candidate: Array<null>(instants).fill(null),
      },
    ],
  ],
});

/** What every store of states and curves promises. `freshId` gives an experiment that no other test uses. */
export const truthStoreSuite = (setUp: () => { readonly store: TruthStore; freshId(): ExperimentId }): void => {
  const begin = () => {
    const { store, freshId } = setUp();
    const ref: TruthRef = { tenantId: TENANT, experimentId: freshId(), epoch: 1 as Epoch };
    return { store, ref, next: { ...ref, epoch: 2 as Epoch } };
  };

  test('a state is saved only behind the version that it was made of', async () => {
    const { store, ref } = begin();
    expect(await store.load(ref)).toBeNull();
    expect(await store.save(ref, state(2))).toBe(false);
    expect(await store.save(ref, state(1, ['a']))).toBe(true);
    expect(await store.save(ref, state(1, ['b']))).toBe(false);
    expect(await store.save(ref, state(2, ['c']))).toBe(true);
    expect(await store.save(ref, state(2, ['d']))).toBe(false);
    expect(await store.load(ref)).toEqual(state(2, ['c']));
  });

  test('of two workers at once one saves', async () => {
    const { store, ref } = begin();
    const saved = await Promise.all(['a', 'b'].map((name) => store.save(ref, state(1, [name]))));
    expect(saved.toSorted()).toEqual([false, true]);
  });

  test('curves come back as they were saved last, by check', async () => {
    const { store, ref } = begin();
    expect(await store.curves(ref, CHECK)).toBeNull();
    await store.saveCurves(ref, CHECK, curves(1));
    await store.saveCurves(ref, CHECK, curves(20_000));
    expect(await store.curves(ref, CHECK)).toEqual(curves(20_000));
    expect(await store.curves(ref, CheckId.parse('chk-00000000000a'))).toBeNull();
  });

  test('an epoch knows nothing of another', async () => {
    const { store, ref, next } = begin();
    await store.save(ref, state(1));
    await store.saveCurves(ref, CHECK, curves(1));
    expect([await store.load(next), await store.curves(next, CHECK)]).toEqual([null, null]);
    expect(await store.save(next, state(1))).toBe(true);
  });
};
