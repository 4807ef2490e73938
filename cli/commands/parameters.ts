import { type ParameterValue, TemplateName } from '../../src/pipelines/domain/template.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandFailure } from '../failure.ts';

/** `name=value` options as parameters: numbers and booleans are read as such, commas make a list. */
export const parseParameters = (assignments: readonly string[]): Record<string, ParameterValue> =>
  Object.fromEntries(
    assignments.map((assignment) => {
      const [name = '', ...rest] = assignment.split('=');
      const text = rest.join('=');
      if (rest.length === 0)
        throw new CommandFailure(EXIT.invalid, `"${assignment}" is not a parameter`, 'write it as name=value');
      return [name, readValue(text)];
    }),
  );

const readValue = (text: string): ParameterValue => {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text !== '' && Number.isFinite(Number(text))) return Number(text);
  return text.includes(',') ? text.split(',') : text;
};

export const parseTemplateName = (text: string): TemplateName => {
  const name = TemplateName.safeParse(text);
  if (name.success) return name.data;
  throw new CommandFailure(
    EXIT.invalid,
    `"${text}" is not the name of a template`,
    '`phoenix template list` shows them',
  );
};

export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
