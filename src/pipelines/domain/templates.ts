import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Template } from './template.ts';
import type { TemplateDefinition } from './template-definition.ts';
import { baseline } from './templates/baseline.ts';
import { topK } from './templates/top-k.ts';

/** Every template, newest version of each first. A published version never changes: a change is a new version. */
const DEFINITIONS: readonly TemplateDefinition[] = [baseline, topK];

/** What people see, in the order of the list. */
export const TEMPLATES: readonly Template[] = DEFINITIONS.map(({ template }) => template);

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
