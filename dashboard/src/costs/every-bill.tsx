import { whyOpen } from '../../../src/cost/domain/bill.ts';
import type { BillRow } from '../../../src/cost/domain/every-bill.ts';
import { formatChange } from '../format/numbers.ts';
import { WordMark } from '../ui/chips.tsx';
import { ScrollRegion } from '../ui/scroll-region.tsx';
import { CostText, pricesOn, spanText } from './cost-text.tsx';

/** The same evidence on every bill. A bill that is not known says what it needs; rows keep their order. */
export const EveryBill = ({
  rows,
  chosen,
  onChoose,
}: {
  readonly rows: readonly BillRow[];
  readonly chosen: string | undefined;
  readonly onChoose: (priceBook: string) => void;
}) => (
  <ScrollRegion label="The same evidence on every bill" className="whole-table">
    <table className="table bills-table">
      <thead>
        <tr>
          <th scope="col">Bill</th>
          <th scope="col">Baseline a month</th>
          <th scope="col">Candidate a month</th>
          <th scope="col">Difference a month</th>
          <th scope="col">Change</th>
          <th scope="col">Prices</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.priceBook} className={row.priceBook === chosen ? 'row-chosen' : undefined}>
            <th scope="row">
              <button
                type="button"
                className="link-button"
                aria-pressed={row.priceBook === chosen}
                onClick={() => onChoose(row.priceBook)}
              >
                {row.title}
              </button>
            </th>
            {row.saving === null ? (
              <td colSpan={4} data-label="Not known" className="quiet">
                {whyOpen(row.baseline, row.candidate)}
              </td>
            ) : (
              <>
                <td data-label="Baseline a month">
                  <CostText cost={row.baseline.total} currency={row.currency} />
                </td>
                <td data-label="Candidate a month">
                  <CostText cost={row.candidate.total} currency={row.currency} />
                </td>
                <td data-label="Difference a month">
                  <span>
                    <CostText cost={row.saving} currency={row.currency} /> <span className="quiet">{row.currency}</span>
                  </span>
                </td>
                <td data-label="Change" className="num">
                  {row.reductionRatio === null
                    ? '–'
                    : spanText(row.reductionRatio, (ratio) => formatChange(ratio === 0 ? 0 : -ratio))}
                </td>
              </>
            )}
            <td data-label="Prices">
              <WordMark word={pricesOn(row.baseline)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </ScrollRegion>
);
