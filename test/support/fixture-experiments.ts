import {
  type Effect,
  ExperimentView,
  Look,
  MetricSeries,
  Transition,
  Verdict,
} from '../../src/experiments/contract/views.ts';
import type { CompleteSettings } from '../../src/experiments/domain/experiment.ts';
import { type Criterion, type CriterionMetric, DEFAULT_CRITERIA } from '../../src/experiments/domain/settings.ts';
import type { State } from '../../src/experiments/domain/vocabulary.ts';
import { type Instant, secondsAfter } from '../../src/kernel/instant.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { METRICS, MetricName, type Reading } from '../../src/measurement/domain/sample.ts';
import { renderComparison } from '../../src/pipelines/domain/render.ts';
import { PipelineChoice, type RenderedPipeline } from '../../src/pipelines/domain/template.ts';

// Experiments for tests of the dashboard. Their numbers are made up and stay in tests: each is written through the
// schema of the contract, so a fixture that the API could not answer does not load.

export interface FixtureExperiment {
  readonly view: ExperimentView;
  readonly transitions: readonly Transition[];
  readonly looks: readonly Look[];
  readonly series: (metric: MetricName) => MetricSeries;
  readonly rendered: { readonly baseline: RenderedPipeline; readonly candidate: RenderedPipeline };
}

export const CRITICAL = ['nginx', 'postgres', 'redis-server', 'java'] as const;
export const NODES = ['node-1', 'node-2'] as const;
export const CLUSTER = 'clu-fixture00001';
const PERSON = { kind: 'user', id: 'u-1', email: 'experimenter@phoenix.example' } as const;
const WORKFLOW = { kind: 'system', id: 'workflow' } as const;
const SLOT_SECONDS = 10;
const WARMUP_SLOTS = 6;
const PLANNED = 60;

export interface FixtureWish {
  readonly id: string;
  readonly name: string;
  readonly state: State;
  readonly createdAt: Instant;
  /** measured slots, warm-up not counted */
  readonly measured: number;
  readonly verdict?: 'promote' | 'abort_limit' | 'cancelled';
  readonly epoch?: number;
  readonly cleanup?: ExperimentView['cleanup'];
  readonly allowedCommands: ExperimentView['allowedCommands'];
  /** slots without values of the candidate */
  readonly gaps?: readonly number[];
}

const settings = (name: string): CompleteSettings =>
  ({
    name,
    description: '',
    type: 'ab_test',
    baselinePipeline: { template: 'baseline', parameters: {} },
    candidatePipeline: { template: 'top-k', parameters: {} },
    targets: [{ clusterId: CLUSTER }],
    durationSeconds: PLANNED * SLOT_SECONDS,
    mayEndInconclusive: false,
    warmupSeconds: WARMUP_SLOTS * SLOT_SECONDS,
    slotSeconds: SLOT_SECONDS,
    collectionIntervalSeconds: 5,
    criticalProcesses: [...CRITICAL],
    successCriteria: [...DEFAULT_CRITERIA],
    labels: {},
  }) as CompleteSettings;

