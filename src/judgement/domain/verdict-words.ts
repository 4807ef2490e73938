import { describeDuration } from '../../kernel/duration.ts';
import { counted } from '../../kernel/words.ts';
import { POOLED } from '../contract/evidence.ts';
import type { IfRolledOut, MetricJudgement, TrustCheck } from '../contract/judgement.ts';
import type { ExperimentVerdict, MetricFlag, Strength } from '../contract/vocabulary.ts';
import { abortMarginOf } from './contrast.ts';
import type { Course } from './follow-slots.ts';
import type { Material } from './material.ts';
import { isFine } from './metric-decision.ts';
import { type DecidedMetric, isOverMissingBudget, isSavingProven } from './metric-judgement.ts';
import { marginWords } from './metric-words.ts';
import { amountWords, capitalised, changeWords, fewOf, intervalWords, listed, lowered, sizeOf } from './words.ts';

/** A decision before it has words. */
export interface Outcome {
  readonly verdict: ExperimentVerdict;
  readonly metrics: readonly DecidedMetric[];
  readonly course: Course;
  readonly material: Material;
  readonly strength: Strength;
  readonly ifRolledOut: IfRolledOut;
  readonly trust: readonly TrustCheck[];
  readonly minutesStillNeeded: number | null;
}

export interface Explanation {
  readonly sentence: string;
  readonly explanation: string[];
  readonly whatWouldHaveChanged: string | null;
}

/** The first thing that a person reads, why, and what would have changed it. */
export const explain = (outcome: Outcome): Explanation => ({
  sentence: `${mainSentence(outcome)} ${qualifier(outcome)}`,
  explanation: [
    ...outcome.metrics.map(({ judgement }) => judgement.sentence),
    ...findings(outcome),
    ...outcome.trust
      .filter((check) => check.outcome === 'failed' && !isSaidByMetric(check, outcome))
      .map((check) => check.sentence),
    outcome.ifRolledOut.sentence,
  ],
  whatWouldHaveChanged: whatWouldHaveChanged(outcome),
});

/** Equal input is a metric, too, and says by itself how it differs. */
const isSaidByMetric = ({ sentence }: TrustCheck, { metrics }: Outcome): boolean =>
  metrics.some(({ judgement }) => judgement.sentence === sentence);

const withRole = (metrics: readonly DecidedMetric[], role: string): readonly DecidedMetric[] =>
  metrics.filter(({ criterion }) => criterion.role === role);

const mainSentence = (outcome: Outcome): string => {
  const { verdict, course } = outcome;
  switch (verdict) {
    case 'promote':
      return promoteSentence(outcome);
    case 'reject_no_benefit':
      return `The candidate saves too little: ${savings(outcome)}. Nothing that matters got worse${isWorseWithin(withRole(outcome.metrics, 'guardrail')) ? ' than you allow' : ''}.`;
    case 'abort_harm':
      return `Stopped after ${counted(course.slots, 'slot')}: ${harmWords(outcome)}.`;
    case 'abort_limit':
      return `Stopped after ${counted(course.slots, 'slot')}: ${lowered(stopSentence(outcome))}`;
    case 'invalid_input_mismatch':
      return `The variants did not receive the same input, so they cannot be compared: ${mismatchWords(outcome)}.`;
    case 'inconclusive_no_data':
      return `Not decided, because data are missing: ${missingWords(outcome)}.`;
    case 'inconclusive_conflict':
      return `Not decided, because the evidence points both ways: ${conflictWords(outcome)}.`;
    case 'inconclusive_underpowered':
      return `Not decided, the data allow both answers: ${openWords(outcome)}.${moreTimeWords(outcome)}`;
    case 'invalid_setup':
      return `The question cannot be asked like this: ${setupWords(outcome)}.`;
    case 'error_infrastructure':
      return `Nothing can be said about the candidate, because the measurement itself failed${failureWords(outcome)}.`;
    case 'cancelled':
      return `Stopped by a person after ${counted(course.slots, 'slot')}; this says nothing about the candidate.`;
  }
};

