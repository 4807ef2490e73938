import { expect, test } from 'vitest';
import type { Verdict } from '../../../src/judgement/contract/judgement.ts';
import { judge } from '../../../src/judgement/domain/judge.ts';
import { evidenceOf, guardrail, limit, type MetricOf, noisy, primary, receivedItems, times } from './evidence-of.ts';

// Everything that a verdict says, as people read it: the file beside this one is there to be read aloud.

const cost = noisy({ seed: 1 });
const costToo = noisy({ seed: 2 });
const latency = noisy({ seed: 3, level: 50 });
const latencyToo = noisy({ seed: 4, level: 50 });
const always = (value: number): number[] => Array(120).fill(value);
const lowered = (factor: number) => primary(cost, times(costToo, factor));
const later = (factor: number, criterion: object = {}) => guardrail(latency, times(latencyToo, factor), criterion);
const shared = (criterion: object) => ({ scale: 'difference', unit: 'share', ...criterion });
const coverage = (candidate: readonly number[]) =>
  guardrail(
    always(1),
    candidate,
    shared({ name: 'critical_coverage', better: 'higher', margin: 0.005, abortMargin: 0.005 }),
  );
const lost = (candidate: readonly number[]) =>
  guardrail(always(0), candidate, shared({ name: 'lost_points_ratio', title: 'Lost points', margin: 0.001 }));
const onNodes = (factors: readonly number[], criterion: MetricOf['criterion']): MetricOf => ({
  criterion,
  nodes: Object.fromEntries(
    factors.map((factor, index) => [
      `node-${index + 1}`,
      { baseline: noisy({ seed: 40 + index }), candidate: times(noisy({ seed: 60 + index }), factor) },
    ]),
  ),
});
const onEight = (factors: readonly number[]) => [
  onNodes(factors, { name: 'exported_points', role: 'primary', minimumSaving: 0.05 }),
  onNodes(Array(8).fill(1), { name: 'latency', role: 'guardrail', margin: 0.1 }),
];
const shown = (name: string, factor: number): MetricOf => ({
  criterion: { name, role: 'diagnostic' },
  nodes: { '*': { baseline: cost, candidate: times(costToo, factor) } },
});
const SCRAPED = { name: 'accepted_points', title: 'Scraped points', role: 'trust', collectionsPerSlot: 3 };
const scraped = (factor: number): MetricOf => ({
  criterion: SCRAPED,
  nodes: { 'node-a': { baseline: always(3000), candidate: always(3000 * factor) } },
});
const quiet = { seed: 20, rho: 0, variation: 0.001 };
const failed = always(0).map(() => 'source_unreachable');

const SITUATIONS: Readonly<
  Record<string, readonly [metrics: readonly MetricOf[], design?: object, rest?: Parameters<typeof evidenceOf>[2]]>
