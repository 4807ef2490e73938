import { exactlyThese, ottlString } from '../executable-names.ts';

// Conditions in OTTL about the resource of a process. In a filter a condition says what goes, so the words for what
// stays are put together here, once, and turned around once.

const NAME = 'resource.attributes["process.executable.name"]';

/** The attribute that says that a process stays. It lives between two processors and never leaves the collector. */
export const MARK = 'phx.keep';

/** Metrics of the node have none. */
export const IS_PROCESS = 'resource.attributes["process.pid"] != nil';

export const IS_NOT_MARKED = `resource.attributes["${MARK}"] == nil`;

export const isNamed = (names: readonly string[]): string => `IsMatch(${NAME}, ${ottlString(exactlyThese(names))})`;

/** One of these metrics of processes: `memory.virtual` stands for `process.memory.virtual`. */
export const isMetric = (metrics: readonly string[]): string =>
  `IsMatch(metric.name, ${ottlString(`^process\\.(${metrics.map((name) => name.replaceAll('.', '\\.')).join('|')})$`)})`;

/** A statement that marks a process. The last one that applies is the mark that stays. */
export const markAs = (mark: string, condition: string): string =>
  `set(resource.attributes["${MARK}"], "${mark}") where ${condition}`;

/** Uses at least this share of the node's CPU. Needs the utilization summed, else the line holds for each state apart. */
export const usesCpu = (share: number): string =>
  `metric.name == "process.cpu.utilization" and datapoint.value_double >= ${decimal(share)}`;

export const usesMemory = (bytes: number): string =>
  `metric.name == "process.memory.usage" and datapoint.value_int >= ${bytes}`;

/** The mark taken off again. */
export const UNMARK = { attributes: [{ key: MARK, action: 'delete' }] } as const;

/** Never in the form 1e-7: OTTL reads decimals only, and an integer would be compared as one. */
const decimal = (value: number): string =>
  Number.isInteger(value) ? `${value}.0` : value.toFixed(6).replace(/0+$/, '');

// ── the same in words

export const percent = (share: number): string => `${Number((share * 100).toPrecision(4))} %`;
export const mebibytes = (bytes: number): string => `${Math.round((bytes / 1_048_576) * 10) / 10} MiB`;

export const isBusy = (share: number, bytes: number): string =>
  `it uses at least ${percent(share)} of the node's CPU or ${mebibytes(bytes)} of memory`;

export const alwaysMarked = (names: readonly string[]): string =>
  names.length === 0 ? 'nothing is always marked' : `always marked: ${someNames(names)}`;

/** A long list shown by its beginning. */
export const someNames = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(', ')
    : `${names.slice(0, MOST_NAMES).join(', ')} and ${names.length - MOST_NAMES} more`;

const MOST_NAMES = 6;
