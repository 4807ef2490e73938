import type { Interval } from '../../../../src/cost/domain/interval.ts';
import { counted, listed } from '../../../../src/kernel/words.ts';
import { VARIANTS } from '../../../../src/measurement/domain/sample.ts';
import type { Figures, PlacedLimit } from '../../../../src/pipelines/domain/preview/predict.ts';
import type { Preview } from '../../../../src/pipelines/domain/preview/preview.ts';
import { CostText, spanText } from '../../costs/cost-text.tsx';
import { formatChange, formatNumber, NOTHING } from '../../format/numbers.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';

/** Both variants side by side, what is uncertain about them, and who is no longer visible. */
export const PreviewFigures = ({ preview }: { readonly preview: Preview }) => (
  <>
    <ScrollRegion label="What both would send" className="whole-table">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">From one host</th>
            <th scope="col">Baseline</th>
            <th scope="col">Candidate</th>
            <th scope="col">Change</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(({ name, of, change }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {VARIANTS.map((variant) => (
                <td key={variant} data-label={variant} className="num">
                  {preview[variant].figures === null ? 'not known' : of(preview[variant].figures)}
                </td>
              ))}
              <td data-label="Change" className="num">
                {change === undefined ? NOTHING : changeText(preview.change?.[change])}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
    {VARIANTS.map((variant) => (
      <Limits key={variant} variant={variant} limits={preview[variant].limits} />
    ))}
    <Critical figures={preview.candidate.figures} />
  </>
);

interface Row {
  readonly name: string;
  readonly of: (figures: Figures) => string;
  readonly change?: keyof NonNullable<Preview['change']>;
}

/** An interval that rounds to one number is that number. */
const span = (interval: Interval): string =>
  formatNumber(interval.low) === formatNumber(interval.high)
    ? formatNumber(interval.estimate)
    : spanText(interval, formatNumber);

const ROWS: readonly Row[] = [
  { name: 'Series', of: ({ series }) => formatNumber(series), change: 'series' },
  { name: 'Series at once', of: ({ seriesAtOnce }) => span(seriesAtOnce) },
  { name: 'New series a minute', of: ({ newSeriesPerMinute }) => formatNumber(newSeriesPerMinute) },
  { name: 'Points a minute', of: ({ pointsPerMinute }) => span(pointsPerMinute), change: 'pointsPerMinute' },
  { name: 'Bytes a minute', of: ({ bytesPerMinute }) => span(bytesPerMinute), change: 'bytesPerMinute' },
];

const changeText = (ratio: number | null | undefined): string =>
  ratio === null || ratio === undefined ? NOTHING : formatChange(ratio - 1);

const KIND_WORDS: Readonly<Record<PlacedLimit['kind'], string>> = {
  cannot_predict: 'Cannot be predicted',
  left_out: 'Left out',
  supposed: 'Supposed',
};

const Limits = ({ variant, limits }: { readonly variant: string; readonly limits: readonly PlacedLimit[] }) =>
  limits.length === 0 ? null : (
    <ul className="preview-limits" aria-label={`Limits of the ${variant}`}>
      {limits.map(({ kind, pointer, line, message }) => (
        <li key={`${kind} ${pointer} ${message}`}>
          <strong>{KIND_WORDS[kind]}</strong> in the {variant}, line {line}: {message}
        </li>
      ))}
    </ul>
  );

const Critical = ({ figures }: { readonly figures: Figures | null }) => {
  if (figures === null) return null;
  const { kept, partly, lost, notRunning } = figures.critical;
  return (
    <>
      {lost.length === 0 ? null : (
        <p className="field-finding" role="alert">
          The candidate loses {listed(lost)}.
        </p>
      )}
      {partly.length === 0 ? null : <p>Not all, or not always visible: {listed(partly)}.</p>}
      {kept.length === 0 ? null : <p className="quiet">Still visible: {listed(kept)}.</p>}
      {notRunning.length === 0 ? null : <p className="quiet">Not in the recording: {listed(notRunning)}.</p>}
    </>
  );
};

/** Bills that are known; of the others how many there are, and where they are made. */
export const PreviewBills = ({ preview: { bills, hosts } }: { readonly preview: Preview }) => {
  const known = bills.filter(({ saving }) => saving !== null);
  if (bills.length === 0) return null;
  return (
    <>
      <ScrollRegion label="Bills of both" className="whole-table">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">A month at list prices, {counted(hosts, 'host')}</th>
              <th scope="col">Baseline</th>
              <th scope="col">Candidate</th>
              <th scope="col">Saving</th>
            </tr>
          </thead>
          <tbody>
            {known.map(({ priceBook, title, currency, baseline, candidate, saving }) => (
              <tr key={priceBook}>
                <th scope="row">{title}</th>
                <td data-label="Baseline">
                  <CostText cost={baseline} currency={currency} />
                </td>
                <td data-label="Candidate">
                  <CostText cost={candidate} currency={currency} />
                </td>
                <td data-label="Saving">
                  <CostText cost={saving} currency={currency} /> <span className="quiet">{currency}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {known.length === bills.length ? null : (
        <p className="quiet">{counted(bills.length - known.length, 'bill needs', 'bills need')} more: see Costs.</p>
      )}
    </>
  );
};
