import { expect, test } from 'vitest';
import { agreement, answersTo, answersToCorpus, differing, stricter } from '../support/agreement.ts';
import { generatedMutants } from '../support/settings-mutations.ts';

test('over everything that the tests have, our answer is that of the collector, and what we refuse beyond it has a reason', async () => {
  const answered = [...(await answersToCorpus()), ...(await answersTo(generatedMutants()))];
  expect(answered.length).toBeGreaterThan(1200);
  expect(agreement(answered)).toBeGreaterThanOrEqual(0.99);
  // where we do not read what the collector would, we do not know; nowhere do we say the other thing
  expect(differing(answered).filter(([, foreseen]) => foreseen !== 'unknown')).toEqual([]);
  expect(stricter(answered).filter(([, because]) => because === undefined)).toEqual([]);
}, 600_000);