> = {
  'a saving and no harm': [[lowered(0.8), later(1)]],
  'a saving, and a guardrail that got better': [[lowered(0.8), later(0.8)]],
  'a saving, and a guardrail worse within its margin': [[lowered(0.8), later(1.04, { abortMargin: 0.5 })]],
  'a saving, and a share': [[lowered(0.8), coverage(always(1).map((one, t) => one - (t % 3) * 0.0005))]],
  'a saving without any guardrail': [[lowered(0.8)]],
  'a day of it, against a template': [[lowered(0.8), later(1)], { stepSeconds: 720, hypotheticalBaseline: true }],
  'two primaries': [[lowered(0.8), primary(cost, times(costToo, 0.99), { name: 'exported_bytes' }), later(1)]],
  'no saving': [[lowered(1), later(1)]],
  'a saving that noise hides': [
    [
      primary(noisy({ seed: 7, variation: 0.3, rho: 0.6 }), times(noisy({ seed: 8, variation: 0.3, rho: 0.6 }), 0.85)),
      later(1),
    ],
  ],
  'a saving and harm': [[lowered(0.8), later(1.13, { abortMargin: 0.5 })]],
  'an effect that moves': [
    [
      primary(
        cost,
        costToo.map((value, t) => value * (t < 60 ? 0.75 : 1.15)),
      ),
      later(1),
    ],
  ],
  'harm beyond the abort margin': [[lowered(0.8), later(1.5)]],
  'any proven harm': [[lowered(0.8), lost(always(0).map((_, t) => (t % 4) * 0.001))]],
  'a limit crossed': [[lowered(0.8), later(1), limit([0.95, 0.1, 0.95, ...Array(117).fill(0.1)])]],
  'a large limit kept': [
    [lowered(0.8), later(1), limit(always(1e8), { name: 'collector_memory_bytes', line: 419_430_400 })],
  ],
  'a limit that nobody measured': [[lowered(0.8), later(1), limit(always(0).map(() => null))]],
  'unequal input': [[lowered(0.8), later(1), receivedItems(noisy(quiet), times(noisy({ ...quiet, seed: 21 }), 0.9))]],
  'equal input, not shown': [[lowered(0.8), later(1), receivedItems(noisy({ seed: 20 }), noisy({ seed: 21 }))]],
  'equal input': [[lowered(0.8), later(1), receivedItems(cost, cost)]],
  'equal input, counted': [[lowered(0.8), later(1), scraped(0.998)]],
  'equal input within the grain of counting': [[lowered(0.8), later(1), scraped(0.986)]],
  'unequal input, counted': [[lowered(0.8), later(1), scraped(0.97)]],
  'a store that is behind the clock': [
    [
      lowered(0.8),
      {
        criterion: SCRAPED,
        nodes: { 'node-a': { baseline: always(0).map(() => 'late'), candidate: always(0).map(() => 'late') } },
      },
    ],
  ],
  'a gap, and a variant without any value': [
    [
      primary(
        cost.map((value, t) => (t >= 50 && t < 56 ? null : value)),
        costToo,
      ),
      guardrail(latency, []),
    ],
  ],
  'too many slots missing': [
    [
      primary(
        cost.map((value, t) => (t % 8 === 0 ? null : value)),
        costToo,
      ),
      later(1),
    ],
  ],
  'exact numbers': [[primary(always(100), always(80)), guardrail(always(100), always(111))]],
  'nothing varies': [[primary(always(100), always(80)), guardrail(always(100), always(100))]],
  'very large numbers': [[primary(always(2e14), always(1e14), { scale: 'difference', minimumSaving: 1e7 }), later(1)]],
  'failures of the candidate alone': [
    [
      lowered(0.8),
      guardrail(
        always(0),
        latency.map((_, t) => 3 + (t % 4)),
        { name: 'failed_points' },
      ),
    ],
  ],
  'a few failures of the candidate alone': [
    [
      lowered(0.8),
      guardrail(
        always(0),
        latency.map((_, t) => (t % 40 === 3 ? 1 : 0)),
        { name: 'failed_points' },
      ),
    ],
  ],
  'a zero among ratios': [
    [
      lowered(0.8),
      guardrail(
        latency,
        latencyToo.map((value, t) => (t === 70 ? 0 : value)),
      ),
    ],
  ],
  'what is only shown': [[lowered(0.8), later(1), shown('active_series', 0.7), shown('bytes_on_the_wire', 1)]],
  'nodes that are alike': [onEight([0.8, 0.81, 0.79, 0.8, 0.82, 0.78, 0.8, 0.8]), { populationNodes: 300 }],
  'nodes that differ': [onEight([0.3, 1.4, 0.4, 1.3, 0.3, 1.2, 0.5, 0.4]), { populationNodes: 300 }],
  'a node of twelve': [
    [onNodes([0.8], { name: 'exported_points', role: 'primary', minimumSaving: 0.05 })],
    { populationNodes: 12 },
  ],
  'nodes of several kinds': [
    onEight([0.8, 0.81, 0.79, 0.8, 0.82, 0.78, 0.8, 0.8]),
    {
      populationNodes: 50,
      strata: [
        { name: 'm5.large', populationNodes: 40, nodes: ['node-1', 'node-2', 'node-3', 'node-4', 'node-5', 'node-6'] },
        { name: 't3.small', populationNodes: 10, nodes: ['node-7', 'node-8'] },
      ],
    },
  ],
  'every node there is': [
    [onNodes([0.8], { name: 'exported_points', role: 'primary', minimumSaving: 0.05 })],
    { populationNodes: 1 },
  ],
  'no primary': [[later(1)]],
  'three primaries': [['a', 'b', 'c'].map((name) => primary(cost, costToo, { name }))],
  'other settings differ': [
    [lowered(0.8), later(1)],
    {},
    { trust: { bothReady: 'passed', sameSettingsOtherwise: 'failed', clock: 'passed' } },
  ],
  'not ready, and clocks that differ': [
    [lowered(0.8), later(1)],
    {},
    { trust: { bothReady: 'failed', sameSettingsOtherwise: 'passed', clock: 'failed' } },
  ],
  'nothing but failed queries': [[primary(failed, failed), guardrail(failed, failed)]],
  'stopped by a person': [[lowered(0.8)], {}, { interruption: { verdict: 'cancelled', afterSlot: 1 } }],
};

const verdictIn = (situation: string): Verdict => {
  const found = SITUATIONS[situation];
  const verdict = found && judge(evidenceOf(...found)).verdict;
  if (!verdict) throw new Error(`no verdict when there is ${situation}`);
  return verdict;
};

const sentencesOf = ({ sentence, explanation, whatWouldHaveChanged, trust, onMeasuredNodes }: Verdict) => [
  sentence,
  ...explanation,
  ...(whatWouldHaveChanged === null ? [] : [whatWouldHaveChanged]),
  ...trust.map((check) => check.sentence),
  ...onMeasuredNodes.map(({ question }) => question),
];

test.each(Object.keys(SITUATIONS))('plain words, whole sentences, no symbols: %s', (situation) => {
  for (const sentence of sentencesOf(verdictIn(situation))) {
    expect(sentence).toMatch(/^[A-Z].*[.?]$/);
    expect(sentence).not.toMatch(/[_<>=±≤≥{}[\]|~^*#]|NaN|null|undefined|Infinity|\de[+-]?\d/);
    expect(sentence).not.toMatch(/\.\.|\s\s|\b(\w+) \1\b/);
  }
});

test('everything that a verdict says', async () => {
  const chapters = Object.keys(SITUATIONS).map((situation) => {
    const verdict = verdictIn(situation);
    const lines = [...new Set(sentencesOf(verdict))].map((sentence) => `- ${sentence}`);
    return `## ${situation}: ${verdict.verdict}\n\n${lines.join('\n')}\n`;
  });
  await expect(`# What verdicts say\n\n${chapters.join('\n')}`).toMatchFileSnapshot('sentences.generated.md');
});
