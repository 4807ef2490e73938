import { Icon } from './icon.tsx';

/** Whether one of the texts holds what is searched for. */
export const isFound = (searched: string, texts: readonly string[]): boolean =>
  texts.some((text) => text.toLowerCase().includes(searched.trim().toLowerCase()));

/** Narrows down what is shown already; `/` leads here. */
export const SearchField = ({
  label,
  value,
  onChange,
}: {
  /** in what is searched */
  readonly label: string;
  readonly value: string | undefined;
  readonly onChange: (text: string | undefined) => void;
}) => (
  <label className="search">
    <Icon name="search" />
    <span className="only-read">{label}</span>
    <input
      type="search"
      placeholder="Search in what is shown"
      value={value ?? ''}
      onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
    />
    <kbd>/</kbd>
  </label>
);
