import type { MetricSet } from './metric-set.ts';
import type { Settings } from './settings-tree.ts';
import type { ParameterValue, Template } from './template.ts';

/** A template as code: what people see of it, what it collects, and the settings that it adds to the frame. */
export interface TemplateDefinition {
  readonly template: Template;
  /** what it collects when it is not compared with anything */
  readonly metricSet: MetricSet;
  /** metrics of processes that its processors look at, in the form that they need */
  readonly neededMetrics: MetricSet['processMetrics'];
  readonly content: (wish: TemplateWish) => TemplateContent;
}

/** Everything that a template may use; all names in it are safe already. */
export interface TemplateWish {
  readonly parameters: Readonly<Record<string, ParameterValue>>;
  readonly criticalProcesses: readonly string[];
  readonly metricSet: MetricSet;
  readonly collectionIntervalSeconds: number;
}

export interface TemplateContent {
  readonly settings: Settings;
  /** each component of its pipelines in one sentence, in order */
  readonly explanation: readonly { readonly component: string; readonly sentence: string }[];
}

// Parameters were checked against their declarations before: another type here is our own mistake.

export const numberOf = (parameters: TemplateWish['parameters'], name: string): number => {
  const value = parameters[name];
  if (typeof value !== 'number') throw new Error(`parameter ${name} is not a number`);
  return value;
};

export const listOf = (parameters: TemplateWish['parameters'], name: string): readonly string[] => {
  const value = parameters[name];
  if (!Array.isArray(value)) throw new Error(`parameter ${name} is not a list`);
  return value;
};
