import type { MetricCriterion } from '../../judgement/contract/criteria.ts';
import type { Evidence, PairedReadings } from '../../judgement/contract/evidence.ts';
import type * as judged from '../../judgement/contract/judgement.ts';
import type { MetricVerdict, StopVerdict } from '../../judgement/contract/vocabulary.ts';
import { changeOf, declaredMargin, direction } from '../../judgement/domain/contrast.ts';
import type { SelfTest } from '../../judgement/domain/self-test.ts';
import { amountWords, changeWords, intervalWords, listed, lowered, titleOf } from '../../judgement/domain/words.ts';
import { describeDuration } from '../../kernel/duration.ts';
import type { Epoch } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import { counted } from '../../kernel/words.ts';
import { factsOf, measuredSlot } from './evidence.ts';
import type { CompleteSettings, Pause } from './experiment.ts';
import { historyWords, type NoiseHistory } from './noise-history.ts';
import { pausedSeconds, watchEvery } from './schedule.ts';
import { isSelfTest, ownSelfTestWords, selfTestWords } from './self-test.ts';
import { CriterionMetric } from './settings.ts';
import type { Effect, Look, Verdict } from './verdict.ts';

// From judgement's numbers, where positive is worse, to what people read: -0.86 is 86 % less.

type Role = Effect['role'];

/** The final judgement in the words of the contract. */
export const presentVerdict = (
  settings: CompleteSettings,
  evidence: Evidence,
  verdict: judged.Verdict,
  {
    history,
    selfTest,
    pauses,
    at,
  }: {
    readonly history: NoiseHistory | null;
    readonly selfTest: SelfTest | null;
    readonly pauses: readonly Pause[];
    readonly at: Instant;
  },
): Verdict => ({
  verdict: verdict.verdict,
  sentence: verdict.sentence,
  explanation: [
    ...verdict.explanation,
    ...(isSelfTest(settings) ? [ownSelfTestWords(verdict)] : []),
    ...(selfTest === null ? [] : [selfTestWords(selfTest)]),
    ...checkedAnotherWay(verdict),
    ...aboutNoise(verdict, history),
    ...aboutPauses(pauses, at),
  ],
  whatWouldHaveChanged: verdict.whatWouldHaveChanged === '' ? null : verdict.whatWouldHaveChanged,
  strength: verdict.strength,
  hypotheticalBaseline: verdict.hypotheticalBaseline,
  trust: verdict.trust,
  onMeasuredNodes: verdict.onMeasuredNodes.flatMap((metric) =>
    effectOf(metric, metric.change).map((effect) => besideItsLine(effect, evidence)),
  ),
  ifRolledOut: isKnownElsewhere(verdict)
    ? verdict.onMeasuredNodes.flatMap((metric) =>
        metric.fleet === null || metric.fleet.effect === null
          ? []
          : effectOf({ ...metric, effectiveN: metric.fleet.effectiveNodes }, metric.fleet.change),
      )
    : null,
  rollOut: {
    supportsPromotion: verdict.ifRolledOut.supportsPromotion,
    sentence: verdict.ifRolledOut.sentence,
    measuredNodes: verdict.ifRolledOut.reach?.measuredNodes ?? null,
    fleetNodes: verdict.ifRolledOut.reach?.populationNodes ?? null,
    unmeasuredNodes: unmeasuredNodes(verdict),
  },
  decidedAtSlot: verdict.decidedAtSlot === 0 ? null : measuredSlot(settings, verdict.decidedAtSlot),
  at,
});

const isClaim = ({ role }: judged.MetricJudgement): boolean => role === 'primary' || role === 'guardrail';

/** Everything that the verdict rests on has bounds over nodes: also where every node was measured, and more may come. */
const isKnownElsewhere = ({ onMeasuredNodes }: judged.Verdict): boolean => {
  const claims = onMeasuredNodes.filter(isClaim);
  return claims.length > 0 && claims.every(({ fleet }) => fleet?.upper != null);
};

