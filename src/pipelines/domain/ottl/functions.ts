import type { Context } from './contexts.ts';

/**
 * What an argument has to be. Kinds that end in `Like` take what can be turned into it. A `written` one stands in the
 * text itself: nothing of the item can be looked at for it. `pattern` and `glob` are texts.
 */
export type Kind =
  | 'any'
  | 'text'
  | 'textLike'
  | 'pattern'
  | 'glob'
  | 'integer'
  | 'integerLike'
  | 'decimal'
  | 'decimalLike'
  | 'boolean'
  | 'booleanLike'
  | 'bytesLike'
  | 'time'
  | 'duration'
  | 'map'
  | 'list'
  | 'path'
  | 'mapPath'
  | 'listPath'
  | 'writtenText'
  | 'writtenInteger'
  | 'writtenDecimal'
  | 'writtenBoolean'
  | 'function'
  | 'lambda';

export interface Parameter {
  readonly name: string;
  readonly kind: Kind;
  /** several of the kind, in brackets */
  readonly isList: boolean;
  readonly isOptional: boolean;
}

/** `name kind`, with [] for several and ? for one that may be left out. */
type Notation = `${string} ${Kind}${'' | '[]'}${'' | '?'}`;
type Signatures = Readonly<Record<string, readonly Notation[]>>;

/** Functions that take the same one argument. */
const taking = (argument: Notation, ...names: readonly string[]): Signatures =>
  Object.fromEntries(names.map((name) => [name, [argument]]));

const REPLACEMENT = ['replacement text', 'function function?', 'replacement_format text?'] as const;

/** Editors change the item; their names begin with a small letter. */
const EDITORS: Signatures = {
  append: ['target path', 'value any?', 'values any[]?'],
  delete_index: ['target listPath', 'start_index integer', 'end_index integer?'],
  delete_key: ['target mapPath', 'key text'],
  delete_matching_keys: ['target mapPath', 'pattern pattern'],
  flatten: ['target mapPath', 'prefix writtenText?', 'depth writtenInteger?', 'resolve_conflicts writtenBoolean?'],
  keep_keys: ['target mapPath', 'keys text[]'],
  keep_matching_keys: ['target mapPath', 'pattern pattern'],
  limit: ['target mapPath', 'limit writtenInteger', 'priority_keys writtenText[]'],
  merge_maps: ['target mapPath', 'source map', 'strategy writtenText'],
  replace_all_matches: ['target mapPath', 'pattern glob', ...REPLACEMENT],
  replace_all_patterns: ['target mapPath', 'mode writtenText', 'regex_pattern pattern', ...REPLACEMENT],
  replace_match: ['target path', 'pattern glob', ...REPLACEMENT],
  replace_pattern: ['target path', 'regex_pattern pattern', ...REPLACEMENT],
  set: ['target path', 'value any'],
  stringify_all: ['target mapPath'],
  truncate_all: [
    'target mapPath',
    'limit writtenInteger',
    'utf8_safe writtenBoolean?',
    'truncation_marker writtenText?',
  ],
};

/** Two that the collector counts among the converters, so that conditions may name them. */
const EDITORS_AMONG_CONVERTERS = ['append', 'delete_index'];

