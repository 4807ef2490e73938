import type { Template } from '../../../src/pipelines/domain/template.ts';

/** Whether it can be a variant of an experiment. */
export const isForExperiments = ({ use }: Pick<Template, 'use'>): boolean => use === 'experiment';

/** Whether it is worth an experiment: a variant that does something else than the baseline. */
export const isWorthTrying = ({ kind, use }: Pick<Template, 'kind' | 'use'>): boolean =>
  kind !== 'baseline' && isForExperiments({ use });