/** Nodes on which something that the verdict rests on has too few values. */
const unmeasuredNodes = ({ onMeasuredNodes }: judged.Verdict): string[] => [
  ...new Set(onMeasuredNodes.filter(isClaim).flatMap(({ fleet }) => fleet?.nodesWithoutEffect ?? [])),
];

/** A limit compares nothing, so the judge gives it no means: what both variants showed, and the line that holds on a node. */
const besideItsLine = (effect: Effect, evidence: Evidence): Effect => {
  const limit = evidence.design.criteria.find(({ name, role }) => role === 'limit' && name === effect.metric);
  if (effect.role !== 'limit' || limit?.role !== 'limit') return effect;
  const { baseline, candidate } = meansUntil(evidence, limit, evidence.design.horizonSlots);
  return { ...effect, baselineMean: baseline, candidateMean: candidate, margin: limit.line };
};

/** The saving without any model of noise: whole stretches of slots, drawn again and again. Shown, decides nothing. */
const checkedAnotherWay = ({ onMeasuredNodes }: judged.Verdict): readonly string[] =>
  onMeasuredNodes.flatMap((metric) => {
    const { role, title, bootstrap } = metric;
    if (role !== 'primary' || bootstrap === null) return [];
    const { lower, upper, blockSlots, draws } = bootstrap;
    const bounds = [lower, upper].map((ratio) => changeWords(ratio - 1, 'ratio', 'number', metric)).join(' to ');
    return [`${title} checked another way, by drawing stretches of ${blockSlots} slots ${draws} times: ${bounds}.`];
  });

/** Where the knowledge about noise came from, when it was not from this run alone. */
const aboutNoise = ({ onMeasuredNodes }: judged.Verdict, history: NoiseHistory | null): readonly string[] => {
  const helped = onMeasuredNodes.filter(({ varianceSource }) => varianceSource !== null && varianceSource !== 'own');
  return history === null || helped.length === 0
    ? []
    : [
        `How much ${helped.map(({ title }) => title).join(', ')} vary by themselves was known before the start, from ${historyWords(history)}.`,
      ];
};

/** Time without slots is said, because nobody can see it in their numbers. */
const aboutPauses = (pauses: readonly Pause[], at: Instant): readonly string[] =>
  pauses.length === 0
    ? []
    : [
        `It was paused ${counted(pauses.length, 'time')}, ${describeDuration(pausedSeconds(pauses, at))} in all: that time has no slots, counts for neither variant and moved the end by as much.`,
      ];

const effectOf = (metric: judged.MetricJudgement, change: judged.Change): readonly Effect[] => {
  const name = CriterionMetric.safeParse(metric.name);
  // trust checks are explained, not listed among the effects
  if (!name.success || metric.role === 'trust') return [];
  return [
    {
      metric: name.data,
      title: metric.title,
      role: metric.role,
      verdict: metric.verdict,
      effect: change.estimate,
      lower: change.lower,
      upper: change.upper,
      scale: change.scale,
      margin: readMargin(metric.role, metric.declaredMargin, metric.better),
      slots: metric.n,
      slotsMissing: metric.slotsMissing,
      effectiveSlots: metric.effectiveN,
      baselineMean: metric.baselineMean,
      candidateMean: metric.candidateMean,
      unit: factsOf(name.data).unit,
      sentence: metric.sentence,
    },
  ];
};

/** The line on the scale that people read: a saving lies on the better side, a margin on the worse one. */
const readMargin = (role: Role, declared: number | null, better: 'lower' | 'higher'): number | null => {
  if (declared === null) return null;
  const worse = better === 'lower' ? 1 : -1;
  return role === 'primary' ? -worse * declared : worse * declared;
};

export interface LookFacts {
  readonly epoch: Epoch;
  readonly at: Instant;
  readonly inputHash: string;
  readonly codeVersion: string;
  readonly nodeVersion: string;
}

