import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { FieldError, Outcome, Refusal } from '../../kernel/outcome.ts';
import type { RenderedPipeline } from '../../pipelines/domain/template.ts';
import type { CompleteSettings } from './experiment.ts';
import { mostWatched, slotsPlanned } from './schedule.ts';
import {
  type Criterion,
  type CriterionMetric,
  DEFAULT_CRITERIA,
  type ExperimentSettings,
  type VariantPipeline,
} from './settings.ts';

/** What the stage demands of a duration; small on a laptop, 30 min elsewhere. */
export interface Floors {
  readonly minimumHorizonSeconds: number;
  readonly minimumWarmupSeconds: number;
}

/** Whether each variant can be rendered, and if not, why; pointers of errors are below the variant. */
export interface Rendered {
  readonly baselinePipeline: Outcome<Pick<RenderedPipeline, 'slowestIntervalSeconds'>, Refusal>;
  readonly candidatePipeline: Outcome<Pick<RenderedPipeline, 'slowestIntervalSeconds'>, Refusal>;
}

/** Fewer judged slots than this cannot decide anything (statistics: five pairs are the least for a test). */
export const MINIMUM_SLOTS = 6;
/** Promotion evidence would outgrow the judge: 14 days of 5 s. */
export const MAXIMUM_SLOTS = 250_000;

/** What a worker's memory holds, measured: nodes times judged slots times metrics. */
export const MAXIMUM_READINGS = 1_500_000;

/** Too many nodes for so many slots: known once the nodes are. Null when it can be judged. */
export const tooMuchToJudge = (settings: CompleteSettings, nodeCount: number): FieldError | null => {
  const slots = slotsPlanned(settings) + mostWatched(settings);
  // equal input is asked besides
  const metrics = settings.successCriteria.length + 1;
  return nodeCount * slots * metrics <= MAXIMUM_READINGS
    ? null
    : finding(
        '/slot_seconds',
        'too-much-to-judge',
        `${nodeCount} nodes, ${slots} slots (those watched after the verdict are among them) and ${metrics} metrics are more than ${MAXIMUM_READINGS} readings of a variant; use longer slots or fewer nodes`,
      );
};

/** Criteria that ask about critical processes, so they need their names. */
const ABOUT_CRITICAL: readonly CriterionMetric[] = ['critical_coverage', 'critical_processes_missing'];

/** Settings with every default spelled out; the duration is the planner's where a person says none. */
export const completeSettings = (settings: ExperimentSettings, chosenSeconds: number): CompleteSettings => ({
  ...settings,
  durationSeconds: settings.durationSeconds ?? chosenSeconds,
  successCriteria: [...criteriaOf(settings)],
});

/**
 * An omitted criterion takes its documented default, never zero; without critical processes the defaults do not ask
 * about any.
 */
const criteriaOf = ({ successCriteria, criticalProcesses }: ExperimentSettings): readonly Criterion[] =>
  successCriteria ??
  DEFAULT_CRITERIA.filter(({ metric }) => criticalProcesses.length > 0 || !ABOUT_CRITICAL.includes(metric));

/** Every check that needs no cluster, all findings at once; pointers are in wire names. Empty means that it can be run. */
export const checkSetup = (settings: ExperimentSettings, floors: Floors, rendered: Rendered): readonly FieldError[] => [
  ...clockFindings(settings, floors),
  ...targetFindings(settings),
  ...criteriaFindings(settings),
  ...duplicateFindings(settings.criticalProcesses),
  ...pipelineFindings(settings, rendered),
];

const finding = (pointer: string, code: string, message: string): FieldError => ({ pointer, code, message });