/** Converters give a value; their names begin with a capital. */
const CONVERTERS: Signatures = {
  ...taking('target text', 'Base64Decode', 'FNV', 'MD5', 'Murmur3Hash', 'Murmur3Hash128', 'ParseJSON'),
  ...taking('target text', 'ParseSimplifiedXML', 'ParseXML', 'SHA1', 'SHA256', 'SHA512', 'ToCamelCase'),
  ...taking('target text', 'ToLowerCase', 'ToSnakeCase', 'ToUpperCase', 'XXH128', 'XXH3', 'IsString'),
  ...taking('target textLike', 'IsValidLuhn', 'String'),
  ...taking('target any', 'IsEmpty', 'IsList', 'Len'),
  ...taking('target bytesLike', 'Hex', 'ProfileID', 'SpanID', 'TraceID'),
  ...taking('target map', 'IsMap', 'Keys', 'Values'),
  ...taking('target decimalLike', 'Double', 'Log'),
  ...taking('time time', 'Day', 'Hour', 'Minute', 'Month', 'Nanosecond', 'Second', 'UnixMicro', 'UnixMilli'),
  ...taking('time time', 'UnixNano', 'UnixSeconds', 'Weekday', 'Year'),
  ...taking('duration duration', 'Hours', 'Microseconds', 'Milliseconds', 'Minutes', 'Nanoseconds', 'Seconds'),
  All: ['source any', 'predicate lambda'],
  Any: ['source any', 'predicate lambda'],
  Base64Encode: ['target text', 'variant text?'],
  Bool: ['target booleanLike'],
  Coalesce: ['values any[]'],
  CommunityID: [
    'sourceIP text',
    'source_port integer',
    'destinationIP text',
    'destination_port integer',
    'protocol text?',
    'seed integer?',
  ],
  Concat: ['vals textLike[]', 'delimiter text'],
  ContainsValue: ['target list', 'item any'],
  ConvertAttributesToElementsXML: ['target text', 'x_path writtenText?'],
  ConvertCase: ['target text', 'to_case writtenText'],
  ConvertTextToElementsXML: ['target text', 'x_path writtenText?', 'element_name writtenText?'],
  Decode: ['target any', 'encoding text'],
  Duration: ['duration text'],
  ExtractGrokPatterns: [
    'target text',
    'pattern text',
    'named_captures_only writtenBoolean?',
    'pattern_definitions writtenText[]?',
  ],
  ExtractPatterns: ['target text', 'pattern pattern'],
  Filter: ['source any', 'predicate lambda'],
  Find: ['source any', 'predicate lambda', 'mapper lambda?'],
  Format: ['format writtenText', 'vals any[]'],
  FormatTime: ['time time', 'format writtenText'],
  GetXML: ['target text', 'x_path writtenText'],
  HasPrefix: ['target text', 'prefix text'],
  HasSuffix: ['target text', 'suffix text'],
  Index: ['target any', 'value any'],
  InsertXML: ['target text', 'x_path writtenText', 'sub_document text'],
  Int: ['target integerLike'],
  IsBool: ['target boolean'],
  IsDouble: ['target decimal'],
  IsInCIDR: ['target text', 'networks text[]'],
  IsInt: ['target integer'],
  IsMatch: ['target textLike', 'pattern pattern'],
  MapEach: ['source any', 'mapper lambda'],
  MapKeys: ['source map', 'key_mapper lambda'],
  Now: [],
  ParseCSV: [
    'target text',
    'header text',
    'delimiter writtenText?',
    'header_delimiter writtenText?',
    'mode writtenText?',
  ],
  ParseInt: ['target text', 'base integer'],
  ParseKeyValue: ['target text', 'delimiter writtenText?', 'pair_delimiter writtenText?'],
  ParseSeverity: ['target any', 'mapping map'],
  Reduce: ['source any', 'seed any', 'accumulator lambda'],
  RemoveXML: ['target text', 'x_path writtenText'],
  SliceToMap: ['target list', 'key_path writtenText[]?', 'value_path writtenText[]?'],
  Sort: ['target any', 'order writtenText?'],
  Split: ['target text', 'delimiter text'],
  Substring: ['target text', 'start integer', 'length integer', 'utf8_safe writtenBoolean?'],
  Time: ['time text', 'format writtenText', 'location writtenText?', 'locale writtenText?'],
  ToKeyValueString: [
    'target map',
    'delimiter writtenText?',
    'pair_delimiter writtenText?',
    'sort_output writtenBoolean?',
  ],
  Trim: ['target text', 'replacement writtenText?'],
  TrimPrefix: ['target text', 'prefix text'],
  TrimSuffix: ['target text', 'suffix text'],
  TruncateTime: ['time time', 'duration duration'],
  Unix: ['seconds integer', 'nanoseconds integer?'],
  URL: ['uRI text'],
  UserAgent: ['user_agent text'],
  UUID: [],
  UUIDv7: [],
  When: ['condition lambda', 'true_value any', 'false_value any'],
};

const CONVERTERS_BY_CONTEXT: Partial<Record<Context, Signatures>> = { span: { IsRootSpan: [] } };