/** Everything that the API would answer about an experiment that came so far. */
export const fixtureExperiment = (wish: FixtureWish): FixtureExperiment => {
  const epoch = wish.epoch ?? (wish.state === 'draft' ? 0 : 1);
  const startedAt = wish.state === 'draft' ? null : secondsAfter(wish.createdAt, 40);
  const slotsFrom = secondsAfter(wish.createdAt, 70);
  const slotCount = startedAt === null ? 0 : WARMUP_SLOTS + wish.measured;
  const series = (metric: MetricName): MetricSeries => seriesOf(metric, slotsFrom, slotCount, wish.gaps ?? []);
  const looks = wish.measured < 5 ? [] : looksOf(series, epoch, slotCount);
  const newest = looks.at(-1) ?? null;
  const endAt = secondsAfter(slotsFrom, slotCount * SLOT_SECONDS + 8);
  const verdict = wish.verdict === undefined ? null : verdictOf(wish.verdict, newest, endAt);
  const isOver = ['ended', 'rolled_back', 'promoted'].includes(wish.state);
  const transitions = transitionsOf(wish, epoch, startedAt, slotsFrom, endAt);
  const view = ExperimentView.parse({
    ...settings(wish.name),
    id: wish.id,
    tenantId: 'demo',
    version: transitions.length,
    epoch,
    state: wish.state,
    createdAt: wish.createdAt,
    createdBy: PERSON,
    updatedAt: transitions.at(-1)?.at ?? wish.createdAt,
    startedAt,
    endsAt: wish.measured === 0 ? null : secondsAfter(slotsFrom, (WARMUP_SLOTS + PLANNED) * SLOT_SECONDS),
    completedAt: isOver ? endAt : null,
    nodes: startedAt === null ? [] : NODES.map((node) => ({ clusterId: CLUSTER, node })),
    slotsPlanned: PLANNED,
    slotsMeasured: wish.measured,
    latestLook: newest,
    verdict,
    cleanup: wish.cleanup ?? (isOver ? 'done' : startedAt === null ? 'not_needed' : 'pending'),
    reason: null,
    promotion: wish.state === 'promoted' ? { deploymentId: `pdep-${wish.id.slice(4)}-1`, at: endAt, by: PERSON } : null,
    allowedCommands: wish.allowedCommands,
  });
  const rendered = renderComparison(
    { baseline: PipelineChoice.parse(view.baselinePipeline), candidate: PipelineChoice.parse(view.candidatePipeline) },
    { criticalProcesses: CRITICAL, collectionIntervalSeconds: 5, remoteWriteAuth: 'none' },
    sha256,
  );
  if (!rendered.accepted) throw new Error(rendered.refusal.message);
  return { view, transitions, looks, series, rendered: rendered.value };
};

/** A wave that looks like measurements: no chance, so every picture is the same. */
const wave = (slot: number, phase: number): number =>
  Math.sin(slot * 0.9 + phase) * 0.5 + Math.sin(slot * 0.37 + phase * 2) * 0.35 + Math.cos(slot * 2.1 + phase) * 0.15;

const LEVELS: Readonly<Record<MetricName, readonly [baseline: number, candidate: number, noise: number]>> = {
  active_series: [1684, 212, 0.004],
  exported_points: [3368, 424, 0.02],
  exported_bytes: [48_200, 8_900, 0.03],
  accepted_points: [3368, 3368, 0.004],
  collector_cpu_seconds: [0.31, 0.29, 0.18],
  collector_memory_bytes: [71_300_000, 68_900_000, 0.02],
  failed_points: [0, 0, 0],
  critical_processes_missing: [0, 0, 0],
};

const seriesOf = (metric: MetricName, slotsFrom: Instant, count: number, gaps: readonly number[]): MetricSeries => {
  const [baseline, candidate, noise] = LEVELS[metric];
  const slots = Array.from({ length: count }, (_, slot) => slot);
  const reading = (level: number, slot: number, phase: number, isGap: boolean): Reading =>
    isGap ? { missing: 'source_unreachable' } : { value: roundTo(level * (1 + noise * wave(slot, phase)), metric) };
  const variant = (name: 'baseline' | 'candidate', level: number, phase: number) => ({
    variant: name,
    pooled: slots.map((slot) => reading(level, slot, phase, name === 'candidate' && gaps.includes(slot))),
    nodes: NODES.map((node, index) => ({
      node,
      readings: slots.map((slot) =>
        reading(level / NODES.length, slot, phase + index, name === 'candidate' && gaps.includes(slot)),
      ),
    })),
  });
  return MetricSeries.parse({
    metric,
    title: METRICS[metric].title,
    unit: METRICS[metric].unit,
    slots: slots.map((slot) => ({
      slot,
      endsAt: secondsAfter(slotsFrom, (slot + 1) * SLOT_SECONDS),
      phase: slot < WARMUP_SLOTS ? 'warmup' : 'measured',
    })),
    variants: [variant('baseline', baseline, 0.4), variant('candidate', candidate, 1.9)],
  });
};

const roundTo = (value: number, metric: MetricName): number =>
  metric === 'collector_cpu_seconds' ? Number(value.toFixed(4)) : Math.round(value);

