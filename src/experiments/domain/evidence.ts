import type { MetricCriterion } from '../../judgement/contract/criteria.ts';
import { Evidence, type EvidenceSlot, type PairedReadings, type Reading } from '../../judgement/contract/evidence.ts';
import {
  METRICS,
  type MetricName,
  type Sample,
  VARIANTS,
  type Variant,
  type VariantReadings,
} from '../../measurement/domain/sample.ts';
import type { RenderedPipeline } from '../../pipelines/domain/template.ts';
import { findTemplate } from '../../pipelines/domain/templates.ts';
import type { CompleteSettings } from './experiment.ts';
import type { Fleet } from './fleet.ts';
import type { NoiseHistory } from './noise-history.ts';
import { slotsPlanned, warmupSlots, watchEvery } from './schedule.ts';
import { type Criterion, type CriterionMetric, IS_BASELINE_HYPOTHETICAL } from './settings.ts';

/** Any number would do, as long as it is always the same: a replay has to draw the same blocks. */
const BOOTSTRAP_SEED = 1;

/** What was known before the start, and is kept with the plan: every look and every replay knows the same. */
export interface Known {
  readonly history: NoiseHistory | null;
  readonly fleet: Fleet | null;
  /** what ran in place of pipelines that the settings name by their revision */
  readonly ran?: readonly Ran[];
  /** on every cluster its baseline was what a collector runs there */
  readonly isBaselineIncumbent?: boolean;
}

type Ran = Pick<RenderedPipeline, 'template' | 'version'>;

const NOTHING_KNOWN: Known = { history: null, fleet: null };

/**
 * Everything that judgement may know: the design, of each judged slot every metric per node, and what was known about
 * noise before the start. Nothing is filled in. Names stand in one fixed order, because a table gives its maps back in
 * any, so that the same evidence is the same text and has the same hash.
 */
export const toEvidence = (
  settings: CompleteSettings,
  samples: readonly Sample[],
  { history, fleet, ran = [], isBaselineIncumbent = !IS_BASELINE_HYPOTHETICAL }: Known = NOTHING_KNOWN,
): Evidence =>
  Evidence.parse({
    design: {
      stepSeconds: settings.slotSeconds,
      horizonSlots: slotsPlanned(settings),
      populationNodes: fleet?.nodes ?? null,
      ...(fleet !== null && fleet.strata.length > 0 ? { strata: fleet.strata } : {}),
      hypotheticalBaseline: !isBaselineIncumbent,
      bootstrapSeed: BOOTSTRAP_SEED,
      criteria: [...toCriteria(settings), ...(readsAlike(settings, ran) ? [equalInput(settings)] : [])],
    },
    slots: samples.filter(({ phase }) => phase !== 'warmup').map((sample) => evidenceSlot(settings, sample)),
    history: history === null ? {} : inOrder(history.series),
    // readiness of both was seen before slot 0, and one frame rendered both
    trust: { bothReady: 'passed', sameSettingsOtherwise: 'passed' },
  });

/** Whether both read as much of the node: one that saves by reading less gets fewer points in, and that is no fault. */
const readsAlike = ({ baselinePipeline, candidatePipeline }: CompleteSettings, ran: readonly Ran[]): boolean =>
  [baselinePipeline, candidatePipeline, ...ran].every((pipeline) => {
    if (!('template' in pipeline) || pipeline.template === null) return true;
    const found = findTemplate(pipeline.template, pipeline.version ?? undefined);
    return !found.accepted || !found.value.template.readsLess;
  });

/**
 * Both variants collect the same metrics from the same nodes on the same schedule, so as many points have to come in.
 * What a collector leaves out it leaves out afterwards.
 */
const equalInput = ({ slotSeconds, collectionIntervalSeconds }: CompleteSettings): MetricCriterion => ({
  role: 'trust',
  name: INPUT,
  title: METRICS[INPUT].title,
  better: METRICS[INPUT].better,
  aggregate: 'sum',
  unit: 'number',
  scale: 'log_ratio',
  margin: 0.01,
  collectionsPerSlot: slotSeconds / collectionIntervalSeconds,
});

const INPUT = 'accepted_points' satisfies MetricName;

/** What a person asks, in the words of judgement. */
export const toCriteria = ({ successCriteria }: Pick<CompleteSettings, 'successCriteria'>): MetricCriterion[] =>
  successCriteria.map(toCriterion);

/** Evidence as it was after a judged slot. */
export const evidenceUntil = (evidence: Evidence, slot: number): Evidence => ({
  ...evidence,
  slots: evidence.slots.filter((each) => each.slot <= slot),
});

/** Whether a node is beyond a limit in this slot: only then can a limit be crossed by it. */
export const isBeyondALimit = ({ successCriteria }: CompleteSettings, sample: Sample): boolean =>
  successCriteria.some((criterion) => {
    if (criterion.role !== 'limit') return false;
    const sign = factsOf(criterion.metric).better === 'lower' ? 1 : -1;
    const readings = Object.values(pairedReadings(criterion.metric, sample).candidate);
    return readings.some((reading) => 'value' in reading && sign * reading.value > sign * criterion.maximum);
  });