const clockFindings = (settings: ExperimentSettings, floors: Floors): readonly FieldError[] => {
  const { slotSeconds, collectionIntervalSeconds, durationSeconds, warmupSeconds } = settings;
  return [
    ...(slotSeconds < 2 * collectionIntervalSeconds
      ? [
          finding(
            '/slot_seconds',
            'slot-too-short',
            `a slot of ${slotSeconds} s holds fewer than two collections of ${collectionIntervalSeconds} s; use slots of at least ${2 * collectionIntervalSeconds} s or collect more often`,
          ),
        ]
      : []),
    ...(durationSeconds === undefined ? [] : durationFindings(durationSeconds, slotSeconds, floors)),
    ...(warmupSeconds < floors.minimumWarmupSeconds
      ? [
          finding(
            '/warmup_seconds',
            'warmup-too-short',
            `${warmupSeconds} s is less than this stage's minimum of ${floors.minimumWarmupSeconds} s`,
          ),
        ]
      : []),
  ];
};

const durationFindings = (durationSeconds: number, slotSeconds: number, floors: Floors): readonly FieldError[] => {
  const slots = Math.ceil(durationSeconds / slotSeconds);
  return [
    ...(durationSeconds < floors.minimumHorizonSeconds
      ? [
          finding(
            '/duration_seconds',
            'duration-too-short',
            `${durationSeconds} s is less than this stage's minimum of ${floors.minimumHorizonSeconds} s`,
          ),
        ]
      : []),
    ...(slots < MINIMUM_SLOTS
      ? [
          finding(
            '/duration_seconds',
            'too-few-slots',
            `${durationSeconds} s are ${slots} slots of ${slotSeconds} s; at least ${MINIMUM_SLOTS} slots are needed to decide anything`,
          ),
        ]
      : []),
    ...(slots > MAXIMUM_SLOTS
      ? [finding('/slot_seconds', 'too-many-slots', `${slots} slots are more than ${MAXIMUM_SLOTS}; use longer slots`)]
      : []),
  ];
};

const targetFindings = ({ targets }: ExperimentSettings): readonly FieldError[] => [
  ...targets.flatMap((target, index) =>
    target.nodeNames !== undefined && target.nodeSelector !== undefined
      ? [
          finding(
            `/targets/${index}`,
            'target-ambiguous',
            'say node_names or node_selector, not both; neither means every ready node',
          ),
        ]
      : [],
  ),
  ...targets.flatMap((target, index) =>
    targets.slice(0, index).some((earlier) => earlier.clusterId === target.clusterId)
      ? [finding(`/targets/${index}/cluster_id`, 'target-repeated', `${target.clusterId} is already a target`)]
      : [],
  ),
];

/** Metrics that criteria with a margin or a saving can be asked of, by role. */
const LIMIT_ONLY: readonly CriterionMetric[] = ['critical_processes_missing'];
const COST_METRICS: readonly CriterionMetric[] = ['active_series', 'exported_points', 'exported_bytes'];

const criteriaFindings = (settings: ExperimentSettings): readonly FieldError[] => {
  const criteria = criteriaOf(settings);
  const primaries = criteria.filter(({ role }) => role === 'primary').length;
  return [
    ...(primaries < 1 || primaries > 2
      ? [
          finding(
            '/success_criteria',
            'primaries-count',
            `found ${primaries} primary criteria; say what must get cheaper with one, or at most two`,
          ),
        ]
      : []),
    ...criteria.flatMap((criterion, index) => criterionFindings(criterion, `/success_criteria/${index}`)),
    ...criteria.flatMap(({ metric }, index) =>
      settings.criticalProcesses.length === 0 && ABOUT_CRITICAL.includes(metric)
        ? [
            finding(
              `/success_criteria/${index}/metric`,
              'critical-processes-missing',
              `${metric} asks about critical processes, and none is named; fill critical_processes`,
            ),
          ]
        : [],
    ),
    ...criteria.flatMap((criterion, index) =>
      criteria.slice(0, index).some((earlier) => isSameQuestion(earlier, criterion))
        ? [
            finding(
              `/success_criteria/${index}/metric`,
              'criterion-repeated',
              `${criterion.metric} already has a criterion of this kind`,
            ),
          ]
        : [],
    ),
  ];
};

/** A metric may have one line and one statistical question; more would contradict each other. */
const isSameQuestion = (a: Criterion, b: Criterion): boolean =>
  a.metric === b.metric && (a.role === 'limit') === (b.role === 'limit');

