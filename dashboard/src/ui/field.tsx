import { createContext, type ReactNode, useContext, useId } from 'react';
import type { FieldError } from '../../../src/kernel/outcome.ts';

const Findings = createContext<readonly FieldError[]>([]);

/** Everything below shows the findings that belong to it, at its place. */
export const FindingsProvider = ({
  findings,
  children,
}: {
  readonly findings: readonly FieldError[];
  readonly children: ReactNode;
}) => <Findings value={findings}>{children}</Findings>;

/** What is wrong at a place of the body: at the pointer itself or below it. */
const findingsAt = (findings: readonly FieldError[], pointer: string): readonly FieldError[] =>
  findings.filter((each) => each.pointer === pointer || each.pointer.startsWith(`${pointer}/`));

/** A labelled field with its findings; the control gets what ties them together. */
export const Field = ({
  label,
  pointer,
  hint,
  isInline = false,
  children,
}: {
  readonly label: string;
  /** JSON pointer in wire names, as the API names it in findings */
  readonly pointer: string;
  readonly hint?: ReactNode;
  /** part of a sentence: the label is read, not seen */
  readonly isInline?: boolean;
  readonly children: (control: {
    readonly id: string;
    readonly 'aria-invalid': boolean;
    readonly 'aria-describedby': string;
  }) => ReactNode;
}) => {
  const id = useId();
  const found = findingsAt(useContext(Findings), pointer);
  return (
    <span className={isInline ? 'field field-inline' : 'field'}>
      <label htmlFor={id} className={isInline ? 'only-read' : undefined}>
        {label}
      </label>
      {children({ id, 'aria-invalid': found.length > 0, 'aria-describedby': `${id}-notes` })}
      <span id={`${id}-notes`} className="field-notes">
        {hint === undefined ? null : <span className="quiet">{hint}</span>}
        {found.map(({ pointer: at, message }) => (
          <span key={`${at} ${message}`} className="field-finding">
            {message}
          </span>
        ))}
      </span>
    </span>
  );
};
