/**
 * What each function takes: v a vector, m a range vector, s a number, t a text; `?` may be left out, `*` any number more.
 * From the reference of Prometheus 3.5; what is experimental there is not here.
 */
const TAKES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      ...['abs', 'absent', 'acos', 'acosh', 'asin', 'asinh', 'atan', 'atanh', 'ceil', 'cos', 'cosh', 'deg', 'exp'],
      ...['floor', 'histogram_avg', 'histogram_count', 'histogram_stddev', 'histogram_stdvar', 'histogram_sum', 'ln'],
      ...['log10', 'log2', 'rad', 'scalar', 'sgn', 'sin', 'sinh', 'sort', 'sort_desc', 'sqrt', 'tan', 'tanh'],
      'timestamp',
    ].map((name) => [name, 'v']),
  ),
  ...Object.fromEntries(
    [
      ...['absent_over_time', 'avg_over_time', 'changes', 'count_over_time', 'delta', 'deriv', 'idelta', 'increase'],
      ...['irate', 'last_over_time', 'max_over_time', 'min_over_time', 'present_over_time', 'rate', 'resets'],
      ...['stddev_over_time', 'stdvar_over_time', 'sum_over_time'],
    ].map((name) => [name, 'm']),
  ),
  ...Object.fromEntries(
    ['day_of_month', 'day_of_week', 'day_of_year', 'days_in_month', 'hour', 'minute', 'month', 'year'].map((name) => [
      name,
      'v?',
    ]),
  ),
  clamp: 'v s s',
  clamp_max: 'v s',
  clamp_min: 'v s',
  histogram_fraction: 's s v',
  histogram_quantile: 's v',
  label_join: 'v t t t*',
  label_replace: 'v t t t t',
  pi: '',
  predict_linear: 'm s',
  quantile_over_time: 's m',
  round: 'v s?',
  time: '',
  vector: 's',
};

export type Kind = 'v' | 'm' | 's' | 't';

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  v: 'a vector',
  m: 'a range vector such as x[5m]',
  s: 'a number',
  t: 'a text in quotes',
};

interface Taken {
  readonly least: number;
  readonly most: number;
  kindAt(index: number): Kind;
}

/** How many arguments a function takes and of which kind; null where it is not one that we know. */
export const takenBy = (name: string): Taken | null => {
  const text = Object.hasOwn(TAKES, name) ? TAKES[name] : undefined;
  return text === undefined ? null : taken(text.split(' ').filter((part) => part !== ''));
};

/** Aggregations with a first argument of their own. */
export const takenByAggregation = (op: string): Taken =>
  taken(AGGREGATIONS_WITH[op] === undefined ? ['v'] : [AGGREGATIONS_WITH[op], 'v']);

const AGGREGATIONS_WITH: Readonly<Record<string, string>> = {
  topk: 's',
  bottomk: 's',
  quantile: 's',
  count_values: 't',
};

const taken = (parts: readonly string[]): Taken => ({
  least: parts.filter((part) => part.length === 1).length,
  most: parts.some((part) => part.endsWith('*')) ? Number.POSITIVE_INFINITY : parts.length,
  kindAt: (index) => (parts[Math.min(index, parts.length - 1)] ?? 'v').slice(0, 1) as Kind,
});