/** Known to filters, and to the `conditions` in front of statements, not to the statements. */
const CONDITIONS_BY_CONTEXT: Partial<Record<Context, Signatures>> = {
  metric: {
    HasAttrKeyOnDatapoint: ['key writtenText'],
    HasAttrOnDatapoint: ['key writtenText', 'expected_val writtenText'],
  },
};

const SUM = ['string_agg_temp writtenText', 'monotonic writtenBoolean'] as const;
const SUFFIX = 'suffix writtenText?' as const;

const STATEMENTS_BY_CONTEXT: Partial<Record<Context, Signatures>> = {
  metric: {
    aggregate_on_attribute_value: [
      'aggregation_function writtenText',
      'attribute writtenText',
      'values writtenText[]',
      'new_value writtenText',
    ],
    aggregate_on_attributes: ['aggregation_function writtenText', 'attributes writtenText[]?'],
    convert_exponential_histogram_to_histogram: ['distribution_fn writtenText', 'explicit_bounds writtenDecimal[]'],
    convert_gauge_to_sum: SUM,
    convert_sum_to_gauge: [],
    convert_summary_quantile_val_to_gauge: ['attribute_key writtenText?', SUFFIX],
    copy_metric: ['name text?', 'description text?', 'unit text?'],
    extract_count_metric: ['monotonic writtenBoolean', SUFFIX],
    extract_percentile_metric: ['percentile writtenDecimal', SUFFIX],
    extract_sum_metric: ['monotonic writtenBoolean', SUFFIX],
    scale_metric: ['multiplier writtenDecimal', 'unit text?'],
  },
  datapoint: {
    convert_summary_count_val_to_sum: [...SUM, SUFFIX],
    convert_summary_sum_val_to_sum: [...SUM, SUFFIX],
    merge_histogram_buckets: ['target_value decimalLike', 'method writtenText?'],
  },
  log: {
    ParseCEF: ['target text'],
    ParseCLF: ['target text', 'format writtenText?'],
    ParseELF: ['target text'],
    ParseLEEF: ['target text'],
  },
  span: { set_semconv_span_name: ['semconv_version writtenText', 'original_span_name_attribute writtenText?'] },
};

/** Statements of a transform processor, and everything that is only a condition. */
export type Use = 'statement' | 'condition';

/** The functions that a text may call, by name, each with its parameters in order. */
export const functionsOf = (use: Use, context: Context): Functions => TABLES[use][context];

type Functions = Readonly<Record<string, readonly Parameter[]>>;

const toParameter = (notation: Notation): Parameter => {
  const [, name = '', kind = '', list, optional] = /^(\S+) (\w+)(\[\])?(\?)?$/.exec(notation) ?? [];
  return { name, kind: kind as Kind, isList: list !== undefined, isOptional: optional !== undefined };
};

const toFunctions = (signatures: Signatures = {}): Functions =>
  Object.fromEntries(Object.entries(signatures).map(([name, notations]) => [name, notations.map(toParameter)]));

// most functions are the same in every context
const editors = toFunctions(EDITORS);
const converters = toFunctions(CONVERTERS);

const tableOf = (use: Use, context: Context): Functions =>
  use === 'statement'
    ? {
        ...editors,
        ...converters,
        ...toFunctions(CONVERTERS_BY_CONTEXT[context]),
        ...toFunctions(STATEMENTS_BY_CONTEXT[context]),
      }
    : {
        ...Object.fromEntries(EDITORS_AMONG_CONVERTERS.map((name) => [name, editors[name] ?? []])),
        ...converters,
        ...toFunctions(CONVERTERS_BY_CONTEXT[context]),
        ...toFunctions(CONDITIONS_BY_CONTEXT[context]),
      };

const tablesOf = (use: Use): Readonly<Record<Context, Functions>> => ({
  resource: tableOf(use, 'resource'),
  scope: tableOf(use, 'scope'),
  metric: tableOf(use, 'metric'),
  datapoint: tableOf(use, 'datapoint'),
  exemplar: tableOf(use, 'exemplar'),
  log: tableOf(use, 'log'),
  span: tableOf(use, 'span'),
  spanevent: tableOf(use, 'spanevent'),
});

const TABLES = { statement: tablesOf('statement'), condition: tablesOf('condition') };
