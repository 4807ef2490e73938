import { expect, test } from 'vitest';
import { explore } from '../support/lifecycle-model.ts';

test('two lives, three signals, two crashes and a needless recovery in every order keep every promise', () => {
  const { models, broken } = explore({ signals: 3, crashes: 2, recoveries: 1 });
  expect(broken).toEqual([]);
  expect(models).toBeGreaterThan(100_000);
}, 300_000);
