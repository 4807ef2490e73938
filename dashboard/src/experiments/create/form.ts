import { type Criterion, type CriterionMetric, DEFAULT_CRITERIA } from '../../../../src/experiments/domain/settings.ts';
import { parseDuration } from '../../../../src/kernel/duration.ts';
import { ClusterId } from '../../../../src/kernel/identity.ts';
import type { FieldError } from '../../../../src/kernel/outcome.ts';
import type { PipelineView } from '../../../../src/pipelines/contract/views.ts';
import {
  type ParameterValue,
  type Template,
  TemplateName,
  type TemplateParameter,
} from '../../../../src/pipelines/domain/template.ts';
import type { SettingsInput } from '../../api/queries.ts';
import { parseVariantText } from '../../pipelines/variant-text.ts';

/** One side of the comparison as typed: a template with texts by name of parameter, or a revision of a pipeline. */
export interface PipelineForm {
  /** the name of a template, or `pipe-0123456789ab@3` */
  readonly runs: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A criterion as typed; numbers in percent where people think in percent. */
export type CriterionForm =
  | { readonly role: 'primary'; readonly metric: CriterionMetric; readonly minimumSavingPercent: string }
  | {
      readonly role: 'guardrail';
      readonly metric: CriterionMetric;
      readonly marginPercent: string;
      readonly abortMarginPercent: string;
    }
  | {
      readonly role: 'limit';
      readonly metric: CriterionMetric;
      readonly maximum: string;
      readonly breaches: number;
      readonly of: number;
    }
  | { readonly role: 'diagnostic'; readonly metric: CriterionMetric };

export interface ExperimentForm {
  /** empty: the suggestion holds */
  readonly name: string;
  readonly baseline: PipelineForm;
  readonly candidate: PipelineForm;
  readonly clusterId: string;
  /** empty: every ready node */
  readonly nodeNames: readonly string[];
  /** empty: as long as the planner finds necessary */
  readonly duration: string;
  readonly mayEndInconclusive: boolean;
  readonly warmup: string;
  readonly slot: string;
  readonly interval: string;
  readonly critical: string;
  readonly criteria: readonly CriterionForm[];
}

const MEBI = 1024 * 1024;

/** Bytes are typed in MiB. */
export const limitFactor = (metric: CriterionMetric): number => (metric.endsWith('_bytes') ? MEBI : 1);

const percent = (ratio: number): string => String(Number((ratio * 100).toPrecision(6)));

const toForm = (criterion: Criterion): CriterionForm => {
  const { role, metric } = criterion;
  switch (role) {
    case 'primary':
      return { role, metric, minimumSavingPercent: percent(criterion.minimumSavingRatio) };
    case 'guardrail':
      return {
        role,
        metric,
        marginPercent: percent(criterion.marginRatio),
        abortMarginPercent: criterion.abortMarginRatio === undefined ? '' : percent(criterion.abortMarginRatio),
      };
    case 'limit':
      return {
        role,
        metric,
        maximum: String(criterion.maximum / limitFactor(metric)),
        breaches: criterion.breaches,
        of: criterion.of,
      };
    case 'diagnostic':
      return { role, metric };
  }
};

export const EMPTY_FORM: ExperimentForm = {
  name: '',
  baseline: { runs: '', parameters: {} },
  candidate: { runs: '', parameters: {} },
  clusterId: '',
  nodeNames: [],
  duration: '',
  mayEndInconclusive: false,
  warmup: '5m',
  slot: '1m',
  interval: '10s',
  critical: '',
  criteria: DEFAULT_CRITERIA.map(toForm),
};

export const suggestedName = (
  { candidate, baseline }: ExperimentForm,
  clusterName: string | undefined,
  pipelines: readonly KnownPipeline[] = [],
): string => {
  if (candidate.runs === '' || baseline.runs === '') return '';
  const words = (runs: string): string => {
    const reference = parseVariantText(runs);
    const known = pipelines.find(({ id }) => id === reference?.pipelineId);
    return known === undefined ? runs : `${known.name} ${reference?.revision ?? ''}`.trim();
  };
  const place = clusterName === undefined ? '' : ` on ${clusterName}`;
  return `${words(candidate.runs)} against ${words(baseline.runs)}${place}`.slice(0, 100);
};

/** What a form has to know of a pipeline. */
export type KnownPipeline = Pick<PipelineView, 'id' | 'name'>;

/** What was typed as settings, and everything in it that cannot be read. Whether it makes sense, the API says. */
export const readForm = (
  form: ExperimentForm,
  templates: readonly Template[],
  clusterName: string | undefined,
  pipelines: readonly KnownPipeline[] = [],
): { readonly settings: SettingsInput | null; readonly errors: readonly FieldError[] } => {
  const errors: FieldError[] = [];
  const complain = (pointer: string, message: string): void => {
    errors.push({ pointer, code: 'unreadable', message });
  };
  const seconds = (pointer: string, text: string): number => {
    const read = parseDuration(text.replaceAll(' ', ''));
    if (!read.accepted) complain(pointer, `"${text}" is not a duration; write for example 90s, 30m or 1h30m`);
    return read.accepted ? read.value : 0;
  };
  const numberOf = (pointer: string, text: string): number => {
    const value = Number(text.trim().replace(',', '.'));
    if (text.trim() === '') complain(pointer, 'a number is missing here');
    else if (!Number.isFinite(value)) complain(pointer, `"${text}" is not a number`);
    return Number.isFinite(value) ? value : 0;
  };
  const pipeline = (pointer: string, { runs, parameters }: PipelineForm) => {
    const reference = parseVariantText(runs);
    if (reference !== null) return reference;
    const known = templates.find(({ name }) => name === runs);
    if (known === undefined) {
      const unknown = runs === '' ? '' : `there is no template ${runs}; `;
      complain(`${pointer}/template`, `${unknown}choose a template or a pipeline`);
    }
    return {
      template: TemplateName.safeParse(runs).data ?? '',
      parameters: Object.fromEntries(
        (known?.parameters ?? []).flatMap((parameter) => {
          const text = parameters[parameter.name];
          return text === undefined || text.trim() === ''
            ? []
            : [
                [
                  parameter.name,
                  readParameter(parameter, text, () =>
                    complain(`${pointer}/parameters/${parameter.name}`, `"${text}" is not ${WANTED[parameter.type]}`),
                  ),
                ],
              ];
        }),
      ),
    };
  };
  const criterion = (given: CriterionForm, index: number): Criterion => {
    const at = `/success_criteria/${index}`;
    switch (given.role) {
      case 'primary':
        return {
          role: 'primary',
          metric: given.metric,
          minimumSavingRatio: numberOf(`${at}/minimum_saving_ratio`, given.minimumSavingPercent) / 100,
        };
      case 'guardrail':
        return {
          role: 'guardrail',
          metric: given.metric,
          marginRatio: numberOf(`${at}/margin_ratio`, given.marginPercent) / 100,
          ...(given.abortMarginPercent.trim() === ''
            ? {}
            : { abortMarginRatio: numberOf(`${at}/abort_margin_ratio`, given.abortMarginPercent) / 100 }),
        };
      case 'limit':
        return {
          role: 'limit',
          metric: given.metric,
          maximum: numberOf(`${at}/maximum`, given.maximum) * limitFactor(given.metric),
          breaches: given.breaches,
          of: given.of,
        };
      case 'diagnostic':
        return { role: 'diagnostic', metric: given.metric };
    }
  };
  const clusterId = ClusterId.safeParse(form.clusterId).data;
  if (clusterId === undefined) complain('/targets/0/cluster_id', 'choose a cluster');
  if (namesIn(form.critical).length === 0 && form.criteria.some(({ metric }) => ABOUT_CRITICAL.includes(metric))) {
    complain('/critical_processes', 'name at least one, or take the criteria about critical processes away below');
  }
  const settings: SettingsInput = {
    name: form.name.trim() === '' ? suggestedName(form, clusterName, pipelines) : form.name.trim(),
    baselinePipeline: pipeline('/baseline_pipeline', form.baseline),
    candidatePipeline: pipeline('/candidate_pipeline', form.candidate),
    targets: [
      { clusterId: form.clusterId, ...(form.nodeNames.length === 0 ? {} : { nodeNames: [...form.nodeNames] }) },
    ],
    ...(form.duration.trim() === '' ? {} : { durationSeconds: seconds('/duration_seconds', form.duration) }),
    mayEndInconclusive: form.mayEndInconclusive,
    warmupSeconds: seconds('/warmup_seconds', form.warmup),
    slotSeconds: seconds('/slot_seconds', form.slot),
    collectionIntervalSeconds: seconds('/collection_interval_seconds', form.interval),
    criticalProcesses: namesIn(form.critical),
    successCriteria: form.criteria.map(criterion),
  };
  return { settings: errors.length === 0 ? settings : null, errors };
};

const ABOUT_CRITICAL: readonly CriterionMetric[] = ['critical_coverage', 'critical_processes_missing'];

/** Names separated by commas or spaces. */
export const namesIn = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== '');

const WANTED: Readonly<Record<TemplateParameter['type'], string>> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  string_list: 'a list of names',
};

const readParameter = (parameter: TemplateParameter, text: string, complain: () => void): ParameterValue => {
  switch (parameter.type) {
    case 'integer':
    case 'number': {
      const value = Number(text.trim().replace(',', '.'));
      if (!Number.isFinite(value)) complain();
      return value;
    }
    case 'boolean':
      if (!['true', 'false'].includes(text.trim())) complain();
      return text.trim() === 'true';
    case 'string':
      return text;
    case 'string_list':
      return namesIn(text);
  }
};
