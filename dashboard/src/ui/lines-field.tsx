import { Field } from './field.tsx';

/** Several short texts, one a line. */
export const LinesField = ({
  label,
  pointer,
  value,
  onChange,
  placeholder,
  hint,
}: {
  readonly label: string;
  readonly pointer: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder: string;
  readonly hint: string;
}) => (
  <Field label={label} pointer={pointer} hint={hint}>
    {(control) => (
      <textarea
        {...control}
        className="lines"
        rows={4}
        spellCheck={false}
        value={value}
        placeholder={placeholder}
        onChange={({ target }) => onChange(target.value)}
      />
    )}
  </Field>
);

/** The lines that say something. */
export const linesIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
