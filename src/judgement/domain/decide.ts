import { counted } from '../../kernel/words.ts';
import { POOLED } from '../contract/evidence.ts';
import type { IfRolledOut, TrustCheck, Verdict } from '../contract/judgement.ts';
import type { ExperimentVerdict } from '../contract/vocabulary.ts';
import { lineOf } from './contrast.ts';
import { FEWEST_OF_A_KIND } from './fleet.ts';
import type { Course } from './follow-slots.ts';
import type { Material } from './material.ts';
import { hasNoSaving, isFine } from './metric-decision.ts';
import {
  type DecidedMetric,
  type DecisionSetting,
  isSavingProven,
  judgeLimit,
  judgeMetric,
} from './metric-judgement.ts';
import { benjaminiHochberg, holm } from './multiplicity.ts';
import { largest } from './numbers.ts';
import { hasFailed, trustChecks } from './trust-checks.ts';
import { explain, type Outcome } from './verdict-words.ts';
import { fewOf } from './words.ts';

/** One daily cycle. */
const CONFIRMED_SECONDS = 86_400;
const MOST_PRIMARIES = 2;
/** Reasons that are our own failure; if nothing else was ever read, the experiment failed, not the candidate. */
const INFRASTRUCTURE_REASONS: ReadonlySet<string> = new Set(['source_unreachable', 'query_refused', 'late']);

/** The decision after a stop, or at the horizon (5.4 and 5.5 of the method). Made once. */
export const decide = (material: Material, course: Course): Verdict => {
  const setting: DecisionSetting = {
    design: material.design,
    slots: course.slots,
    isHorizon: course.stop === null,
    inputDiffers: course.stop?.verdict === 'invalid_input_mismatch',
  };
  const first = decideMetrics(material, course, setting);
  const inputDiffers = hasFailed(trustChecks(material, first, course), 'equal_input');
  const metrics =
    inputDiffers && !setting.inputDiffers ? decideMetrics(material, course, { ...setting, inputDiffers }) : first;

  const trust = trustChecks(material, metrics, course);
  const verdict = course.stop?.verdict ?? verdictAtHorizon(material, metrics, trust);
  const ifRolledOut = rollOut(material, metrics, verdict);
  const strength = course.slots * material.design.stepSeconds < CONFIRMED_SECONDS ? 'screening' : 'confirmed';
  const minutes = verdict === 'inconclusive_underpowered' ? minutesStillNeeded(metrics) : null;
  const outcome: Outcome = {
    verdict,
    metrics,
    course,
    material,
    strength,
    ifRolledOut,
    trust,
    minutesStillNeeded: minutes,
  };
  const { sentence, explanation, whatWouldHaveChanged } = explain(outcome);
  return {
    verdict,
    decidedAtSlot: course.slots,
    abortedBy: course.stop?.metric == null ? null : { metric: course.stop.metric, node: course.stop.node },
    strength,
    hypotheticalBaseline: material.design.hypotheticalBaseline,
    sentence,
    explanation,
    whatWouldHaveChanged,
    minutesStillNeeded: minutes,
    trust,
    onMeasuredNodes: metrics.map(({ judgement }) => judgement),
    ifRolledOut,
  };
};

const decideMetrics = (material: Material, course: Course, setting: DecisionSetting): readonly DecidedMetric[] => {
  const lastLooks = (course.looks.at(-1)?.metrics ?? []).values();
  const decided = material.metrics.map((metric, position): DecidedMetric => {
    const follower = course.followers[position];
    if (follower === undefined) throw new Error(`nobody followed ${metric.criterion.name}`);
    return follower.role === 'limit'
      ? judgeLimit(metric, follower.limit.reachedOn(), setting)
      : judgeMetric(metric, follower.stream, lastLooks.next().value, setting);
  });
  return withAdjustedP(withAdjustedP(decided, 'primary', holm), 'diagnostic', benjaminiHochberg);
};

const withAdjustedP = (
  metrics: readonly DecidedMetric[],
  role: 'primary' | 'diagnostic',
  adjust: (pValues: readonly (number | null)[]) => readonly (number | null)[],
): readonly DecidedMetric[] => {
  const family = metrics.filter(({ criterion }) => criterion.role === role);
  const adjusted = adjust(family.map(({ judgement }) => judgement.p));
  return metrics.map((metric) => {
    const index = family.indexOf(metric);
    return index < 0 ? metric : { ...metric, judgement: { ...metric.judgement, adjustedP: adjusted[index] ?? null } };
  });
};

const withRole = (metrics: readonly DecidedMetric[], role: string): readonly DecidedMetric[] =>
  metrics.filter(({ criterion }) => criterion.role === role);

