import { parseUsage } from '../../../src/cost/domain/amount-text.ts';
import type { Usage, UsageAxis } from '../../../src/cost/domain/usage.ts';
import { Field, FindingsProvider } from '../ui/field.tsx';

/** What was typed per axis; in the address, so that a comparison is a link. */
export type UsageTexts = Readonly<Partial<Record<UsageAxis, string>>>;

const AXES: readonly { readonly axis: UsageAxis; readonly label: string; readonly hint: string }[] = [
  { axis: 'series', label: 'Active series', hint: '210k, or low..estimate..high' },
  { axis: 'pointsPerMinute', label: 'Points a minute', hint: 'of all hosts together' },
  { axis: 'bytesPerPoint', label: 'Bytes per point', hint: 'as the vendor counts them, not on the wire' },
  { axis: 'hosts', label: 'Hosts', hint: 'the same for both' },
];

/** Texts of both variants as usage; what only one of them says counts for both. */
export const usagesOf = (
  baseline: UsageTexts,
  candidate: UsageTexts,
): { readonly baseline: Usage; readonly candidate: Usage; readonly findings: readonly Finding[] } => {
  const [one, other] = [parseUsage(baseline), parseUsage(candidate)];
  return {
    baseline: { ...other.usage, ...one.usage },
    candidate: { ...one.usage, ...other.usage },
    findings: [...findingsAt('baseline', one.findings), ...findingsAt('candidate', other.findings)],
  };
};

type Finding = { readonly pointer: string; readonly code: string; readonly message: string };

const findingsAt = (variant: string, findings: Readonly<Partial<Record<UsageAxis, string>>>): readonly Finding[] =>
  Object.entries(findings).map(([axis, message]) => ({
    pointer: `/${variant}/${axis}`,
    code: 'amount-unreadable',
    message,
  }));

/** Amounts of both variants, axis by axis. */
export const UsageForm = ({
  baseline,
  candidate,
  findings,
  onChange,
}: {
  readonly baseline: UsageTexts;
  readonly candidate: UsageTexts;
  readonly findings: readonly Finding[];
  readonly onChange: (variant: 'baseline' | 'candidate', texts: UsageTexts) => void;
}) => (
  <FindingsProvider findings={findings}>
    <div className="usage-form">
      {(['baseline', 'candidate'] as const).map((variant) => {
        const texts = variant === 'baseline' ? baseline : candidate;
        return (
          <fieldset key={variant} className="usage-variant">
            <legend>{variant === 'baseline' ? 'Baseline sends' : 'Candidate sends'}</legend>
            {AXES.filter(({ axis }) => variant === 'baseline' || axis !== 'hosts').map(({ axis, label, hint }) => (
              <Field
                key={axis}
                label={label}
                pointer={`/${variant}/${axis}`}
                hint={variant === 'baseline' ? hint : undefined}
              >
                {(control) => (
                  <input
                    {...control}
                    value={texts[axis] ?? ''}
                    placeholder={variant === 'candidate' ? (baseline[axis] ?? '') : ''}
                    inputMode="text"
                    onChange={({ target }) => onChange(variant, { ...texts, [axis]: target.value })}
                  />
                )}
              </Field>
            ))}
          </fieldset>
        );
      })}
    </div>
  </FindingsProvider>
);
