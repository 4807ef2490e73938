import { expect, test } from 'vitest';
import { explore } from '../../support/lifecycle-model.ts';

test('two lives, two signals, a crash and a needless recovery in every order: one end and one verdict a life, nothing stale, no dead end', () => {
  const { models, broken } = explore({ signals: 2, crashes: 1, recoveries: 1 });
  expect(broken).toEqual([]);
  expect(models).toBeGreaterThan(5000);
});
