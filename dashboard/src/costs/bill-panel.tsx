import { Link } from '@tanstack/react-router';
import { type BillLine, leastCertain } from '../../../src/cost/domain/bill.ts';
import type { BillRow } from '../../../src/cost/domain/every-bill.ts';
import type { NetSaving } from '../../../src/cost/domain/net-saving.ts';
import { counted } from '../../../src/kernel/words.ts';
import { formatNumber, formatShare, NOTHING } from '../format/numbers.ts';
import { WordMark } from '../ui/chips.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { CostText, DeductionText, PRICE_WORDS, spanText } from './cost-text.tsx';

/** One bill line by line: quantities, edges of tiers, sources; then what is left after paying. */
export const BillPanel = ({
  row,
  headline = null,
  isHypothetical = false,
}: {
  readonly row: BillRow;
  readonly headline?: string | null;
  /** nobody runs the baseline: what is left is left in a supposed case only */
  readonly isHypothetical?: boolean;
}) => (
  <section className="panel" aria-label={`On ${row.title}`}>
    <div className="panel-head">
      <h2>{row.title}</h2>
      <Link to="/costs/$priceBookId" params={{ priceBookId: row.priceBook }}>
        price book <code>{row.reference}</code>
      </Link>
    </div>
    {headline === null ? null : <p className="prose">{headline}</p>}
    <Lines row={row} />
    {row.baseline.notIncluded.length === 0 ? null : (
      <p className="quiet">Not included, because nothing was said about it: {row.baseline.notIncluded.join('; ')}.</p>
    )}
    {row.net === null || !isHypothetical ? null : <p className="quiet">If this baseline were what you run today:</p>}
    {row.net === null ? null : <Net net={row.net} currency={row.currency} />}
  </section>
);

const Lines = ({ row: { baseline, candidate, currency } }: { readonly row: BillRow }) => {
  const pairs = baseline.lines.map((line) => ({
    line,
    other: candidate.lines.find(({ sku }) => sku === line.sku) ?? line,
  }));
  return (
    <ScrollRegion label="Lines of the bill">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Charge</th>
            <th scope="col">Baseline</th>
            <th scope="col">Candidate</th>
            <th scope="col">Where the candidate’s price changes</th>
            <th scope="col">Prices</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map(({ line, other }) => (
            <tr key={line.sku}>
              <th scope="row">
                {line.title} <span className="quiet">per {line.unit}</span>
              </th>
              <td data-label="Baseline">
                <LineText line={line} currency={currency} />
              </td>
              <td data-label="Candidate">
                <LineText line={other} currency={currency} />
              </td>
              <td data-label="Price changes" className="num">
                <Edges line={other} />
              </td>
              <td data-label="Prices" title={other.sources.join('; ')}>
                <WordMark word={PRICE_WORDS[leastCertain([line.confidence, other.confidence])]} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
};

const LineText = ({ line, currency }: { readonly line: BillLine; readonly currency: string }) => (
  <div>
    {line.cost === null ? (
      <span className="quiet">{line.open}</span>
    ) : (
      <CostText cost={line.cost} currency={currency} />
    )}
    {line.quantity === null ? null : (
      <span className="quiet num under">
        {spanText(line.quantity, formatNumber)}
        {line.included === null || line.included === 0 ? '' : `, ${formatNumber(line.included)} free`}
      </span>
    )}
  </div>
);

const Edges = ({ line: { edgeBelow, edgeAbove } }: { readonly line: BillLine }) => {
  if (edgeBelow === null && edgeAbove === null) return <span className="quiet">{NOTHING}</span>;
  return (
    <div>
      {edgeBelow === null ? null : (
        <span className="under">
          ↓ {formatNumber(edgeBelow.distance)} fewer: {edgeBelow.price ?? 'free'}
        </span>
      )}
      {edgeAbove === null ? null : (
        <span className="under">
          ↑ {formatNumber(edgeAbove.distance)} more: {edgeAbove.price ?? 'your price'}
        </span>
      )}
    </div>
  );
};

const Net = ({ net, currency }: { readonly net: NetSaving; readonly currency: string }) => (
  <>
    <dl className="facts">
      <div>
        <dt>Compute of the candidate, against the baseline</dt>
        <dd>
          <DeductionText given={net.compute} period="a month" />
        </dd>
      </div>
      <div>
        <dt>The experiment itself</dt>
        <dd>
          <DeductionText given={net.experiment} period="once" />
        </dd>
      </div>
      <div>
        <dt>Left a month</dt>
        <dd>
          <CostText cost={net.monthly} currency={currency} /> {currency}
        </dd>
      </div>
      <div>
        <dt>Pays back in</dt>
        <dd className="num">
          {net.paybackDays === null ? (
            <span className="quiet">not known: {net.paybackReason}</span>
          ) : (
            `${spanText(net.paybackDays, formatNumber)} days`
          )}
        </dd>
      </div>
      <div>
        <dt>Return in 12 months</dt>
        <dd className="num">
          {net.returnRatio === null ? (
            <span className="quiet">not known</span>
          ) : (
            `${spanText(net.returnRatio, formatNumber)} times what was paid`
          )}
        </dd>
      </div>
      {net.experimentShare === null ? null : (
        <div>
          <dt>The experiment takes of the first month</dt>
          <dd className="num">{formatShare(net.experimentShare)}</dd>
        </div>
      )}
    </dl>
    <p className="quiet">Projected without growth, the experiment paid where its cost is known:</p>
    <table className="table projection">
      <thead>
        <tr>
          {net.projection.map(({ months }) => (
            <th scope="col" key={months}>
              after {counted(months, 'month')}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <tr>
          {net.projection.map(({ months, net: after }) => (
            <td key={months} data-label={`after ${counted(months, 'month')}`}>
              <span>
                <CostText cost={after} currency={currency} /> {currency}
              </span>
            </td>
          ))}
        </tr>
      </tbody>
    </table>
  </>
);