/** What is known after a slot, with intervals that hold at all looks together. */
export const presentLook = (
  settings: CompleteSettings,
  evidence: Evidence,
  look: judged.Look,
  { epoch, at, inputHash, codeVersion, nodeVersion }: LookFacts,
): Look => {
  const effects = evidence.design.criteria.flatMap((criterion) => liveEffect(criterion, evidence, look));
  const used = Math.max(0, ...effects.map(({ slots }) => slots));
  return {
    epoch,
    slot: measuredSlot(settings, look.slot),
    at,
    sentence: sentenceSoFar(effects, look, evidence.design),
    verdictSoFar: look.stop?.verdict ?? null,
    effects,
    slotsUsed: used,
    slotsMissing: Math.max(0, look.slot - used),
    inputHash,
    codeVersion,
    nodeVersion,
  };
};

const liveEffect = (criterion: MetricCriterion, evidence: Evidence, look: judged.Look): readonly Effect[] => {
  const metric = CriterionMetric.safeParse(criterion.name);
  if (!metric.success || criterion.role === 'trust') return [];
  const facts = factsOf(metric.data);
  const means = meansUntil(evidence, criterion, look.slot);
  const about = {
    metric: metric.data,
    title: facts.title,
    unit: facts.unit,
    baselineMean: means.baseline,
    candidateMean: means.candidate,
  };
  if (criterion.role === 'limit') {
    const breaching = look.limits.find(({ name }) => name === criterion.name)?.breachingNodes ?? [];
    const verdict: MetricVerdict = means.count === 0 ? 'no_data' : breaching.length > 0 ? 'worse' : 'not_worse';
    return [
      {
        ...about,
        role: 'limit',
        verdict,
        effect: null,
        lower: null,
        upper: null,
        scale: 'difference',
        margin: criterion.line,
        slots: means.count,
        slotsMissing: look.slot - means.count,
        effectiveSlots: null,
        sentence: limitSentence(facts.title, `${amountWords(criterion.line)} ${facts.unit}`, breaching, verdict),
      },
    ];
  }
  const found = look.metrics.find(({ name, role }) => name === criterion.name && role === criterion.role);
  if (found === undefined) return [];
  const bounds = { effect: found.effect, lower: found.sequenceLower, upper: found.sequenceUpper };
  const change = changeOf(bounds, found.scale, direction(criterion));
  const verdict = verdictSoFar(criterion, found, change);
  return [
    {
      ...about,
      role: criterion.role,
      verdict,
      effect: change.estimate,
      lower: change.lower,
      upper: change.upper,
      scale: change.scale,
      margin: readMargin(criterion.role, declaredMargin(criterion), criterion.better),
      slots: found.n,
      slotsMissing: found.slotsMissing,
      effectiveSlots: found.effectiveN,
      sentence: effectSentence(criterion, change, found.status),
    },
  ];
};

/** The words of statistics 5.5, on the interval that holds at all looks together. */
const verdictSoFar = (
  criterion: MetricCriterion,
  { status, crosses, crossingsInARow }: judged.MetricLook,
  { lower, upper }: judged.Change,
): MetricVerdict => {
  if (status === 'no_data' || status === 'insufficient') return 'no_data';
  if (status === 'no_variation') return 'no_variation';
  if (lower === null || upper === null) return 'unclear';
  const sign = direction(criterion);
  const [best, worst] = sign === 1 ? [lower, upper] : [-upper, -lower];
  const line = declaredMargin(criterion) ?? 0;
  if (crosses && crossingsInARow >= 2) return 'worse';
  if (criterion.role === 'primary') return worst < -line ? 'better' : best > 0 ? 'worse' : 'unclear';
  if (best > 0) return worst < line ? 'worse_within_margin' : 'worse';
  if (worst < 0) return 'better';
  if (best > -line && worst < line) return 'equivalent';
  return worst < line ? 'not_worse' : 'unclear';
};

