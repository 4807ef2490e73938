import { epochMsOf } from '../../kernel/instant.ts';
import { type Answer, indexSeries, type Lookup, type MissingReason, onlyValue } from './answers.ts';
import { PROCESS_LABEL, PROCESSES_QUERY, type QueriedMetric, UPTIME_QUERY } from './queries.ts';
import { METRICS, type ProcessPresence, type Reading, VARIANTS, type Variant, type VariantReadings } from './sample.ts';
import { type SlotGrid, slotEnd } from './slots.ts';

/** By query: those of `metricQueries`, and `PROCESSES_QUERY` unless no process is critical. */
export type Answers = Readonly<Record<string, Answer>>;

/** What one slot shows on some nodes. */
export interface SlotReadings {
  readonly baseline: VariantReadings;
  readonly candidate: VariantReadings;
  readonly processes: readonly ProcessPresence[];
}

/**
 * Turns answers into readings: a finite number, or missing with its reason. Nothing here makes a zero out of silence.
 * The answer is a function of the slot, so the store is read once for any number of slots.
 */
export const makeSlotReader = (
  grid: SlotGrid,
  nodes: readonly string[],
  criticalProcesses: readonly string[],
  answers: Answers,
): ((slot: number) => SlotReadings) => {
  const lookups = new Map(
    Object.entries(answers).map(([name, answer]) => [
      name,
      'missing' in answer ? answer.missing : indexSeries(answer.series),
    ]),
  );
  const lookupOf = (query: string): Lookup | MissingReason => {
    const lookup = lookups.get(query);
    if (lookup === undefined) throw new Error(`${query} was never asked`);
    return lookup;
  };
  const slotMs = grid.slotSeconds * 1000;

  /** null: this collector ran all the slot and was scraped in it, so what its counters grew by is true */
  const whyCountersAreUnread = (variant: Variant, node: string, endMs: number): MissingReason | null => {
    const uptime = lookupOf(UPTIME_QUERY);
    if (typeof uptime === 'string') return uptime;
    const atEnd = uptime(variant, node, endMs);
    const end = onlyValue(atEnd);
    if ('missing' in end) return end.missing;
    const before = uptime(variant, node, endMs - slotMs);
    const sameBefore = before.find(({ series }) => series === atEnd[0]?.series);
    if (sameBefore === undefined) return before.length === 0 ? 'not_ready' : 'counter_reset';
    if (end.value === sameBefore.value) return 'late';
    return end.value < sameBefore.value || end.value < grid.slotSeconds ? 'counter_reset' : null;
  };

  const readingOf = (metric: QueriedMetric, variant: Variant, node: string, endMs: number): Reading => {
    const lookup = lookupOf(metric);
    if (typeof lookup === 'string') return { missing: lookup };
    const reading = onlyValue(lookup(variant, node, endMs));
    if (METRICS[metric].kind === 'gauge') return reading;
    const unread = whyCountersAreUnread(variant, node, endMs);
    if (unread !== null) return { missing: unread };
    return 'value' in reading && reading.value < 0 ? { missing: 'counter_reset' } : reading;
  };

  const namesShown = (variant: Variant, node: string, endMs: number): readonly string[] => {
    if (criticalProcesses.length === 0) return [];
    const lookup = lookupOf(PROCESSES_QUERY);
    if (typeof lookup === 'string') return [];
    return lookup(variant, node, endMs)
      .flatMap(({ series }) => series.labels[PROCESS_LABEL] ?? [])
      .sort();
  };

  return (slot) => {
    const endMs = epochMsOf(slotEnd(grid, slot));
    const presences = nodes.map((node) => {
      const [baseline, candidate] = [namesShown('baseline', node, endMs), namesShown('candidate', node, endMs)];
      // a variant that shows nothing at all on this node has not lost processes: it is not there, which is another finding
      const silent = VARIANTS.map((variant) => readingOf('active_series', variant, node, endMs)).find(isMissing);
      const asked = criticalProcesses.length === 0 ? undefined : lookupOf(PROCESSES_QUERY);
      const missing = silent?.missing ?? (typeof asked === 'string' ? asked : null);
      return { node, baseline, candidate, missing };
    });
    const lostBy = (variant: Variant, node: string): Reading => {
      const presence = presences.find((each) => each.node === node);
      if (presence === undefined || presence.missing !== null) return { missing: presence?.missing ?? 'no_series' };
      const [own, other] =
        variant === 'candidate' ? [presence.candidate, presence.baseline] : [presence.baseline, presence.candidate];
      return { value: without(other, own).length };
    };
    const ofVariant = (variant: Variant): VariantReadings =>
      Object.fromEntries(
        METRIC_NAMES.map((metric) => [
          metric,
          Object.fromEntries(
            nodes.map((node) => [
              node,
              metric === 'critical_processes_missing' ? lostBy(variant, node) : readingOf(metric, variant, node, endMs),
            ]),
          ),
        ]),
      );
    return {
      baseline: ofVariant('baseline'),
      candidate: ofVariant('candidate'),
      processes: presences.map(({ node, baseline, candidate, missing }) => ({
        node,
        seenByBaseline: [...baseline],
        seenByCandidate: [...candidate],
        missing: missing === null ? [...without(baseline, candidate)] : [],
      })),
    };
  };
};

const METRIC_NAMES = Object.keys(METRICS) as readonly (keyof typeof METRICS)[];

const isMissing = (reading: Reading): reading is Extract<Reading, { missing: unknown }> => 'missing' in reading;

const without = (names: readonly string[], others: readonly string[]): readonly string[] =>
  names.filter((name) => !others.includes(name));
