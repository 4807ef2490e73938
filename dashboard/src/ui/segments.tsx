/** One of two or three, all of them in sight. */
export const Segments = <Value extends string>({
  label,
  name,
  options,
  words,
  chosen,
  onChoose,
}: {
  readonly label: string;
  /** of the group, once on a page */
  readonly name: string;
  readonly options: readonly Value[];
  readonly words: Readonly<Record<Value, string>>;
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}) => (
  <fieldset className="segments">
    <legend className="only-read">{label}</legend>
    {options.map((each) => (
      <label key={each}>
        <input type="radio" name={name} checked={each === chosen} onChange={() => onChoose(each)} />
        {words[each]}
      </label>
    ))}
  </fieldset>
);
