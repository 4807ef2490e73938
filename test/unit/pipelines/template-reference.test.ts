import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Template, TemplateParameter } from '../../../src/pipelines/domain/template.ts';
import { TEMPLATES } from '../../../src/pipelines/domain/templates.ts';
import { renderedOf } from '../../support/template-grid.ts';

const USES: Readonly<Record<Template['use'], string>> = {
  experiment: 'a variant of an experiment',
  deployment: 'a deployment by itself; no experiment measures it',
  pre_check: 'a check before an experiment: it is a comparison by itself',
  not_yet: 'nothing yet: its components cannot be built at the pinned version',
};

const BUILDS: Readonly<Record<NonNullable<Template['build']>, string>> = {
  slim: 'every build of the collector',
  full: 'the full build (`npm test full`), and the image of the project',
};

const possible = ({ minimum, maximum, unit, validValues }: TemplateParameter): string => {
  if (validValues !== null) return validValues.map((value) => `\`${value}\``).join(' ');
  const inUnit = unit === null ? '' : ` ${unit}`;
  return minimum === null && maximum === null ? '' : `${minimum} to ${maximum}${inUnit}`;
};

const usual = ({ default: value }: TemplateParameter): string => {
  if (!Array.isArray(value)) return `\`${value}\``;
  return value.length === 0 ? 'none' : value.map((each) => `\`${each}\``).join(' ');
};

const section = (template: Template): string => {
  const rendered = renderedOf(template.name);
  return [
    `## ${template.name} ${template.version}`,
    '',
    `**${template.title}.** ${template.documentation}`,
    '',
    `- keeps: ${template.keeps}`,
    `- drops: ${template.drops}`,
    `- mind: ${template.trap}`,
    `- lever: ${template.lever}; signal: ${template.signal}; good for ${USES[template.use]}`,
    `- runs in: ${template.build === null ? 'no build of ours' : BUILDS[template.build]}`,
    `- components: ${template.components.map(({ id, stability }) => `\`${id}\` (${stability})`).join(', ')}`,
    ...(template.parameters.length === 0
      ? []
      : [
          '',
          '| parameter | type | usual | possible | meaning |',
          '| --- | --- | --- | --- | --- |',
          ...template.parameters.map(
            (parameter) =>
              `| \`${parameter.name}\` | ${parameter.type} | ${usual(parameter)} | ${possible(parameter)} | ${parameter.description} |`,
          ),
        ]),
    '',
    ...rendered.explanation.map(({ component, sentence }, index) => `${index + 1}. \`${component}\` ${sentence}`),
    '',
    `With everything as usual, every 10 s: sha256 \`${rendered.sha256}\``,
  ].join('\n');
};

test('the reference of templates, with the digest of each, is committed as it is: a published version never changes', async () => {
  const text = [
    '# Templates',
    '',
    'Made from the templates themselves; `phoenix template show NAME` says the same. How to choose: [templates.md](templates.md).',
    '',
    TEMPLATES.map(section).join('\n\n'),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../../docs/templates.generated.md'));
});
