import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { scheme } from '../app/theme.ts';
import { useStore } from '../session/use-session.ts';

const probe = document.createElement('span');

/** A colour of the theme as the canvas understands it: variables are resolved by an element, not by name. */
export const colour = (name: string): string => {
  if (!probe.isConnected) {
    probe.hidden = true;
    document.body.append(probe);
  }
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
};

export interface PlotProps {
  /** makes the options when the chart is created: colours are read then */
  readonly options: () => Omit<uPlot.Options, 'width' | 'height'>;
  /** the chart is made anew when this changes, and only then; new values are put in place */
  readonly identity: string;
  readonly data: uPlot.AlignedData;
  readonly height: number;
  /** what is zoomed into, in seconds; null shows all */
  readonly range: readonly [number, number] | null;
  readonly label: string;
  /** what is painted around the lines: drawn anew when it changes */
  readonly decoration: unknown;
}

/** A uPlot that lives as long as its options; data and width change in place, so nothing jumps. */
export const Plot = ({ options, identity, data, height, range, label, decoration }: PlotProps) => {
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef({ options, data, range });
  newest.current = { options, data, range };
  const shownScheme = useStore(scheme);

  // biome-ignore lint/correctness/useExhaustiveDependencies: identity and scheme say when to make it anew
  useEffect(() => {
    const host = element.current;
    if (host === null) return;
    const made = new uPlot({ ...newest.current.options(), width: host.clientWidth, height }, newest.current.data, host);
    plot.current = made;
    applyRange(made, newest.current.range);
    const observer = new ResizeObserver(() => made.setSize({ width: host.clientWidth, height }));
    observer.observe(host);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [identity, shownScheme, height]);

  useEffect(() => {
    if (plot.current === null) return;
    plot.current.setData(data, false);
    applyRange(plot.current, range);
  }, [data, range]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawing reads the decoration by itself
  useEffect(() => plot.current?.redraw(false, false), [decoration]);

  return <div ref={element} className="plot" role="img" aria-label={label} style={{ minHeight: height }} />;
};

const applyRange = (plot: uPlot, range: readonly [number, number] | null): void => {
  const times = plot.data[0];
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return;
  const [min, max] = range ?? [first, last];
  plot.setScale('x', { min, max: max > min ? max : min + 1 });
};
