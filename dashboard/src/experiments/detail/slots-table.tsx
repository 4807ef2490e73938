import { formatBounds, formatChange, formatOnScale, formatQuantity } from '../../format/numbers.ts';
import { formatClock } from '../../format/times.ts';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import type { ChartData } from './chart-data.ts';

/** The chart as numbers: for readers of screens, for copying, for doubt. Newest slot first. */
export const SlotsTable = ({
  data,
  rawUnit,
  effectUnit,
}: {
  readonly data: ChartData;
  readonly rawUnit: string;
  readonly effectUnit: string;
}) => (
  <ScrollRegion label="Slots as a table">
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Slot</th>
          <th scope="col">Ends</th>
          <th scope="col">Baseline</th>
          <th scope="col">Candidate</th>
          <th scope="col">Change in the slot</th>
          <th scope="col">Look</th>
          <th scope="col">Remark</th>
        </tr>
      </thead>
      <tbody>
        {data.slots
          .map((slot, index) => {
            const on = { scale: data.scale, unit: effectUnit };
            const effect = data.estimate[index] ?? null;
            const bounds = formatBounds({
              ...on,
              effect,
              lower: data.lower[index] ?? null,
              upper: data.upper[index] ?? null,
            });
            const gap = data.gaps.find((each) => each.slot === slot);
            return (
              <tr key={slot}>
                <td className="num">{slot}</td>
                <td className="num">{formatClock((data.times[index] ?? 0) * 1000)}</td>
                <td className="num">{formatQuantity(data.baseline[index] ?? null, rawUnit)}</td>
                <td className="num">{formatQuantity(data.candidate[index] ?? null, rawUnit)}</td>
                <td className="num">{formatChange(data.slotChange[index] ?? null)}</td>
                <td className="num">{effect === null ? '–' : `${formatOnScale(effect, on)} (${bounds})`}</td>
                <td>{gap?.reason ?? (data.phases[index] === 'warmup' ? 'warm-up, not judged' : '')}</td>
              </tr>
            );
          })
          .toReversed()}
      </tbody>
    </table>
  </ScrollRegion>
);
