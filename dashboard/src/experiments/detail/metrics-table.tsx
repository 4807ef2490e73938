import type { Effect } from '../../../../src/experiments/contract/views.ts';
import type { CriterionMetric } from '../../../../src/experiments/domain/settings.ts';
import { formatOnScale, formatQuantity } from '../../format/numbers.ts';
import { FindingMark } from '../../ui/chips.tsx';
import { Estimate, Quantity } from '../../ui/measure.tsx';
import { barScaleOf } from './bar-scale.ts';

/** One row per criterion; choosing a row shows its chart. The order is that of the criteria and never changes. */
export const MetricsTable = ({
  effects,
  chosen,
  onChoose,
}: {
  readonly effects: readonly Effect[];
  readonly chosen: CriterionMetric;
  readonly onChoose: (metric: CriterionMetric) => void;
}) => (
  <table className="table metrics-table">
    <caption className="only-read">Candidate against baseline, per metric</caption>
    <thead>
      <tr>
        <th scope="col">Metric</th>
        <th scope="col">Candidate against baseline</th>
        <th scope="col">Interval and margin</th>
        <th scope="col">Finding</th>
      </tr>
    </thead>
    <tbody>
      {effects.map((effect) => (
        <tr key={`${effect.role} ${effect.metric}`} className={effect.metric === chosen ? 'row-chosen' : ''}>
          <td data-label="Metric" className="cell-name">
            <button
              type="button"
              className="row-button"
              aria-pressed={effect.metric === chosen}
              onClick={() => onChoose(effect.metric)}
            >
              {effect.title}
            </button>
            <span className="quiet role">{effect.role}</span>
          </td>
          <td data-label="Change">
            {effect.role === 'limit' ? <AgainstLimit effect={effect} /> : <Estimate effect={effect} />}
          </td>
          <td data-label="Interval">
            <EffectBar effect={effect.role === 'limit' ? { ...effect, effect: effect.candidateMean } : effect} />
          </td>
          <td data-label="Finding">
            <FindingMark finding={effect.verdict} />
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** A limit compares nothing: what the candidate shows, and the line that no node may cross. */
const AgainstLimit = ({ effect }: { readonly effect: Effect }) => (
  <span>
    <Quantity value={effect.candidateMean} unit={effect.unit} />{' '}
    {effect.margin === null ? null : (
      <span className="quiet">
        (at most <Quantity value={effect.margin} unit={effect.unit} /> on a node)
      </span>
    )}
  </span>
);

/** The interval as a band, the estimate as a tick, zero as a line, the margin dashed. */
export const EffectBar = ({ effect }: { readonly effect: Effect }) => {
  const scale = barScaleOf(effect);
  if (scale === null) return <span className="quiet">–</span>;
  const marginText =
    effect.margin === null
      ? 'no margin'
      : effect.role === 'limit'
        ? `limit ${formatQuantity(effect.margin, effect.unit)}`
        : `margin ${formatOnScale(effect.margin, effect)}`;
  return (
    <svg className="effect-bar" role="img" aria-label={`interval against ${marginText}`}>
      <title>{`thin line: equal · dashed: ${marginText}`}</title>
      <line className="bar-axis" x1="0" x2="100%" y1="50%" y2="50%" />
      <rect
        className={`bar-band ${scale.isOpenLeft || scale.isOpenRight ? 'bar-open' : ''}`}
        x={`${scale.from}%`}
        width={`${Math.max(scale.to - scale.from, 1)}%`}
        y="25%"
        height="50%"
      />
      <line className="bar-zero" x1={`${scale.zero}%`} x2={`${scale.zero}%`} y1="8%" y2="92%" />
      {scale.margin === null ? null : (
        <line className="bar-margin" x1={`${scale.margin}%`} x2={`${scale.margin}%`} y1="0" y2="100%" />
      )}
      <line className="bar-estimate" x1={`${scale.effect}%`} x2={`${scale.effect}%`} y1="18%" y2="82%" />
    </svg>
  );
};