const promoteSentence = (outcome: Outcome): string => {
  const { metrics, material, course } = outcome;
  const guardrails = withRole(metrics, 'guardrail');
  const used = Math.min(...[...withRole(metrics, 'primary'), ...guardrails].map(({ judgement }) => judgement.n));
  const safety =
    guardrails.length === 0
      ? 'but no guardrail was declared, so nothing is known about harm'
      : `and nothing that matters got worse${isWorseWithin(guardrails) ? ' than you allow' : ''}: ${guardrails.map(({ judgement }) => clause(judgement)).join('; ')}`;
  const horizon = Math.max(course.slots, material.slots);
  return `${capitalised(savings(outcome))}, ${safety}. ${used} of ${counted(horizon, 'slot')} were used.`;
};

const isWorseWithin = (guardrails: readonly DecidedMetric[]): boolean =>
  guardrails.some(({ judgement }) => judgement.verdict === 'worse_within_margin');

/** A metric's sentence inside another one. */
const clause = ({ sentence }: Pick<MetricJudgement, 'sentence'>): string => lowered(sentence).replace(/\.$/, '');

/** `exported points 18.3 % less (15.9 to 20.6 % less)`, for each primary. */
const savings = ({ metrics }: Outcome): string =>
  listed(
    withRole(metrics, 'primary').map(
      ({ criterion, judgement }) =>
        `${lowered(judgement.title)} ${effectWords({ criterion, judgement })} where at least ${marginWords(criterion, judgement.unit)} was asked for`,
    ),
  );

const effectWords = ({ criterion, judgement }: Pick<DecidedMetric, 'criterion' | 'judgement'>): string => {
  const { change, unit } = judgement;
  if (change.estimate === null) return 'not known';
  return `${changeWords(change.estimate, change.scale, unit, criterion)} ${intervalWords(change, unit, criterion)}`.trim();
};

/** A name may occur twice; the one that stopped it is a limit exactly when a limit did. */
const stoppedMetric = ({ course, metrics, verdict }: Outcome): DecidedMetric | undefined =>
  metrics.find(
    ({ criterion }) =>
      criterion.name === course.stop?.metric && (criterion.role === 'limit') === (verdict === 'abort_limit'),
  );

const stopSentence = (outcome: Outcome): string => stoppedMetric(outcome)?.judgement.sentence.replace(': ', ' ') ?? '';

const harmWords = (outcome: Outcome): string => {
  const stopped = stoppedMetric(outcome);
  if (stopped === undefined) return 'harm was proven';
  const { criterion, judgement } = stopped;
  const line = criterion.role === 'guardrail' ? abortMarginOf(criterion) : 0;
  const { scale } = judgement.change;
  // on a baseline of nothing a ratio allows nothing
  const isAnyHarm = line === 0 || judgement.status === 'ratio_undefined';
  const beyond = isAnyHarm ? 'any proven harm' : `proven harm beyond ${sizeOf(line, scale, judgement.unit)}`;
  return `${lowered(judgement.title)}, ${effectWords(stopped)} than before, and ${beyond} ends the experiment`;
};

const mismatchWords = ({ metrics, trust }: Outcome): string => {
  const unequal = withRole(metrics, 'trust').filter(({ judgement }) => judgement.verdict === 'invalid');
  return unequal.length > 0
    ? unequal.map(({ judgement }) => clause(judgement)).join('; ')
    : clause({ sentence: trust.find(({ name }) => name === 'equal_input')?.sentence ?? '' });
};

/** What of our own failed, as far as a check found it. */
const failureWords = ({ trust }: Outcome): string => {
  const failed = trust.find(({ name, outcome }) => outcome === 'failed' && (name === 'both_ready' || name === 'clock'));
  return failed === undefined ? '' : `: ${clause(failed)}`;
};

const missingWords = ({ metrics, course }: Outcome): string => {
  const lacking = metrics.filter(({ judgement }) => judgement.verdict === 'no_data');
  return listed(
    lacking
      .filter(({ criterion }) => criterion.role !== 'diagnostic')
      .map(({ judgement, facts, unwatchedNodes }) => {
        if (judgement.role === 'limit') {
          return judgement.n === 0
            ? `${lowered(judgement.title)}, which has a limit, was never measured`
            : `${lowered(judgement.title)}, which has a limit, was not watched on ${fewOf(unwatchedNodes)}`;
        }
        const gap = facts?.summary.longestGap ?? 0;
        const isGap =
          facts !== undefined &&
          (course.slots - judgement.n) * 10 <= course.slots &&
          isOverMissingBudget(facts.summary, course.slots);
        return isGap
          ? `${lowered(judgement.title)} with a gap of ${counted(gap, 'slot')}`
          : `${lowered(judgement.title)} in ${judgement.n} of ${counted(course.slots, 'slot')}, ${Math.ceil(course.slots * 0.9)} are needed`;
      }),
  );
};

