import type { Effect } from '../../../src/experiments/contract/views.ts';
import { formatBounds, formatExact, formatOnScale, formatQuantity } from '../format/numbers.ts';

/** A measured value; the exact one on hover. */
export const Quantity = ({ value, unit }: { readonly value: number | null; readonly unit: string }) => (
  <span className="num" title={value === null ? 'no data' : `${formatExact(value)} ${unit}`}>
    {formatQuantity(value, unit)}
  </span>
);

const NOT_YET = 'no interval yet';

/** Why there is no interval: too little data, or nothing that varied. */
const WITHOUT_BOUNDS: Readonly<Record<Effect['verdict'], string>> = {
  better: NOT_YET,
  not_worse: NOT_YET,
  equivalent: NOT_YET,
  worse_within_margin: NOT_YET,
  worse: NOT_YET,
  unclear: NOT_YET,
  no_data: NOT_YET,
  invalid: NOT_YET,
  no_variation: 'the same in every slot',
};

/** An effect never stands without its interval. */
export const Estimate = ({ effect }: { readonly effect: Effect }) => {
  if (effect.effect === null) return <span className="quiet">no data</span>;
  const bounds = formatBounds(effect);
  const exact = [effect.effect, effect.lower, effect.upper].map(formatExact).join(', ');
  return (
    <span className="num" title={`estimate, lower, upper: ${exact} (${effect.scale})`}>
      <strong>{formatOnScale(effect.effect, effect)}</strong>{' '}
      <span className="quiet">({bounds === '' ? WITHOUT_BOUNDS[effect.verdict] : bounds})</span>
    </span>
  );
};
