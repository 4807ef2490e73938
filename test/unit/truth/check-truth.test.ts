import { expect, test } from 'vitest';
import type { Epoch, Principal, UserId } from '../../../src/kernel/identity.ts';
import { epochMsOf, secondsAfter } from '../../../src/kernel/instant.ts';
import { accept, refuse } from '../../../src/kernel/outcome.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { memoryRuleSetStore } from '../../../src/truth/adapters/memory-rule-set-store.ts';
import { memoryTruthStore } from '../../../src/truth/adapters/memory-truth-store.ts';
import { makeCheckTruth } from '../../../src/truth/application/check-truth.ts';
import { makeImportRules } from '../../../src/truth/application/import-rules.ts';
import type { CurveSource, TruthStore } from '../../../src/truth/application/ports.ts';
import type { RuleSetName } from '../../../src/truth/domain/rule-set.ts';
import { EXPERIMENT, TENANT } from '../../support/builders.ts';
import { T0, testClock } from '../../support/platform.ts';

type Asked = Parameters<CurveSource['range']>[0];

const CALLER: Principal = {
  ...{ tenantId: TENANT, userId: 'anna' as UserId, email: 'anna@example.com', roles: [], permissions: new Set() },
};
const REF = { tenantId: TENANT, experimentId: EXPERIMENT, epoch: 1 as Epoch };
const SLOT_SECONDS = 30;

const instantsOf = ({ from, to, stepSeconds }: Asked): readonly number[] =>
  Array.from(
    { length: Math.round((epochMsOf(to) - epochMsOf(from)) / 1000 / stepSeconds) + 1 },
    (_, index) => epochMsOf(from) / 1000 + index * stepSeconds,
  );

/** A store with one series of both variants, which are the same; `refusing` says what it does not answer. */
const storeThat = (refusing: (query: Asked) => ReturnType<typeof refuse> | null) => {
  const asked: Asked[] = [];
  const source: CurveSource = {
    range: async (query) => {
      if (query.promql.includes('__name__')) {
        return accept({ series: [{ labels: { __name__: 'queue_size' }, points: [[0, 1]] }] });
      }
      asked.push(query);
      const refused = refusing(query);
      if (refused !== null) return refused;
      const points = instantsOf(query).map((at) => [at, 7] as const);
      return accept({
        series: ['baseline', 'candidate'].map((variant) => ({
          labels: { host: 'a', phx_variant: variant, phx_part: '0' },
          points,
        })),
      });
    },
  };
  return { asked, source };
};

const looksAt = async (source: CurveSource, truths: TruthStore = memoryTruthStore()) => {
  const clock = testClock();
  const ruleSets = memoryRuleSetStore();
  const rules = 'groups: [{ name: g, rules: [{ record: "queue:size", expr: "queue_size" }] }]';
  await makeImportRules({ ruleSets, clock, sha256 })({
    ...{ name: 'rules' as RuleSetName, documents: [{ name: 'rules.yaml', text: rules }], variables: {} },
    caller: CALLER,
  });
  const checkTruth = makeCheckTruth({ ruleSets, truths, clock });
  clock.advance(40 * 60);
  return async () => {
    await checkTruth({
      ref: REF,
      ...{ slotsFrom: T0, measuredFrom: secondsAfter(T0, 60), endsAt: secondsAfter(T0, 30 * 60) },
      ...{ slotSeconds: SLOT_SECONDS, collectionIntervalSeconds: 10, settleSeconds: 30, sources: [source] },
    });
    return (await truths.load(REF))?.checks[0];
  };
};

const ALL = (29 * 60) / (SLOT_SECONDS / 2);

test('curves that were saved before their state got lost are compared without asking again', async () => {
  const { asked, source } = storeThat(() => null);
  const kept = memoryTruthStore();
  let losses = 1;
  const truths: TruthStore = { ...kept, save: async (ref, next) => losses-- <= 0 && kept.save(ref, next) };
  const look = await looksAt(source, truths);
  expect(await look()).toBeUndefined();
  expect(await look()).toMatchObject({ status: 'same', answered: ALL });
  expect(asked).toHaveLength(1);
  expect(await kept.curves(REF, (await look())?.id as never)).toMatchObject({ instants: ALL });
});

test('what is too much at once is asked in pieces', async () => {
  const { asked, source } = storeThat((query) =>
    instantsOf(query).length > 40 ? refuse('metrics-query-refused', 'too large', { tooMuch: true }) : null,
  );
  const look = await looksAt(source);
  expect(await look()).toMatchObject({ isAsked: true, answered: ALL / 4 });
  await look();
  await look();
  await look();
  expect(await look()).toMatchObject({ status: 'same', answered: ALL });
  const answered = asked.map(instantsOf).filter(({ length }) => length <= 40);
  expect(answered.flat()).toEqual([...new Set(answered.flat())].toSorted((one, other) => one - other));
});

test.each([
  ['one instant alone is too much', { tooMuch: true }, () => true, 'not_evaluable'],
  ['both are refused together', {}, () => true, 'not_evaluable'],
  ['the candidate alone is refused', {}, ({ promql }: Asked) => promql.includes('candidate'), 'lost'],
])('it is over where %s', async (_, facts, isRefused, status) => {
  const { source } = storeThat((query) => (isRefused(query) ? refuse('metrics-query-refused', 'no', facts) : null));
  const look = await looksAt(source);
  expect(await look()).toMatchObject({ status, isAsked: false });
});

test.each([
  ['asked about both', () => true],
  ['asked about one alone', ({ promql }: Asked) => !promql.includes('candidate')],
])('a store that does not answer now is asked again, %s', async (_, isSilent) => {
  let isDown = true;
  const { source } = storeThat((query) => {
    if (!isDown) return null;
    return isSilent(query) ? refuse('metrics-source-unreachable', 'status 503') : refuse('metrics-query-refused', 'no');
  });
  const look = await looksAt(source);
  expect(await look()).toMatchObject({ status: 'pending', isAsked: true, answered: 0 });
  isDown = false;
  expect(await look()).toMatchObject({ status: 'same', answered: ALL });
});
