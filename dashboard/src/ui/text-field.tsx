import { Field } from './field.tsx';

/** One line of text with its label and findings. */
export const TextField = ({
  label,
  pointer,
  value,
  onChange,
  placeholder,
  maxLength,
  hint,
}: {
  readonly label: string;
  readonly pointer: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
  readonly maxLength?: number;
  readonly hint?: string;
}) => (
  <Field label={label} pointer={pointer} hint={hint}>
    {(control) => (
      <input
        {...control}
        value={value}
        maxLength={maxLength}
        placeholder={placeholder}
        onChange={({ target }) => onChange(target.value)}
      />
    )}
  </Field>
);