const looksOf = (series: (metric: MetricName) => MetricSeries, epoch: number, count: number): readonly Look[] =>
  Array.from({ length: count - WARMUP_SLOTS - 4 }, (_, index) => {
    const slot = WARMUP_SLOTS + 4 + index;
    const used = slot - WARMUP_SLOTS + 1;
    const effects = DEFAULT_CRITERIA.map((criterion) => effectOf(criterion, series, slot, used));
    const points = effects.find(({ role }) => role === 'primary');
    const percent = (value: number | null | undefined) => Math.abs(Math.round((value ?? 0) * 1000) / 10);
    return Look.parse({
      epoch,
      slot,
      at: secondsAfter((series('exported_points').slots[slot]?.endsAt ?? '') as Instant, 3),
      sentence: `So far the candidate exports ${percent(points?.effect)} % fewer points (${percent(points?.upper)} to ${percent(points?.lower)}). No guardrail is worse. Critical processes: 4 of 4.`,
      verdictSoFar: null,
      effects,
      slotsUsed: used,
      slotsMissing: 0,
      inputHash: sha256(`input ${epoch} ${slot}`),
      codeVersion: 'fixture-0000000',
      nodeVersion: 'v24.0.0',
    });
  });

const effectOf = (
  criterion: Criterion,
  series: (metric: MetricName) => MetricSeries,
  slot: number,
  used: number,
): Effect => {
  const { role, metric } = criterion;
  if (criterion.role === 'limit') return limitOf(criterion.metric, criterion.maximum, used);
  const isDerived = metric === 'critical_coverage' || metric === 'lost_points_ratio';
  const level = isDerived
    ? ([metric === 'critical_coverage' ? 1 : 0, metric === 'critical_coverage' ? 1 : 0, 0] as const)
    : LEVELS[metric];
  const scale = isDerived || level[0] === 0 ? 'difference' : 'ratio';
  const upTo = isDerived ? [] : (series(metric).variants[1]?.pooled.slice(WARMUP_SLOTS, slot + 1) ?? []);
  const values = upTo.flatMap((reading) => ('value' in reading ? [reading.value] : []));
  const mean = values.length === 0 ? level[1] : values.reduce((sum, value) => sum + value, 0) / values.length;
  const effect = scale === 'ratio' ? mean / level[0] - 1 : mean - level[0];
  const half = (level[2] * 2.6 * Math.max(mean / (level[0] || 1), 0.05)) / Math.sqrt(used);
  const [lower, upper] = isDerived || level[0] === 0 ? [effect, effect] : [effect - half, effect + half];
  const margin =
    criterion.role === 'primary'
      ? -criterion.minimumSavingRatio
      : criterion.role === 'guardrail'
        ? metric === 'critical_coverage'
          ? -criterion.marginRatio
          : criterion.marginRatio
        : null;
  return {
    metric,
    title: isDerived
      ? metric === 'critical_coverage'
        ? 'Critical processes seen'
        : 'Lost points'
      : METRICS[metric].title,
    role,
    verdict: role === 'primary' ? 'better' : scale === 'difference' ? 'no_variation' : upper < 0 ? 'better' : 'unclear',
    effect,
    lower,
    upper,
    scale,
    margin,
    slots: used,
    slotsMissing: upTo.length - values.length,
    effectiveSlots: isDerived ? null : used * 0.42,
    baselineMean: level[0],
    candidateMean: mean,
    unit: isDerived ? 'share' : METRICS[metric].unit,
    sentence: `${metric} of the candidate against the baseline over ${used} slots.`,
  };
};

/** A limit compares nothing: what the candidate shows, and the line. */
const limitOf = (metric: CriterionMetric, maximum: number, used: number): Effect => {
  const measured = MetricName.parse(metric);
  return {
    metric,
    title: METRICS[measured].title,
    role: 'limit',
    verdict: 'not_worse',
    effect: null,
    lower: null,
    upper: null,
    scale: 'difference',
    margin: maximum,
    slots: used,
    slotsMissing: 0,
    effectiveSlots: null,
    baselineMean: LEVELS[measured][0],
    candidateMean: LEVELS[measured][1],
    unit: METRICS[measured].unit,
    sentence: `${METRICS[measured].title}: within ${maximum} ${METRICS[measured].unit} on every node`,
  };
};

