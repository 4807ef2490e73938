import { goDurationSeconds } from '../go-duration.ts';
import type { Value } from './syntax.ts';

/** The arguments of a call that are written out in the text, by the names of their parameters. */
export type Written = Readonly<Record<string, Value>>;

type Check = (given: Written) => string | undefined;

/** What a function demands of arguments that are written out, beside their kind; undefined where it is content. */
export const writtenFault = (name: string, given: Written): string | undefined => CHECKS[name]?.(given);

const oneOf =
  (parameter: string, ...words: readonly string[]): Check =>
  (given) => {
    const word = textOf(given[parameter]);
    return word === undefined || words.includes(word)
      ? undefined
      : `${parameter} is ${JSON.stringify(word)}; it can be ${words.join(', ')}`;
  };

const all =
  (...checks: readonly Check[]): Check =>
  (given) =>
    checks.map((check) => check(given)).find((fault) => fault !== undefined);

const oneCharacter =
  (parameter: string): Check =>
  (given) => {
    const text = textOf(given[parameter]);
    return text === undefined || [...text].length === 1 ? undefined : `${parameter} has to be one character`;
  };

const differing =
  (pair: string, whole: string): Check =>
  (given) => {
    const delimiter = textOf(given['delimiter']) ?? pair;
    const pairDelimiter = textOf(given['pair_delimiter']) ?? whole;
    if (delimiter === '' || pairDelimiter === '') return 'a delimiter is empty';
    return delimiter === pairDelimiter ? 'both delimiters are the same' : undefined;
  };

const AGGREGATIONS = ['sum', 'mean', 'min', 'max', 'median', 'count'] as const;
const aggregation = oneOf('aggregation_function', ...AGGREGATIONS);
const temporality = oneOf('string_agg_temp', 'delta', 'cumulative');

const identifier =
  (bytes: number): Check =>
  ({ target }) => {
    const length = byteLength(target);
    if (length === undefined || length === bytes) return undefined;
    const isHex = target?.kind === 'text' && /^[0-9a-fA-F]*$/.test(target.value);
    return length === 2 * bytes && isHex ? undefined : `it takes ${bytes} bytes or ${2 * bytes} hexadecimal digits`;
  };

/** As in C's strptime; a part of a second stands behind a point or a comma. */
const timeFormat: Check = ({ format }) => {
  const text = textOf(format);
  if (text === undefined) return undefined;
  if (text === '') return 'the format is empty';
  if (/\d/.test(text)) return 'a format of time holds %Y and the like, no digits';
  if (/[^.,]%[Lfs]/.test(text)) return 'a part of a second stands behind . or ,';
  const unknown = [...text.matchAll(/%(.)/g)].find(([, letter = '']) => !TIME_DIRECTIVES.includes(letter));
  return unknown === undefined ? undefined : `${unknown[0]} is no part of a time`;
};

const TIME_DIRECTIVES = 'YymoqbhBdegaAHlIpPMSLfsZzwijkDxFTXrRnt%c';