const criterionFindings = (criterion: Criterion, pointer: string): readonly FieldError[] => {
  const { role, metric } = criterion;
  if (role === 'primary' && !COST_METRICS.includes(metric)) {
    return [
      finding(
        `${pointer}/metric`,
        'primary-is-no-cost',
        `a primary saves one of ${COST_METRICS.join(', ')}; found ${metric}`,
      ),
    ];
  }
  if (role === 'guardrail' && LIMIT_ONLY.includes(metric)) {
    return [
      finding(
        `${pointer}/metric`,
        'guardrail-needs-limit',
        `${metric} counts things; ask it of a limit with a maximum`,
      ),
    ];
  }
  if (role === 'guardrail' && (criterion.abortMarginRatio ?? 0) > criterion.marginRatio) {
    return [
      finding(
        `${pointer}/abort_margin_ratio`,
        'abort-margin-above-margin',
        `${criterion.abortMarginRatio} is more than the margin ${criterion.marginRatio}; harm beyond the margin must be able to abort`,
      ),
    ];
  }
  if (role === 'limit' && criterion.breaches > criterion.of) {
    return [
      finding(
        `${pointer}/breaches`,
        'breaches-above-of',
        `${criterion.breaches} breaches of ${criterion.of} slots can never be seen`,
      ),
    ];
  }
  if (role === 'limit' && metric === 'critical_coverage') {
    return [
      finding(
        `${pointer}/metric`,
        'limit-wrong-way',
        'coverage is better when higher; limit critical_processes_missing instead',
      ),
    ];
  }
  return [];
};

const duplicateFindings = (names: readonly string[]): readonly FieldError[] =>
  names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [finding(`/critical_processes/${index}`, 'name-repeated', `${name} is already in the list`)]
      : [],
  );

const PIPELINE_FIELDS = [
  ['baselinePipeline', '/baseline_pipeline'],
  ['candidatePipeline', '/candidate_pipeline'],
] as const;

const pipelineFindings = (settings: ExperimentSettings, rendered: Rendered): readonly FieldError[] => {
  const unrenderable = PIPELINE_FIELDS.flatMap(([field, pointer]) => {
    const outcome = rendered[field];
    if (outcome.accepted) return slowReading(pointer, outcome.value.slowestIntervalSeconds, settings);
    const { code, message, errors } = outcome.refusal;
    return errors === undefined || errors.length === 0
      ? [finding(ABOUT_TEMPLATE.includes(code) ? `${pointer}/template` : pointer, code, message)]
      : errors.map((error) => finding(`${pointer}${error.pointer}`, error.code, error.message));
  });
  if (unrenderable.length > 0) return unrenderable;
  return samePipeline(settings.baselinePipeline, settings.candidatePipeline) && !isControl(settings)
    ? [
        finding(
          '/candidate_pipeline',
          'variants-equal',
          'both variants are the same pipeline; change the candidate, or label the experiment control=aa to measure the noise',
        ),
      ]
    : [];
};

const ABOUT_TEMPLATE: readonly string[] = ['pipeline-template-not-found', 'pipeline-not-comparable'];

/** What is read more rarely than the interval says has to be read twice in a slot all the same, or it seems to be gone. */
const slowReading = (
  pointer: string,
  slowestSeconds: number,
  { slotSeconds, collectionIntervalSeconds }: ExperimentSettings,
): readonly FieldError[] =>
  slowestSeconds > collectionIntervalSeconds && slotSeconds < 2 * slowestSeconds
    ? [
        finding(
          pointer,
          'slot-too-short',
          `it reads some of the node every ${slowestSeconds} s, and a slot of ${slotSeconds} s holds fewer than two of these; use slots of at least ${2 * slowestSeconds} s, or let it read more often`,
        ),
      ]
    : [];

/** An A/A run is a legitimate question; it is asked by its label. */
export const isControl = ({ labels }: Pick<ExperimentSettings, 'labels'>): boolean => labels['control'] === 'aa';

export const samePipeline = (a: VariantPipeline, b: VariantPipeline): boolean => canonicalJson(a) === canonicalJson(b);
