import { expect, test } from 'vitest';
import { answersTo, answersToCorpus, differing, stricter } from '../support/agreement.ts';
import { generatedMutants } from '../support/settings-mutations.ts';

test('over everything that the tests have, our answer is that of the collector, or stricter for a reason', async () => {
  const answered = [...(await answersToCorpus()), ...(await answersTo(generatedMutants()))];
  expect(answered.length).toBeGreaterThan(1200);
  expect(differing(answered).map(({ title }) => title)).toEqual([]);
  const refused = stricter(answered);
  expect(refused.filter(([, because]) => because === undefined)).toEqual([]);
  // so few that all the same 98 of 100 answers are equal
  expect(refused.length / answered.length).toBeLessThan(0.02);
}, 600_000);