const conflictWords = ({ metrics }: Outcome): string => {
  const saving = withRole(metrics, 'primary').filter(({ judgement }) => judgement.verdict === 'better');
  const worse = metrics.filter(
    ({ criterion, judgement }) =>
      judgement.verdict === 'worse' && (criterion.role === 'guardrail' || criterion.role === 'primary'),
  );
  const drifting = metrics.filter(({ judgement }) => judgement.flags.includes('drift'));
  return listed([
    ...saving.map((metric) => `better in ${lowered(metric.judgement.title)}, ${effectWords(metric)}`),
    ...worse.map((metric) => `worse in ${lowered(metric.judgement.title)}, ${effectWords(metric)}`),
    ...drifting.map(({ judgement }) => `an effect in ${lowered(judgement.title)} that moved during the run`),
  ]);
};

/** What stands between the data and a decision. */
const openMetrics = ({ metrics, material: { design } }: Outcome): readonly DecidedMetric[] => {
  const blocking = metrics.filter(
    ({ criterion, judgement }) =>
      (criterion.role === 'guardrail' || criterion.role === 'trust') && !isFine(judgement.verdict),
  );
  const unsaved = withRole(metrics, 'primary').filter((primary) => !isSavingProven(primary, design.alpha));
  return [...blocking, ...unsaved];
};

const openWords = (outcome: Outcome): string => {
  const words = openMetrics(outcome).map(({ judgement }) => clause(judgement));
  return words.length === 0 ? 'no claim could be proven' : words.join('; ');
};

const moreTimeWords = ({ minutesStillNeeded }: Outcome): string =>
  minutesStillNeeded === null || minutesStillNeeded === 0
    ? ''
    : ` If the effects stay like this, ${describeDuration(minutesStillNeeded * 60)} more would be needed.`;

const setupWords = ({ metrics, material }: Outcome): string => {
  if (material.trust.sameSettingsOtherwise === 'failed') return 'the variants differ in more than the tested change';
  const primaries = withRole(metrics, 'primary').length;
  return primaries === 0
    ? 'no primary metric was declared, so there is nothing to promote for'
    : `${primaries} primary metrics were declared, at most 2 can be decided`;
};

const findings = ({ metrics, material }: Outcome): readonly string[] =>
  metrics.flatMap(({ judgement }) => [
    ...flagSentences(judgement),
    ...nodeSentences(judgement),
    ...rareSentences(judgement),
    ...severalSentences(judgement, material.design.alpha),
  ]);

/** Rare counts: how likely so many are, if they come one by one. */
const rareSentences = ({
  title,
  rareEventsP: p,
  baselineMean,
  candidateMean,
  n,
}: MetricJudgement): readonly string[] => {
  if (p === null || baselineMean === null || candidateMean === null) return [];
  const [baseline, candidate] = [Math.round(baselineMean * n), Math.round(candidateMean * n)];
  const how = p < 1e-4 ? 'fewer than 1 of 10000' : p > 0.5 ? 'more than half' : `about 1 of ${Math.round(1 / p)}`;
  return [
    `${title}: ${amountWords(candidate)} with the candidate and ${amountWords(baseline)} with the baseline; counts that come one by one, equally often, give as many in ${how} of such experiments.`,
  ];
};

/** What holds by itself may be chance among several. */
const severalSentences = ({ title, role, verdict, adjustedP }: MetricJudgement, alpha: number): readonly string[] => {
  const isFound = verdict === 'better' || verdict === 'worse';
  if (!isFound || adjustedP === null || adjustedP <= alpha) return [];
  switch (role) {
    case 'primary':
      return verdict === 'better' ? [`${title}: proven by itself, but not as one of two primaries.`] : [];
    case 'diagnostic':
      return [`${title}: among everything that is only shown, a difference like this may be chance.`];
    case 'guardrail':
    case 'limit':
    case 'trust':
      return [];
  }
};

