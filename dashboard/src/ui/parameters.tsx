import type { Template, TemplateParameter } from '../../../src/pipelines/domain/template.ts';
import { formatQuantity } from '../format/numbers.ts';
import { Field } from './field.tsx';

const describeDefault = (value: TemplateParameter['default']): string => {
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) return 'none';
  return value.length <= MOST_NAMES
    ? value.join(', ')
    : `${value.slice(0, MOST_NAMES).join(', ')} and ${value.length - MOST_NAMES} more`;
};

const MOST_NAMES = 4;

const boundOf = (bound: number | null, unit: string | null): string =>
  bound === null ? '…' : unit === 'bytes' ? formatQuantity(bound, 'bytes') : String(bound);

const rangeOf = ({ type, minimum, maximum, unit, validValues }: TemplateParameter): string => {
  if (type === 'string_list' && validValues !== null) return `; of ${validValues.join(', ')}`;
  return minimum === null && maximum === null ? '' : `; ${boundOf(minimum, unit)} to ${boundOf(maximum, unit)}`;
};

/** The values to choose from, where there are few. */
const choicesOf = ({ type, validValues }: TemplateParameter): readonly string[] | null =>
  type === 'boolean' ? ['true', 'false'] : type === 'string' ? validValues : null;

/** Beside a number of bytes, how much that is. */
const unitOf = ({ unit, default: fallback }: TemplateParameter, text: string): string | null => {
  const value = text.trim() === '' ? fallback : Number(text);
  return unit === 'bytes' && typeof value === 'number' && Number.isFinite(value)
    ? `bytes, ${formatQuantity(value, 'bytes')}`
    : unit;
};

/** One field per parameter of a template; an empty one means the default, which it shows. */
export const Parameters = ({
  template,
  values,
  pointer,
  onChange,
}: {
  readonly template: Template;
  readonly values: Readonly<Record<string, string>>;
  readonly pointer: string;
  readonly onChange: (values: Readonly<Record<string, string>>) => void;
}) =>
  template.parameters.length === 0 ? (
    <p className="quiet">This template has no parameters.</p>
  ) : (
    <div className="parameters">
      {template.parameters.map((parameter) => (
        <Field
          key={parameter.name}
          label={parameter.name}
          pointer={`${pointer}/parameters/${parameter.name}`}
          hint={`${parameter.description}${rangeOf(parameter)}`}
        >
          {(control) => (
            <span className="with-unit">
              {choicesOf(parameter) === null ? (
                <input
                  {...control}
                  value={values[parameter.name] ?? ''}
                  placeholder={describeDefault(parameter.default)}
                  inputMode={parameter.type === 'integer' || parameter.type === 'number' ? 'decimal' : 'text'}
                  onChange={({ target }) => onChange({ ...values, [parameter.name]: target.value })}
                />
              ) : (
                <select
                  {...control}
                  value={values[parameter.name] ?? ''}
                  onChange={({ target }) => onChange({ ...values, [parameter.name]: target.value })}
                >
                  <option value="">{describeDefault(parameter.default)} (default)</option>
                  {choicesOf(parameter)
                    ?.filter((choice) => choice !== String(parameter.default))
                    .map((choice) => (
                      <option key={choice} value={choice}>
                        {choice}
                      </option>
                    ))}
                </select>
              )}
              {parameter.unit === null ? null : (
                <span className="quiet num">{unitOf(parameter, values[parameter.name] ?? '')}</span>
              )}
            </span>
          )}
        </Field>
      ))}
    </div>
  );
