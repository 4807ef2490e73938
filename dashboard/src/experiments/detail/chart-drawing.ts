import type uPlot from 'uplot';
import { formatOnScale, formatQuantity, type Interval } from '../../format/numbers.ts';
import { colour } from '../../ui/plot.tsx';
import { type ChartData, type LonelyInterval, lonelyIntervals, type Mark, stretchesOf } from './chart-data.ts';

// What is painted around the lines. All of it reads `data()` when it draws, so a chart that lives on stays right.

const FONT = '11px "Inter Variable", system-ui, sans-serif';

const scaled = (value: number): number => value * devicePixelRatio;

const box = (plot: uPlot) => plot.bbox;

const xOf = (plot: uPlot, seconds: number): number => plot.valToPos(seconds, 'x', true);

/** Stretches without data are hatched, warm-up is shaded: neither is ever bridged by a line. */
export const drawGround =
  (data: () => ChartData) =>
  (plot: uPlot): void => {
    const { ctx } = plot;
    const { times, slots, phases, gaps } = data();
    const { left, top, width, height } = box(plot);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();

    const lastWarm = phases.lastIndexOf('warmup');
    const [first] = times;
    const warmEnd = times[lastWarm];
    if (first !== undefined && warmEnd !== undefined) {
      ctx.fillStyle = colour('chart-warmup');
      ctx.fillRect(left, top, xOf(plot, warmEnd) - left, height);
    }

    const step = slotSeconds(times);
    for (const { from, to } of stretchesOf(gaps)) {
      const start = times[slots.indexOf(from)];
      const end = times[slots.indexOf(to)];
      if (start === undefined || end === undefined) continue;
      hatch(ctx, xOf(plot, start - step), top, Math.max(xOf(plot, end) - xOf(plot, start - step), scaled(3)), height);
    }
    ctx.restore();
  };

/** Zero, the margin and what happened, above the lines. */
export const drawMarks =
  (data: () => ChartData, marks: () => readonly Mark[], unit: string) =>
  (plot: uPlot): void => {
    const { ctx } = plot;
    const { margin, scale } = data();
    const { left, width } = box(plot);
    ctx.save();
    ctx.font = scaledFont();
    horizontal(plot, 0, [], 'chart-zero');
    ctx.textAlign = 'right';
    // each label on the side away from the other line
    label(plot, 0, 'equal', left + width - scaled(4), margin === null || margin <= 0 ? 'above' : 'below');
    if (margin !== null) {
      horizontal(plot, margin, [scaled(5), scaled(4)], 'chart-margin');
      const where: Pick<Interval, 'scale' | 'unit'> = { scale, unit };
      label(
        plot,
        margin,
        `margin ${formatOnScale(margin, where)}`,
        left + width - scaled(4),
        margin <= 0 ? 'below' : 'above',
      );
    }
    for (const bar of lonelyIntervals(data())) errorBar(plot, bar);
    drawEvents(plot, marks());
    ctx.restore();
  };

/** The line that a limit draws for a node, on the chart of what was measured. */
export const drawLimit =
  (data: () => ChartData, unit: string) =>
  (plot: uPlot): void => {
    const { limit } = data();
    if (limit === null) return;
    const { left, width } = box(plot);
    plot.ctx.save();
    plot.ctx.font = scaledFont();
    plot.ctx.textAlign = 'right';
    horizontal(plot, limit, [scaled(5), scaled(4)], 'chart-margin');
    label(plot, limit, `limit ${formatQuantity(limit, unit)}`, left + width - scaled(4), 'below');
    plot.ctx.restore();
  };

const errorBar = (plot: uPlot, { time, lower, upper }: LonelyInterval): void => {
  const { ctx } = plot;
  const x = xOf(plot, time);
  const half = scaled(5);
  ctx.strokeStyle = colour('accent');
  ctx.lineWidth = scaled(2);
  ctx.beginPath();
  for (const value of [lower, upper]) {
    const y = plot.valToPos(value, 'y', true);
    ctx.moveTo(x - half, y);
    ctx.lineTo(x + half, y);
  }
  ctx.moveTo(x, plot.valToPos(lower, 'y', true));
  ctx.lineTo(x, plot.valToPos(upper, 'y', true));
  ctx.stroke();
};

const isVisible = ({ bbox: { top, height } }: uPlot, y: number): boolean => y >= top && y <= top + height;

const horizontal = (plot: uPlot, value: number, dash: number[], name: string): void => {
  const { ctx } = plot;
  const { left, width } = box(plot);
  const y = plot.valToPos(value, 'y', true);
  if (!isVisible(plot, y)) return;
  ctx.beginPath();
  ctx.setLineDash(dash);
  ctx.strokeStyle = colour(name);
  ctx.lineWidth = scaled(1);
  ctx.moveTo(left, y);
  ctx.lineTo(left + width, y);
  ctx.stroke();
  ctx.setLineDash([]);
};

const label = (plot: uPlot, value: number, text: string, x: number, side: 'above' | 'below'): void => {
  const y = plot.valToPos(value, 'y', true);
  if (!isVisible(plot, y)) return;
  plot.ctx.textBaseline = side === 'above' ? 'bottom' : 'top';
  plot.ctx.fillStyle = colour('text-quiet');
  plot.ctx.fillText(text, x, y + scaled(side === 'above' ? -2 : 3));
};

/** States that it went through: a thin line with its word at the top; words that would overlap are left out. */
export const drawEvents = (plot: uPlot, marks: readonly Mark[]): void => {
  const { ctx } = plot;
  const { left, top, width, height } = box(plot);
  ctx.save();
  ctx.font = scaledFont();
  ctx.textBaseline = 'top';
  ctx.textAlign = 'left';
  let free = left;
  for (const { time, label } of marks) {
    const x = xOf(plot, time);
    if (x < left || x > left + width) continue;
    ctx.strokeStyle = colour('chart-mark');
    ctx.lineWidth = scaled(1);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    const wide = ctx.measureText(label).width + scaled(8);
    if (x < free || x + wide > left + width) continue;
    ctx.fillStyle = colour('text-quiet');
    ctx.fillText(label, x + scaled(4), top + scaled(2));
    free = x + wide;
  }
  ctx.restore();
};

const scaledFont = (): string => FONT.replace('11px', `${scaled(11)}px`);

export const slotSeconds = (times: readonly number[]): number => {
  const [first = 0, second = first + 1] = times;
  return second - first;
};

const hatch = (ctx: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void => {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, width, height);
  ctx.clip();
  ctx.fillStyle = colour('chart-gap');
  ctx.fillRect(x, y, width, height);
  ctx.strokeStyle = colour('chart-hatch');
  ctx.lineWidth = scaled(1);
  ctx.beginPath();
  for (let offset = -height; offset < width; offset += scaled(6)) {
    ctx.moveTo(x + offset, y + height);
    ctx.lineTo(x + offset + height, y);
  }
  ctx.stroke();
  ctx.restore();
};
