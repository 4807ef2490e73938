import { LIMITER, STAMP, STORE } from './frame.ts';
import type { MetricSet } from './metric-set.ts';
import type { Settings } from './settings-tree.ts';
import type { FrameSettings, ParameterValue, PipelineNeeds, Template } from './template.ts';

/** A template as code: what people see of it, what it collects, and the settings that it adds to the frame. */
export interface TemplateDefinition {
  readonly template: Template;
  /** what is collected for it when it is not compared with anything, and by the baseline beside it */
  readonly metricSet: MetricSet;
  /** metrics of processes that its processors look at, in the form that they need */
  readonly neededMetrics: MetricSet['processMetrics'];
  /** what no declaration of a single parameter can say: parameters that do not fit together, or not to the wish */
  readonly faults?: (wish: TemplateWish) => readonly ParameterFault[];
  readonly content: (wish: TemplateWish) => TemplateContent;
}

export interface ParameterFault {
  readonly parameter: string;
  readonly message: string;
}

/** Everything that a template may use; all names in it are safe already. */
export interface TemplateWish {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly criticalProcesses: readonly string[];
  readonly metricSet: MetricSet;
  readonly collectionIntervalSeconds: number;
  readonly remoteWriteAuth: FrameSettings['remoteWriteAuth'];
}

export interface TemplateContent {
  readonly settings: Settings;
  /** what each component of its own does, in one sentence; those of the frame have theirs */
  readonly says: Readonly<Record<string, string>>;
  /** where some of it is read more rarely than the wish says */
  readonly slowestIntervalSeconds?: number;
  readonly needs?: Partial<Omit<PipelineNeeds, 'secrets'>>;
}

/** A pipeline of metrics as most templates have it: the frame's limiter first, its stamp and its store last. */
export const toMeasurementStore = (receivers: readonly string[], processors: readonly string[]): Settings => ({
  receivers,
  processors: [LIMITER, ...processors, STAMP],
  exporters: [STORE],
});

// Parameters were checked against their declarations before: another type here is our own mistake.

export const numberOf = ({ parameters }: Pick<TemplateWish, 'parameters'>, name: string): number => {
  const value = parameters[name];
  if (typeof value !== 'number') throw new Error(`parameter ${name} is not a number`);
  return value;
};

export const listOf = ({ parameters }: Pick<TemplateWish, 'parameters'>, name: string): readonly string[] => {
  const value = parameters[name];
  if (!Array.isArray(value)) throw new Error(`parameter ${name} is not a list`);
  return value;
};

export const flagOf = ({ parameters }: Pick<TemplateWish, 'parameters'>, name: string): boolean => {
  const value = parameters[name];
  if (typeof value !== 'boolean') throw new Error(`parameter ${name} is neither true nor false`);
  return value;
};

export const textOf = ({ parameters }: Pick<TemplateWish, 'parameters'>, name: string): string => {
  const value = parameters[name];
  if (typeof value !== 'string') throw new Error(`parameter ${name} is not a text`);
  return value;
};

/** Names without repetitions, in the order of the alphabet: the same wish gives the same bytes. */
export const together = (...lists: readonly (readonly string[])[]): readonly string[] =>
  [...new Set(lists.flat())].sort();