const CHECKS: Readonly<Record<string, Check>> = {
  aggregate_on_attribute_value: aggregation,
  aggregate_on_attributes: aggregation,
  append: ({ value, values }) =>
    value === undefined && values === undefined ? 'it needs a value or values' : undefined,
  Coalesce: ({ values }) => (values?.kind === 'list' && values.items.length === 0 ? 'it needs a value' : undefined),
  convert_exponential_histogram_to_histogram: all(
    oneOf('distribution_fn', 'upper', 'midpoint', 'random', 'uniform'),
    ({ explicit_bounds: bounds }) =>
      bounds?.kind === 'list' && bounds.items.length === 0 ? 'explicit_bounds is empty' : undefined,
  ),
  convert_gauge_to_sum: temporality,
  convert_summary_count_val_to_sum: temporality,
  convert_summary_sum_val_to_sum: temporality,
  ConvertCase: oneOf('to_case', 'lower', 'upper', 'snake', 'camel'),
  extract_percentile_metric: ({ percentile }) =>
    percentile?.kind === 'decimal' && (percentile.value <= 0 || percentile.value >= 100)
      ? 'percentile lies between 0 and 100'
      : undefined,
  flatten: ({ depth }) => (depth?.kind === 'integer' && depth.value < 1n ? 'depth is at least 1' : undefined),
  FormatTime: timeFormat,
  IsInCIDR: ({ networks }) =>
    networks?.kind === 'list' && networks.items.some((item) => item.kind === 'text' && !isNetwork(item.value))
      ? 'a network is written as 10.0.0.0/8 or fd00::/8'
      : undefined,
  limit: ({ limit, priority_keys: priority }) =>
    limit?.kind === 'integer' && priority?.kind === 'list' && limit.value < BigInt(priority.items.length)
      ? 'it would keep fewer keys than have priority'
      : undefined,
  merge_histogram_buckets: oneOf('method', 'remove_explicit_bound', 'limit_buckets'),
  merge_maps: oneOf('strategy', 'insert', 'update', 'upsert'),
  ParseCLF: oneOf('format', 'clf', 'combined'),
  ParseCSV: all(
    oneOf('mode', 'strict', 'lazyQuotes', 'ignoreQuotes'),
    oneCharacter('delimiter'),
    oneCharacter('header_delimiter'),
  ),
  ParseKeyValue: differing('=', ' '),
  ProfileID: identifier(16),
  replace_all_patterns: oneOf('mode', 'key', 'value'),
  Sort: oneOf('order', 'asc', 'desc'),
  set_semconv_span_name: ({ semconv_version: version, original_span_name_attribute: attribute }) => {
    const minor = /^1\.(\d+)\.0$/.exec(textOf(version) ?? '1.43.0')?.[1];
    if (minor === undefined || Number(minor) < 37 || Number(minor) > 43)
      return 'the semantic conventions it knows are 1.37.0 to 1.43.0';
    return textOf(attribute) === '' ? 'original_span_name_attribute is empty' : undefined;
  },
  SpanID: identifier(8),
  Time: timeFormat,
  ToKeyValueString: differing('=', ' '),
  TraceID: identifier(16),
  truncate_all: ({ limit, truncation_marker: marker }) =>
    limit?.kind === 'integer' && (byteLength(marker) ?? 0) > limit.value
      ? 'the marker is longer than the limit'
      : undefined,
};

/** What the collector finds out at each item only, and then passes over the line without a word. */
export const hopelessFault = (name: string, given: Written): string | undefined => HOPELESS[name]?.(given);

const duration: Check = ({ duration: given }) => {
  const text = textOf(given);
  return text === undefined || goDurationSeconds(text) !== undefined
    ? undefined
    : `${JSON.stringify(text)} is no duration such as 90s or 1h30m`;
};

const HOPELESS: Readonly<Record<string, Check>> = {
  Base64Encode: oneOf('variant', 'base64', 'base64-raw', 'base64-url', 'base64-raw-url'),
  Duration: duration,
  ExtractPatterns: ({ pattern }) => {
    const text = textOf(pattern);
    return text === undefined || /\(\?P?<\w+>/.test(text)
      ? undefined
      : 'its pattern needs a group with a name, (?P<name>…)';
  },
  Substring: ({ start, length }) =>
    (start?.kind === 'integer' && start.value < 0n) || (length?.kind === 'integer' && length.value <= 0n)
      ? 'start is not negative and length is more than 0'
      : undefined,
};

const textOf = (value: Value | undefined): string | undefined => (value?.kind === 'text' ? value.value : undefined);

const byteLength = (value: Value | undefined): number | undefined => {
  if (value?.kind === 'bytes') return value.hex.length / 2;
  return value?.kind === 'text' ? [...value.value].reduce((sum, each) => sum + utf8Length(each), 0) : undefined;
};

const utf8Length = (character: string): number => {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
};

const isNetwork = (text: string): boolean => {
  const [address = '', bits = ''] = text.split('/');
  if (!/^\d{1,3}$/.test(bits)) return false;
  if (address.includes(':')) return /^[0-9a-fA-F:.]+$/.test(address) && Number(bits) <= 128;
  return (
    Number(bits) <= 32 &&
    /^\d{1,3}(\.\d{1,3}){3}$/.test(address) &&
    address.split('.').every((part) => Number(part) <= 255)
  );
};
