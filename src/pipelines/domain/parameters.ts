import { accept, type FieldError, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { isSafeExecutableName, SAFE_NAME_RULE } from './executable-names.ts';
import type { ParameterValue, Template, TemplateParameter } from './template.ts';
import type { ParameterFault } from './template-definition.ts';

export type ParameterRefusal = Refusal<'pipeline-parameter-invalid'>;

/** Every parameter of a template with its value: the one given or the default. Refuses with all findings at once. */
export const resolveParameters = (
  template: Template,
  given: Readonly<Record<string, ParameterValue>>,
): Outcome<Readonly<Record<string, ParameterValue>>, ParameterRefusal> => {
  const declared = new Map(template.parameters.map((parameter) => [parameter.name, parameter]));
  const findings = Object.entries(given).flatMap(([name, value]) => {
    const parameter = declared.get(name);
    const message = parameter === undefined ? unknownParameter(template, name) : complaintAbout(parameter, value);
    return message === null ? [] : [finding(`/parameters/${name}`, message)];
  });
  if (findings.length > 0) return refuseAll(findings, { template: template.name });
  return accept(
    Object.fromEntries(template.parameters.map(({ name, default: usual }) => [name, given[name] ?? usual])),
  );
};

/** Names of executables go into settings and queries: one with any other character is refused. */
export const checkExecutableNames = (
  names: readonly string[],
  pointer: string,
): Outcome<readonly string[], ParameterRefusal> => {
  const findings = names.flatMap((name, index) =>
    isSafeExecutableName(name) ? [] : [finding(`${pointer}/${index}`, unsafeName(name))],
  );
  return findings.length > 0 ? refuseAll(findings, {}) : accept(names);
};

const complaintAbout = (parameter: TemplateParameter, value: ParameterValue): string | null => {
  switch (parameter.type) {
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value)
        ? outOfRange(parameter, value)
        : expected('a whole number', value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
        ? outOfRange(parameter, value)
        : expected('a number', value);
    case 'string':
      return typeof value === 'string' ? notOneOf(parameter, [value]) : expected('a text', value);
    case 'boolean':
      return typeof value === 'boolean' ? null : expected('true or false', value);
    case 'string_list': {
      if (!Array.isArray(value)) return expected('a list of texts', value);
      if (value.length > MAX_NAMES) return `has ${value.length} entries; at most ${MAX_NAMES} are possible`;
      const unsafe = value.find((each) => !isSafeExecutableName(each));
      return unsafe === undefined ? notOneOf(parameter, value) : unsafeName(unsafe);
    }
  }
};

const notOneOf = ({ validValues }: TemplateParameter, values: readonly string[]): string | null => {
  const stranger = values.find((each) => validValues !== null && !validValues.includes(each));
  return stranger === undefined ? null : `${JSON.stringify(stranger)} is none of ${validValues?.join(', ')}`;
};

/** Of parameters that are right one by one and do not fit together. */
export const refuseFaults = (template: Template, faults: readonly ParameterFault[]) =>
  refuseAll(
    faults.map(({ parameter, message }) => finding(`/parameters/${parameter}`, message)),
    { template: template.name },
  );

const MAX_NAMES = 200;

const outOfRange = ({ minimum, maximum, unit }: TemplateParameter, value: number): string | null => {
  const inUnit = unit === null ? '' : ` (${unit})`;
  if (minimum !== null && value < minimum) return `is ${value}${inUnit}; the smallest possible value is ${minimum}`;
  if (maximum !== null && value > maximum) return `is ${value}${inUnit}; the largest possible value is ${maximum}`;
  return null;
};

const expected = (what: string, value: ParameterValue): string => `expected ${what}, found ${JSON.stringify(value)}`;

const unsafeName = (name: string): string =>
  `${JSON.stringify(name)} is not the name of an executable; possible are ${SAFE_NAME_RULE}`;

const unknownParameter = ({ name: template, parameters }: Template, name: string): string =>
  parameters.length === 0
    ? `template ${template} has no parameters`
    : `template ${template} has no parameter ${name}; it has ${parameters.map((each) => each.name).join(', ')}`;

const finding = (pointer: string, message: string): FieldError => ({ pointer, code: 'parameter-invalid', message });

export const refuseAll = (findings: readonly FieldError[], facts: Readonly<Record<string, unknown>>) => {
  const [first] = findings;
  const rest = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  return refuse(
    'pipeline-parameter-invalid',
    `${first?.pointer.slice(1).replaceAll('/', '.')}: ${first?.message}${rest}`,
    facts,
    findings,
  );
};