const SENTENCES: Readonly<Record<NonNullable<FixtureWish['verdict']>, string>> = {
  promote:
    'On the two measured nodes the candidate exports 87.4 % fewer points (87.1 to 87.7), and nothing that matters got worse. This is a screening of ten minutes against a hypothetical baseline: enough for a canary, not for a fleet.',
  abort_limit:
    'Ended early: the candidate lost postgres on node-2 in 2 of 3 slots, which the limit on critical processes does not allow. The collectors were removed, and that was verified.',
  cancelled: 'Stopped by a person: the nodes were needed for an incident. Nothing can be said about the candidate.',
};

const verdictOf = (verdict: NonNullable<FixtureWish['verdict']>, look: Look | null, at: Instant): Verdict =>
  Verdict.parse({
    verdict,
    sentence: SENTENCES[verdict],
    explanation:
      verdict === 'promote'
        ? [
            'Exported points: 87.4 % less, interval 87.1 to 87.7; at least 5 % were asked for.',
            'Critical processes: seen by both variants in every slot.',
            'Lost points: none in either variant.',
          ]
        : [],
    whatWouldHaveChanged: verdict === 'promote' ? 'A saving below 5 % would have led to “no benefit”.' : null,
    strength: 'screening',
    hypotheticalBaseline: true,
    trust:
      verdict === 'promote'
        ? [
            {
              name: 'equal_input',
              outcome: 'passed',
              sentence: 'Scraped points: 0.21 % less for the candidate in all, within 1 %.',
            },
            { name: 'clock', outcome: 'unknown', sentence: 'Nobody said whether the clocks agreed.' },
          ]
        : [],
    onMeasuredNodes:
      verdict === 'abort_limit'
        ? (look?.effects ?? []).map((effect) =>
            effect.metric === 'critical_processes_missing' ? { ...effect, verdict: 'worse', candidateMean: 1 } : effect,
          )
        : (look?.effects ?? []),
    ifRolledOut: null,
    decidedAtSlot: look?.slot ?? null,
    at,
  });

const PATHS: Readonly<Record<string, readonly State[]>> = {
  draft: ['draft'],
  running: ['draft', 'validating', 'provisioning', 'warming', 'running'],
  awaiting_approval: ['draft', 'validating', 'provisioning', 'warming', 'running', 'deciding', 'awaiting_approval'],
  rolled_back: ['draft', 'validating', 'provisioning', 'warming', 'running', 'rolling_back', 'rolled_back'],
  ended: ['draft', 'validating', 'ended'],
};

const CAUSES: Readonly<Record<string, string>> = {
  draft: 'created',
  validating: 'started',
  provisioning: 'every check passed',
  warming: 'both variants are ready on every node',
  running: 'warm-up is over',
  deciding: 'the horizon is reached',
  awaiting_approval: 'the verdict is promote',
  rolling_back: 'the limit on critical_processes_missing was crossed in 2 of 3 slots',
  rolled_back: 'the cluster is as it was before, read back object by object',
  ended: 'stopped: the nodes were needed for an incident',
};

const transitionsOf = (
  wish: FixtureWish,
  epoch: number,
  startedAt: Instant | null,
  slotsFrom: Instant,
  endAt: Instant,
): readonly Transition[] => {
  const times: Readonly<Record<string, Instant>> = {
    draft: wish.createdAt,
    validating: startedAt ?? wish.createdAt,
    provisioning: secondsAfter(slotsFrom, -20),
    warming: slotsFrom,
    running: secondsAfter(slotsFrom, WARMUP_SLOTS * SLOT_SECONDS),
  };
  return (PATHS[wish.state] ?? ['draft']).map((to, index, path) =>
    Transition.parse({
      epoch: to === 'draft' ? 0 : epoch,
      seq: index + 1,
      at: times[to] ?? secondsAfter(endAt, index),
      from: path[index - 1] ?? null,
      to,
      actor: to === 'draft' || to === 'validating' || to === 'ended' ? PERSON : WORKFLOW,
      cause: CAUSES[to],
    }),
  );
};
