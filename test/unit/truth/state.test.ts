import { expect, test } from 'vitest';
import { unacceptedOf } from '../../../src/experiments/application/truth-blockers.ts';
import type { AcceptedCheck } from '../../../src/experiments/domain/experiment.ts';
import type { CheckId } from '../../../src/truth/domain/check.ts';
import type { CheckStatus } from '../../../src/truth/domain/finding.ts';
import {
  beginning,
  type CheckState,
  isBlocking,
  type TruthState,
  truthSentence,
} from '../../../src/truth/domain/state.ts';
import { ANNA } from '../../support/builders.ts';
import { T0 } from '../../support/platform.ts';

const check = (status: CheckStatus, more: Partial<CheckState> = {}): CheckState => ({
  ...{ id: 'chk-0123456789ab' as CheckId, kind: 'panel', name: 'CPU', place: 'Hosts', isAsked: true, answered: 9 },
  ...{ status, sentence: 'why', since: null, ...more },
});
const many = (count: number, status: CheckStatus) => Array.from({ length: count }, () => check(status));

test.each([
  [[...many(409, 'same'), ...many(3, 'differs')], '412 alerts and panels checked: 409 the same, 3 differ.'],
  [[check('lost')], '1 alert or panel checked: 1 lost.'],
  [
    [check('same'), check('not_evaluable', { isAsked: false }), check('pending', { isAsked: false })],
    '2 alerts and panels checked: 1 the same, 1 not evaluable.',
  ],
  [[check('pending', { isAsked: false })], 'None of the 1 imported alert or panel reads what these pipelines write.'],
  [[], 'No alerts or panels were imported, so nothing says that the candidate still shows what people look at.'],
])('the first sentence of an experiment, %#', (checks, sentence) => expect(truthSentence(checks)).toBe(sentence));

test.each([
  ['panel', 'lost', true],
  ['panel', 'not_evaluable', true],
  ['panel', 'differs', false],
  ['recording', 'changed_labels', false],
  ['alert', 'differs', true],
  ['alert', 'changed_labels', true],
  ['alert', 'same', false],
  ['alert', 'no_data', false],
] as const)('a %s that is %s stops a promotion: %s', (kind, status, blocks) =>
  expect(isBlocking({ kind, status })).toBe(blocks),
);

test('a promotion waits for every check and for an acceptance of each that is not the same', () => {
  const truth = (checks: readonly CheckState[], isComplete: boolean): TruthState => ({
    ...beginning([], []),
    checks: [...checks],
    isComplete,
  });
  const accepted = (status: CheckStatus): AcceptedCheck => ({
    ...{ checkId: 'chk-0123456789ab' as CheckId, name: 'CPU', status, by: ANNA, at: T0, reason: 'nobody looks at it' },
  });
  expect(unacceptedOf(null, [])).toEqual([]);
  expect(unacceptedOf(truth([check('same')], true), [])).toEqual([]);
  expect(unacceptedOf(truth([check('lost')], true), [])).toEqual(['CPU (lost: why)']);
  expect(unacceptedOf(truth([check('lost')], true), [accepted('lost')])).toEqual([]);
  expect(unacceptedOf(truth([check('lost')], true), [accepted('differs')])).toEqual(['CPU (lost: why)']);
  expect(unacceptedOf(truth([check('pending')], false), [])).toEqual([
    '1 check is not finished yet; wait for the next look',
  ]);
});
