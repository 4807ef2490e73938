import type { Given } from './reading.ts';

// Arguments that are written out in the text; undefined where they are not.

export const writtenText = (given: Given, parameter: string): string | undefined => {
  const value = given(parameter);
  return value?.kind === 'text' ? value.value : undefined;
};

export const writtenTexts = (given: Given, parameter: string): readonly string[] | undefined => {
  const value = given(parameter);
  if (value?.kind !== 'list') return undefined;
  const texts = value.items.flatMap((item) => (item.kind === 'text' ? [item.value] : []));
  return texts.length === value.items.length ? texts : undefined;
};

export const writtenNumber = (given: Given, parameter: string): number | undefined => {
  const value = given(parameter);
  return value?.kind === 'integer' || value?.kind === 'decimal' ? Number(value.value) : undefined;
};

export const writtenBoolean = (given: Given, parameter: string): boolean | undefined => {
  const value = given(parameter);
  return value?.kind === 'boolean' ? value.value : undefined;
};
