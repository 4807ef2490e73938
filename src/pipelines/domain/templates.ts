import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Template } from './template.ts';
import type { TemplateDefinition } from './template-definition.ts';
import { adaptive } from './templates/adaptive.ts';
import { aggregated } from './templates/aggregated.ts';
import { baseline } from './templates/baseline.ts';
import { growthGuard } from './templates/growth-guard.ts';
import { hybrid } from './templates/hybrid.ts';
import { intelligent } from './templates/intelligent.ts';
import { logNoise } from './templates/log-noise.ts';
import { mainCollector } from './templates/main-collector.ts';
import { minimal } from './templates/minimal.ts';
import { observerCollector } from './templates/observer-collector.ts';
import { priorityFilter } from './templates/priority-filter.ts';
import { prunedAttributes } from './templates/pruned-attributes.ts';
import { sameInputShadow } from './templates/same-input-shadow.ts';
import { tailSampling } from './templates/tail-sampling.ts';
import { topK } from './templates/top-k.ts';
import { twoSpeed } from './templates/two-speed.ts';

/**
 * Every template, newest version of each first. A published version never changes: a change is a new version, and
 * docs/templates.generated.md has the digest of each.
 */
const DEFINITIONS: readonly TemplateDefinition[] = [
  baseline,
  topK,
  priorityFilter,
  aggregated,
  hybrid,
  twoSpeed,
  prunedAttributes,
  adaptive,
  intelligent,
  minimal,
  sameInputShadow,
  mainCollector,
  observerCollector,
  logNoise,
  tailSampling,
  growthGuard,
];

/** What people see, in the order of the list: of each template its newest version. */
export const TEMPLATES: readonly Template[] = DEFINITIONS.map(({ template }) => template).filter(
  ({ name }, index, all) => all.findIndex((other) => other.name === name) === index,
);

/** The template of a name, at a version or the newest. */
export const findTemplate = (
  name: string,
  version?: string,
): Outcome<TemplateDefinition, Refusal<'pipeline-template-not-found'>> => {
  const named = DEFINITIONS.filter(({ template }) => template.name === name);
  const found = named.find(({ template }) => version === undefined || template.version === version);
  if (found !== undefined) return accept(found);
  return named.length === 0
    ? refuse(
        'pipeline-template-not-found',
        `there is no template "${name}"; there are ${TEMPLATES.map((each) => each.name).join(', ')}`,
        { template: name },
      )
    : refuse(
        'pipeline-template-not-found',
        `template ${name} has no version ${version}; it has ${named.map(({ template }) => template.version).join(', ')}`,
        { template: name, version },
      );
};