/** At the horizon the first that applies wins. */
const verdictAtHorizon = (
  { design }: Material,
  metrics: readonly DecidedMetric[],
  checks: readonly TrustCheck[],
): ExperimentVerdict => {
  const primaries = withRole(metrics, 'primary');
  const guardrails = withRole(metrics, 'guardrail');
  const inputs = withRole(metrics, 'trust');
  const acting = [...primaries, ...guardrails, ...inputs];

  if (hasFailed(checks, 'same_settings_otherwise') || primaries.length === 0 || primaries.length > MOST_PRIMARIES) {
    return 'invalid_setup';
  }
  if (hasFailed(checks, 'both_ready') || hasFailed(checks, 'clock') || isNothingButErrors(acting)) {
    return 'error_infrastructure';
  }
  if (hasFailed(checks, 'equal_input')) return 'invalid_input_mismatch';
  // a limit that nobody measured was not kept
  const needed = [...acting, ...withRole(metrics, 'limit')];
  if (needed.some(({ judgement }) => judgement.verdict === 'no_data')) return 'inconclusive_no_data';

  const isInputEqual = inputs.every(({ judgement }) => isFine(judgement.verdict));
  const areGuardrailsFine = guardrails.every(({ judgement }) => isFine(judgement.verdict));
  const saving = primaries.filter((primary) => isSavingProven(primary, design.alpha));
  const worsePrimaries = primaries.filter(({ judgement }) => judgement.verdict === 'worse');

  // two primaries in opposite directions are a conflict, not a promotion
  if (isInputEqual && areGuardrailsFine && saving.length > 0 && worsePrimaries.length === 0) return 'promote';
  const isWithoutSaving = primaries.every(({ facts }) => facts !== undefined && hasNoSaving(facts));
  if (isInputEqual && areGuardrailsFine && isWithoutSaving) return 'reject_no_benefit';

  const isGuardrailWorse = guardrails.some(({ judgement }) => judgement.verdict === 'worse');
  const isDrifting = [...primaries, ...guardrails].some(({ judgement }) => judgement.flags.includes('drift'));
  const isConflict = saving.length > 0 && (isGuardrailWorse || worsePrimaries.length > 0);
  return isConflict || isDrifting ? 'inconclusive_conflict' : 'inconclusive_underpowered';
};

const isNothingButErrors = (metrics: readonly DecidedMetric[]): boolean => {
  const reasons = metrics.flatMap(({ judgement: { dropped } }) => [
    ...Object.keys(dropped.baseline),
    ...Object.keys(dropped.candidate),
  ]);
  return (
    metrics.every(({ judgement }) => judgement.n === 0) &&
    reasons.length > 0 &&
    reasons.every((reason) => INFRASTRUCTURE_REASONS.has(reason))
  );
};

/** Until the slowest metric would be decided; null when time alone would not do. */
const minutesStillNeeded = (metrics: readonly DecidedMetric[]): number | null => {
  const undecided = metrics.filter(
    ({ criterion, judgement }) =>
      (criterion.role === 'primary' && judgement.verdict !== 'better') ||
      ((criterion.role === 'guardrail' || criterion.role === 'trust') && !isFine(judgement.verdict)),
  );
  const minutes = undecided.map(({ judgement }) => judgement.minutesStillNeeded);
  return minutes.length === 0 || minutes.includes(null) ? null : largest(minutes as number[]);
};

const rollOut = (
  { design, metrics: columns }: Material,
  metrics: readonly DecidedMetric[],
  verdict: ExperimentVerdict,
): IfRolledOut => {
  const names = new Set(
    columns.flatMap(({ nodes }) => nodes.map(({ node }) => node)).filter((node) => node !== POOLED),
  );
  const acting = metrics.filter(({ criterion }) => criterion.role === 'primary' || criterion.role === 'guardrail');
  for (const { judgement } of acting) for (const node of judgement.fleet?.nodesWithoutEffect ?? []) names.delete(node);
  const { populationNodes } = design;
  const reach = populationNodes === null ? {} : { reach: { measuredNodes: names.size, populationNodes } };
  if (populationNodes !== null && names.size >= populationNodes) {
    return {
      known: true,
      supportsPromotion: verdict === 'promote',
      sentence: names.size === 1 ? 'The only node was measured.' : `All ${names.size} nodes were measured.`,
      ...reach,
    };
  }
  const known = acting.length > 0 && acting.every(({ judgement }) => judgement.fleet?.upper != null);
  if (!known) {
    const others =
      populationNodes === null
        ? 'nodes that were not measured'
        : `the other ${populationNodes - names.size} of ${counted(populationNodes, 'node')}`;
    return {
      known: false,
      supportsPromotion: false,
      sentence: `What would happen on ${others} is not known: measure more nodes.`,
      ...reach,
    };
  }
  const guardrailsHold = withRole(metrics, 'guardrail').every((metric) => isBelow(metric, 1));
  const savingHolds = withRole(metrics, 'primary').some((metric) => isBelow(metric, -1));
  const supportsPromotion = verdict === 'promote' && guardrailsHold && savingHolds;
  const leftOut = [...new Set(acting.flatMap(({ judgement }) => judgement.fleet?.strataLeftOut ?? []))];
  const except =
    leftOut.length === 0
      ? ''
      : `, except on ${fewOf(leftOut)}, of which fewer than ${FEWEST_OF_A_KIND} nodes were measured`;
  return {
    known: true,
    supportsPromotion,
    sentence: supportsPromotion
      ? `The differences between nodes allow the same claim for nodes that were not measured${except}.`
      : 'The differences between nodes do not allow a claim for nodes that were not measured.',
    ...reach,
  };
};

/** Upper bound over nodes below the margin (`side` 1) or below minus the minimum saving (`side` -1). */
const isBelow = ({ criterion, judgement }: DecidedMetric, side: 1 | -1): boolean => {
  const { fleet } = judgement;
  if (fleet?.upper == null) return false;
  const scale = fleet.change.scale === 'difference' ? 'difference' : judgement.scale;
  return fleet.upper < side * (lineOf(criterion, scale) ?? 0);
};