const SENTENCE_BY_FLAG: Readonly<Record<MetricFlag, string | null>> = {
  autocorrelation_too_strong: 'neighbouring slots resemble each other too much; lengthen the slots or the run',
  history_mismatch: 'this run behaves differently from its history',
  drift: 'the effect moved during the run',
  scale_changed: "some values were zero, so differences are shown relative to the baseline's mean",
  // said by the metric's own sentence, and by the names of the nodes
  no_noise_estimate: null,
  uneven_nodes: null,
};

const flagSentences = ({ title, flags }: MetricJudgement): readonly string[] =>
  flags.flatMap((flag) => (SENTENCE_BY_FLAG[flag] === null ? [] : [`${title}: ${SENTENCE_BY_FLAG[flag]}.`]));

const nodeSentences = ({ title, fleet }: MetricJudgement): readonly string[] =>
  fleet === null || fleet.nodesClearlyWorse.length === 0
    ? []
    : [`${title}: clearly worse on ${fewOf(fleet.nodesClearlyWorse)}.`];

/** How far the verdict reaches: a screening or not, on how many nodes, against what. */
const qualifier = ({ material, course, strength }: Outcome): string => {
  const nodes = new Set(
    material.metrics.flatMap(({ nodes }) => nodes.map(({ node }) => node)).filter((node) => node !== POOLED),
  ).size;
  const length = describeDuration(course.slots * material.design.stepSeconds);
  const where = nodes === 0 ? '' : ` on ${counted(nodes, 'node')}`;
  const against = material.design.hypotheticalBaseline
    ? ' against a hypothetical baseline, which nobody runs today'
    : '';
  return strength === 'screening'
    ? `This is a screening of ${length}${where}${against}.`
    : `Confirmed over ${length}${where}${against}.`;
};

const whatWouldHaveChanged = (outcome: Outcome): string | null => {
  const { verdict } = outcome;
  switch (verdict) {
    case 'promote':
      return tightestWords(outcome);
    case 'reject_no_benefit':
      return `A promotion would have needed ${listed(withRole(outcome.metrics, 'primary').map(({ judgement }) => `${judgement.whatWouldHaveChanged ?? 'a saving'} (${lowered(judgement.title)})`))}.`;
    case 'inconclusive_underpowered':
    case 'inconclusive_conflict': {
      const open = openMetrics(outcome).flatMap(({ judgement }) =>
        judgement.whatWouldHaveChanged === null
          ? []
          : [`${judgement.whatWouldHaveChanged} (${lowered(judgement.title)})`],
      );
      return open.length === 0 ? null : `A promotion would have needed ${listed(open)}.`;
    }
    case 'inconclusive_no_data':
      return 'Values in at least 90 % of the slots and no gap of more than five slots would have allowed a decision.';
    case 'abort_harm':
      return `It would have gone on without proven harm in ${lowered(stoppedMetric(outcome)?.judgement.title ?? 'a guardrail')}.`;
    case 'abort_limit':
      return `It would have gone on with ${lowered(stoppedMetric(outcome)?.judgement.title ?? 'the value')} on the right side of its line.`;
    case 'invalid_input_mismatch':
      return 'The same input for both variants would have allowed a comparison.';
    case 'invalid_setup':
    case 'error_infrastructure':
    case 'cancelled':
      return null;
  }
};

/** The claim with the least to spare. */
const tightestWords = ({ metrics }: Outcome): string | null => {
  const spare = ({ criterion, judgement }: DecidedMetric): number =>
    (criterion.role === 'primary' ? -(judgement.margin ?? 0) : (judgement.margin ?? 0)) -
    (judgement.upper ?? Number.NEGATIVE_INFINITY);
  const claims = metrics.filter(
    ({ criterion, judgement }) =>
      judgement.upper !== null &&
      (criterion.role === 'guardrail' || (criterion.role === 'primary' && judgement.verdict === 'better')),
  );
  const tightest = claims.toSorted((a, b) => spare(a) - spare(b))[0];
  return tightest === undefined
    ? null
    : `It would not have been promoted with ${tightest.judgement.whatWouldHaveChanged} (${lowered(tightest.judgement.title)}).`;
};