const inOrder = <T>(byName: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(byName).toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Judged slots are counted from 1 after warm-up; after the horizon only those that are watched. */
export const judgedSlot = (settings: CompleteSettings, slot: number): number => {
  const horizon = slotsPlanned(settings);
  const counted = slot - warmupSlots(settings) + 1;
  return counted <= horizon ? counted : horizon + Math.ceil((counted - horizon) / watchEvery(settings));
};

export const measuredSlot = (settings: CompleteSettings, judged: number): number => {
  const watched = Math.max(0, judged - slotsPlanned(settings));
  return warmupSlots(settings) - 1 + judged + watched * (watchEvery(settings) - 1);
};

interface MetricFacts {
  readonly title: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  readonly isShare: boolean;
}

/** How a criterion's metric is called and read. */
export const factsOf = (metric: CriterionMetric): MetricFacts => {
  switch (metric) {
    case 'critical_coverage':
      return { title: 'Critical coverage', unit: 'share', better: 'higher', isShare: true };
    case 'lost_points_ratio':
      return { title: 'Lost points', unit: 'share', better: 'lower', isShare: true };
    default:
      return { ...METRICS[metric], isShare: false };
  }
};

/** Shares and counts are compared by difference, everything else by ratio. Coverage and loss abort on any proven harm. */
const toCriterion = (criterion: Criterion): MetricCriterion => {
  const { title, better, isShare } = factsOf(criterion.metric);
  const metric = {
    name: criterion.metric,
    title,
    better,
    aggregate: isShare ? ('mean' as const) : ('sum' as const),
    unit: isShare ? ('share' as const) : ('number' as const),
  };
  const scale =
    isShare || criterion.metric === 'critical_processes_missing' ? ('difference' as const) : ('log_ratio' as const);
  switch (criterion.role) {
    case 'primary':
      return { role: 'primary', ...metric, scale, minimumSaving: criterion.minimumSavingRatio };
    case 'guardrail': {
      const abortMargin = criterion.abortMarginRatio ?? (isShare ? 0 : undefined);
      return {
        role: 'guardrail',
        ...metric,
        scale,
        margin: criterion.marginRatio,
        ...(abortMargin === undefined ? {} : { abortMargin }),
      };
    }
    case 'limit':
      return { role: 'limit', ...metric, line: criterion.maximum, breaches: criterion.breaches, of: criterion.of };
    case 'diagnostic':
      return { role: 'diagnostic', ...metric, scale };
  }
};

const evidenceSlot = (settings: CompleteSettings, sample: Sample): EvidenceSlot => {
  const metrics = new Set<CriterionMetric | typeof INPUT>([
    ...settings.successCriteria.map(({ metric }) => metric),
    // counted over slots that follow each other, which those watched afterwards do not
    ...(sample.phase === 'watched' ? [] : ([INPUT] as const)),
  ]);
  return {
    slot: judgedSlot(settings, sample.slot),
    metrics: Object.fromEntries(
      [...metrics].map((metric) => {
        const { baseline, candidate } = pairedReadings(metric, sample);
        return [metric, { baseline: inOrder(baseline), candidate: inOrder(candidate) }];
      }),
    ),
  };
};

const pairedReadings = (metric: CriterionMetric | typeof INPUT, sample: Sample): PairedReadings => {
  switch (metric) {
    case 'critical_coverage':
      return coverage(sample);
    case 'lost_points_ratio':
      return byVariant((variant) => lostPoints(sample[variant]));
    default:
      return byVariant((variant) => ({ ...sample[variant][metric] }));
  }
};

const byVariant = (readings: (variant: Variant) => Record<string, Reading>): PairedReadings =>
  Object.fromEntries(VARIANTS.map((variant) => [variant, readings(variant)])) as PairedReadings;

/**
 * Per node: the share of the baseline's critical processes that a variant shows, too; 1 where there are none to lose.
 * Nodes weigh as much as they have processes.
 */
const coverage = (sample: Sample): PairedReadings => {
  const known = sample.candidate['critical_processes_missing'] ?? {};
  const ofCandidate = Object.entries(known).map(([node, reading]): [string, Reading] => {
    if ('missing' in reading) return [node, reading];
    const seen = sample.processes.find((presence) => presence.node === node)?.seenByBaseline.length ?? 0;
    return [node, seen === 0 ? { value: 1 } : { value: 1 - reading.value / seen, weight: seen }];
  });
  return {
    baseline: Object.fromEntries(
      ofCandidate.map(([node, reading]) => [node, 'missing' in reading ? reading : { ...reading, value: 1 }]),
    ),
    candidate: Object.fromEntries(ofCandidate),
  };
};

/** Per node: of the points that should have left, the share that did not, with their number as its weight. No points, no share. */
const lostPoints = (readings: VariantReadings): Record<string, Reading> =>
  Object.fromEntries(
    Object.entries(readings['failed_points'] ?? {}).map(([node, failed]): [string, Reading] => {
      const exported = readings['exported_points']?.[node];
      if ('missing' in failed) return [node, failed];
      if (exported === undefined) return [node, { missing: 'no_series' }];
      if ('missing' in exported) return [node, exported];
      const all = failed.value + exported.value;
      return [node, all > 0 ? { value: failed.value / all, weight: all } : { missing: 'no_points' }];
    }),
  );
