import { useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { Effect } from '../../../../src/experiments/contract/views.ts';
import { formatBounds, formatNumber, formatOnScale, formatQuantity } from '../../format/numbers.ts';
import { formatClock } from '../../format/times.ts';
import { colour, Plot } from '../../ui/plot.tsx';
import type { ChartData, Mark } from './chart-data.ts';
import { drawEvents, drawGround, drawLimit, drawMarks, slotSeconds } from './chart-drawing.ts';
import { changeRangeOf } from './chart-range.ts';

export interface ChartsProps {
  readonly data: ChartData;
  readonly marks: readonly Mark[];
  readonly title: string;
  /** of the raw series, `points per slot` */
  readonly rawUnit: string;
  /** of a difference: `share`, `processes` */
  readonly effectUnit: string;
  readonly hasRaw: boolean;
  readonly range: readonly [fromSlot: number, toSlot: number] | null;
  readonly onZoom: (range: readonly [number, number] | null) => void;
}

const SYNC = uPlot.sync('slots');

/** The change with its interval above, both variants as measured below, one time axis and one pointer. */
export const Charts = (props: ChartsProps) => {
  const { data, marks, title, rawUnit, effectUnit, hasRaw, range, onZoom } = props;
  const [pointed, setPointed] = useState<number | null>(null);
  const live = useRef({ data, marks, onZoom });
  live.current = { data, marks, onZoom };

  const columns = useMemo<{ change: uPlot.AlignedData; raw: uPlot.AlignedData }>(
    () => ({
      change: [
        [...data.times],
        [...data.upper],
        [...data.lower],
        [...data.estimate],
        [...data.slotChange],
      ] as uPlot.AlignedData,
      raw: [[...data.times], [...data.baseline], [...data.candidate]] as uPlot.AlignedData,
    }),
    [data],
  );
  const seconds = useMemo(() => secondsOf(data, range), [data, range]);

  const common = (): Pick<uPlot.Options, 'cursor' | 'legend' | 'padding'> => ({
    legend: { show: false },
    padding: [8, 28, 0, 0],
    cursor: {
      sync: { key: SYNC.key },
      drag: { x: true, y: false, setScale: false },
      points: { size: 6 },
      bind: {
        dblclick: () => () => {
          live.current.onZoom(null);
          return null;
        },
      },
    },
  });

  return (
    <div className="charts">
      <Readout data={data} index={pointed} rawUnit={rawUnit} effectUnit={effectUnit} hasRaw={hasRaw} />
      <Plot
        identity={`change ${data.scale} ${effectUnit}`}
        data={columns.change}
        range={seconds}
        decoration={marks}
        height={300}
        label={`Change of ${title} over time, candidate against baseline, with its interval. The table beside it has the numbers.`}
        options={() => ({
          ...common(),
          scales: { x: { time: true, auto: false }, y: { range: () => [...changeRangeOf(live.current.data)] } },
          axes: [
            timeAxis(),
            valueAxis((value) => formatOnScale(value, { scale: live.current.data.scale, unit: effectUnit })),
          ],
          series: [
            {},
            { stroke: colour('accent-soft-line'), width: 1, spanGaps: true, points: { show: false } },
            { stroke: colour('accent-soft-line'), width: 1, spanGaps: true, points: { show: false } },
            { stroke: colour('accent'), width: 2, spanGaps: true, points: { show: false } },
            // slots are dots: a line between them would invent what lies between
            {
              stroke: colour('chart-dot'),
              width: 0,
              paths: () => null,
              points: { show: true, size: 4, fill: colour('chart-dot'), width: 0 },
            },
          ],
          bands: [{ series: [1, 2], fill: colour('accent-soft') }],
          hooks: {
            drawClear: [drawGround(() => live.current.data)],
            draw: [
              drawMarks(
                () => live.current.data,
                () => live.current.marks,
                effectUnit,
              ),
            ],
            setCursor: [(plot) => setPointed(plot.cursor.idx ?? null)],
            setSelect: [(plot) => zoom(plot, live.current)],
          },
        })}
      />
      {hasRaw ? (
        <Plot
          identity={`raw ${rawUnit}`}
          data={columns.raw}
          range={seconds}
          decoration={marks}
          height={190}
          label={`${title} of baseline and candidate over time, as measured.`}
          options={() => ({
            ...common(),
            scales: {
              x: { time: true, auto: false },
              y: { range: (_, __, most) => [0, Math.max(most || 1, live.current.data.limit ?? 0) * 1.12] },
            },
            axes: [timeAxis(), valueAxis((value) => formatQuantity(value, rawUnit.startsWith('bytes') ? 'bytes' : ''))],
            series: [
              {},
              { stroke: colour('baseline'), width: 1.5, points: { show: false } },
              { stroke: colour('accent'), width: 1.5, points: { show: false } },
            ],
            hooks: {
              drawClear: [drawGround(() => live.current.data)],
              draw: [
                drawLimit(() => live.current.data, rawUnit.startsWith('bytes') ? 'bytes' : ''),
                (plot) => drawEvents(plot, live.current.marks),
              ],
              setCursor: [(plot) => setPointed(plot.cursor.idx ?? null)],
              setSelect: [(plot) => zoom(plot, live.current)],
            },
          })}
        />
      ) : null}
    </div>
  );
};

/** The slot under the pointer, or the newest: always the same height, so nothing moves. */
const Readout = ({
  data,
  index,
  rawUnit,
  effectUnit,
  hasRaw,
}: {
  readonly data: ChartData;
  readonly index: number | null;
  readonly rawUnit: string;
  readonly effectUnit: string;
  readonly hasRaw: boolean;
}) => {
  const at = index ?? data.times.length - 1;
  const time = data.times[at];
  if (time === undefined) return <p className="readout quiet">No slot yet.</p>;
  const gap = data.gaps.find(({ slot }) => slot === data.slots[at]);
  const on: Pick<Effect, 'scale' | 'unit'> = { scale: data.scale, unit: effectUnit };
  const [estimate, lower, upper] = [data.estimate[at] ?? null, data.lower[at] ?? null, data.upper[at] ?? null];
  const bounds = formatBounds({ ...on, effect: estimate, lower, upper });
  return (
    <p className="readout num">
      <span className="quiet">
        {index === null ? 'newest slot' : 'slot'} {data.slots[at]} · {formatClock(time * 1000)}
        {data.phases[at] === 'warmup' ? ' · warm-up' : ''}
      </span>
      {hasRaw ? (
        <>
          <span className="key key-baseline">baseline {formatQuantity(data.baseline[at] ?? null, rawUnit)}</span>
          <span className="key key-candidate">candidate {formatQuantity(data.candidate[at] ?? null, rawUnit)}</span>
        </>
      ) : null}
      {estimate === null ? null : (
        <span className="key key-interval">
          look {formatOnScale(estimate, on)} ({bounds === '' ? 'no interval yet' : bounds})
        </span>
      )}
      {gap === undefined ? null : <span className="key key-gap">missing, {gap.reason}</span>}
    </p>
  );
};

/** Slots of the address → seconds of the axis, from the begin of the first to the end of the last; else all of them. */
const secondsOf = (data: ChartData, range: readonly [number, number] | null): readonly [number, number] | null => {
  const timeOf = (slot: number | undefined) => data.times[slot === undefined ? -1 : data.slots.indexOf(slot)];
  const from = timeOf(range?.[0]) ?? data.times[0];
  const to = timeOf(range?.[1]) ?? data.times.at(-1);
  return from === undefined || to === undefined || to < from ? null : [from - slotSeconds(data.times), to];
};

const zoom = (plot: uPlot, { data, onZoom }: Pick<ChartsProps, 'data' | 'onZoom'>): void => {
  const { left, width } = plot.select;
  if (width < 8) return;
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  const step = slotSeconds(data.times);
  const slotAt = (pixel: number): number | undefined => {
    const index = data.times.findIndex((time) => time >= plot.posToVal(pixel, 'x') - step / 2);
    return data.slots[index === -1 ? data.slots.length - 1 : index];
  };
  const [from, to] = [slotAt(left), slotAt(left + width)];
  if (from !== undefined && to !== undefined && to > from) onZoom([from, to]);
};

const AXIS_FONT = '11px "Inter Variable", system-ui, sans-serif';

const timeAxis = (): uPlot.Axis => ({
  stroke: colour('text-quiet'),
  font: AXIS_FONT,
  grid: { stroke: colour('chart-grid'), width: 1 },
  ticks: { show: false },
  size: 28,
  space: 80,
  values: (_, splits) => splits.map((split) => formatClock(split * 1000)),
});

const valueAxis = (format: (value: number) => string): uPlot.Axis => ({
  stroke: colour('text-quiet'),
  font: AXIS_FONT,
  grid: { stroke: colour('chart-grid'), width: 1 },
  ticks: { show: false },
  size: 72,
  values: (_, splits) => splits.map((split) => (Number.isFinite(split) ? format(split) : formatNumber(null))),
});