/** Means over slots in which both variants have every value of a node. */
const meansUntil = (evidence: Evidence, { name, aggregate }: MetricCriterion, slot: number) => {
  const pairs = evidence.slots
    .filter((each) => each.slot <= slot)
    .flatMap(({ metrics }) => pooled(metrics[name], aggregate));
  const mean = (pick: (pair: { baseline: number; candidate: number }) => number): number | null =>
    pairs.length === 0 ? null : pairs.reduce((sum, pair) => sum + pick(pair), 0) / pairs.length;
  return {
    count: pairs.length,
    baseline: mean(({ baseline }) => baseline),
    candidate: mean(({ candidate }) => candidate),
  };
};

const pooled = (readings: PairedReadings | undefined, aggregate: 'sum' | 'mean') => {
  const nodes = Object.keys(readings?.baseline ?? {});
  const values = nodes.flatMap((node) => {
    const [baseline, candidate] = [readings?.baseline[node], readings?.candidate[node]];
    return baseline !== undefined && 'value' in baseline && candidate !== undefined && 'value' in candidate
      ? [{ baseline, candidate }]
      : [];
  });
  if (values.length === 0) return [];
  const total = (variant: 'baseline' | 'candidate') => {
    const readings = values.map((each) => each[variant]);
    if (aggregate === 'sum') return readings.reduce((sum, { value }) => sum + value, 0);
    const weight = readings.reduce((sum, each) => sum + (each.weight ?? 1), 0);
    return readings.reduce((sum, each) => sum + each.value * (each.weight ?? 1), 0) / weight;
  };
  return [{ baseline: total('baseline'), candidate: total('candidate') }];
};

const effectSentence = (
  criterion: MetricCriterion,
  change: judged.Change,
  status: judged.MetricLook['status'],
): string => {
  const title = titleOf(criterion);
  const unit = criterion.unit ?? 'number';
  if (change.estimate === null) {
    return `${title}: ${status === 'no_data' ? 'nothing was measured yet' : 'the numbers are too large or too small to compare'}`;
  }
  return `${title}: ${changeWords(change.estimate, change.scale, unit, criterion)} ${intervalWords(change, unit, criterion)}`.trim();
};

const limitSentence = (title: string, line: string, breaching: readonly string[], verdict: MetricVerdict): string => {
  if (verdict === 'no_data') return `${title}: nothing was measured yet`;
  return breaching.length === 0
    ? `${title}: within ${line} on every node`
    : `${title}: beyond ${line} on ${listed(breaching)}`;
};

const sentenceSoFar = (
  effects: readonly Effect[],
  look: judged.Look,
  { criteria, horizonSlots, stepSeconds: slotSeconds }: Evidence['design'],
): string => {
  const progress =
    look.slot > horizonSlots
      ? `${describeDuration((look.slot - horizonSlots) * watchEvery({ slotSeconds }) * slotSeconds)} after the planned end`
      : `after ${look.slot} of ${horizonSlots} slots`;
  if (look.stop !== null) {
    const { metric, node, verdict } = look.stop;
    const criterion = criteria.find(({ name }) => name === metric);
    const what = criterion === undefined ? '' : `: ${lowered(titleOf(criterion))}`;
    return `${STOP_WORDS[verdict]}${what}${node === null ? '' : ` on ${node}`}, ${progress}.`;
  }
  const primary = effects.find(({ role }) => role === 'primary');
  const worse = effects.filter(({ role, verdict }) => role !== 'diagnostic' && verdict === 'worse');
  const guards = worse.length === 0 ? 'No guardrail is worse' : `Worse: ${worse.map(({ title }) => title).join(', ')}`;
  return `So far, ${progress}: ${primary?.sentence ?? 'nothing is measured'}. ${guards}.`;
};

/** What ended it before its horizon. */
const STOP_WORDS: Readonly<Record<StopVerdict, string>> = {
  abort_limit: 'A limit is crossed',
  abort_harm: 'Harm is proven',
  invalid_input_mismatch: 'The variants did not receive the same input',
  error_infrastructure: 'Our own failure ended it',
  cancelled: 'A person stopped it',
};
