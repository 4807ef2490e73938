import type { ParameterValue, Template } from '../../../src/pipelines/domain/template.ts';

type Values = Readonly<Record<string, ParameterValue>>;

/** Values as fields show them. */
export const parameterTexts = (values: Values): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
  );

/** Fields as values; an unreadable one stays the text that it is, and the API says what is wrong with it. */
export const parameterValues = (
  template: Template,
  texts: Readonly<Record<string, string>>,
): Record<string, ParameterValue> =>
  Object.fromEntries(
    template.parameters.flatMap(({ name, type }) => {
      const text = texts[name] ?? '';
      return text.trim() === '' ? [] : [[name, parameterValue(type, text)]];
    }),
  );

const parameterValue = (type: Template['parameters'][number]['type'], text: string): ParameterValue => {
  switch (type) {
    case 'integer':
    case 'number': {
      const value = Number(text.trim().replace(',', '.'));
      // `0.` is on its way to `0.5`: as a number it would lose the dot under the typing hand
      return Number.isFinite(value) && String(value) === text.trim() ? value : text;
    }
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'string':
      return text;
    case 'string_list':
      return text.split(/\s*,\s*/);
  }
};
