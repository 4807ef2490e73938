/** One of a few, or any: a filter. */
export const Choice = ({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly options: readonly (readonly [value: string, words: string])[];
  readonly onChange: (value: string | undefined) => void;
}) => (
  <label className="choice">
    <span className="quiet">{label}</span>
    <select value={value ?? ''} onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}>
      <option value="">any</option>
      {options.map(([each, words]) => (
        <option key={each} value={each}>
          {words}
        </option>
      ))}
    </select>
  </label>
);
