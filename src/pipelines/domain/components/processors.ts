import { goDurationSeconds } from '../go-duration.ts';
import { isSettings, type Settings, type SettingsNode } from '../settings-tree.ts';
import { matchFault, matchKeys, patternsFault, uncheckedMatchKeys } from './matching.ts';
import {
  anything,
  type Complaint,
  decimal,
  duration,
  either,
  flag,
  integer,
  isMissing,
  listOf,
  mapOf,
  natural,
  needs,
  type PatternFault,
  type SectionRule,
  section,
  sectionIn,
  text,
  word,
} from './shape.ts';

// Seconds and numbers of a section, with the default of the collector where nothing is said; undefined where they are
// only known in the pod.

const seconds = (given: Settings, key: string, usual: number): number | undefined => {
  const value = given[key] ?? usual;
  if (typeof value === 'number') return given[key] === undefined || given[key] === null ? value : value / 1e9;
  return typeof value === 'string' ? goDurationSeconds(value) : undefined;
};

const number = (given: Settings, key: string): number | undefined => {
  const value = given[key] ?? 0;
  return typeof value === 'number' ? value : undefined;
};

const isAbove = (one: number | undefined, other: number | undefined): boolean =>
  one !== undefined && other !== undefined && one > other;

const textsOf = (node: SettingsNode | undefined): readonly string[] =>
  Array.isArray(node) ? node.filter((each): each is string => typeof each === 'string') : [];

const uniqueKeys: SectionRule = ({ metadata_keys: keys }) => {
  const small = textsOf(keys).map((key) => key.toLowerCase());
  const twice = small.find((key, index) => small.indexOf(key) < index);
  return twice === undefined
    ? undefined
    : { key: 'metadata_keys', message: `"${twice}" is there twice`, fix: 'name each key once' };
};

const batch = section(
  {
    timeout: duration('200ms', { least: 'nothing' }),
    send_batch_size: natural(8192),
    send_batch_max_size: natural(0),
    metadata_keys: listOf(text({ means: 'caller' })),
    metadata_cardinality_limit: natural(1000),
  },
  {
    rules: [
      (given) => {
        const most = number(given, 'send_batch_max_size');
        const usual = given['send_batch_size'] ?? 8192;
        return most !== undefined && most > 0 && typeof usual === 'number' && most < usual
          ? {
              key: 'send_batch_max_size',
              message: `send_batch_max_size ${most} is below send_batch_size ${usual}`,
              fix: 'raise it, or lower send_batch_size',
            }
          : undefined;
      },
      uniqueKeys,
    ],
  },
);

const SOFT_AND_HARD = {
  minSoft: { key: 'min_gc_interval_when_soft_limited', usual: 10 },
  minHard: { key: 'min_gc_interval_when_hard_limited', usual: 0 },
  maxSoft: { key: 'max_gc_interval_when_soft_limited', usual: 30 },
  maxHard: { key: 'max_gc_interval_when_hard_limited', usual: 30 },
} as const;

const garbageFault: SectionRule = (given) => {
  const at = (which: keyof typeof SOFT_AND_HARD) =>
    seconds(given, SOFT_AND_HARD[which].key, SOFT_AND_HARD[which].usual);
  const [minSoft, minHard, maxSoft, maxHard] = [at('minSoft'), at('minHard'), at('maxSoft'), at('maxHard')];
  const below = (low: keyof typeof SOFT_AND_HARD, high: keyof typeof SOFT_AND_HARD): Complaint => ({
    message: `${SOFT_AND_HARD[low].key} is shorter than ${SOFT_AND_HARD[high].key}`,
    fix: 'leave both at their defaults',
  });
  if (isAbove(minHard, minSoft)) return below('minSoft', 'minHard');
  if (maxSoft !== 0 && isAbove(minSoft, maxSoft)) return below('maxSoft', 'minSoft');
  if (maxHard !== 0 && isAbove(minHard, maxHard)) return below('maxHard', 'minHard');
  return maxSoft !== 0 && maxHard !== 0 && isAbove(maxHard, maxSoft) ? below('maxSoft', 'maxHard') : undefined;
};

const memoryLimiter = section(
  {
    check_interval: duration('0s'),
    limit_mib: natural(0),
    spike_limit_mib: natural(0),
    limit_percentage: natural(0, { most: 100 }),
    spike_limit_percentage: natural(0, { most: 100 }),
    min_gc_interval_when_soft_limited: duration('10s'),
    min_gc_interval_when_hard_limited: duration('0s'),
    max_gc_interval_when_soft_limited: duration('30s', { least: 'nothing' }),
    max_gc_interval_when_hard_limited: duration('30s', { least: 'nothing' }),
  },
  {
    rules: [
      (given) => {
        const interval = seconds(given, 'check_interval', 0);
        return interval !== undefined && interval <= 0
          ? { key: 'check_interval', message: 'check_interval is missing or nothing', fix: 'write check_interval: 1s' }
          : undefined;
      },
      garbageFault,
      (given) =>
        number(given, 'limit_mib') === 0 && number(given, 'limit_percentage') === 0
          ? { message: 'it has no limit', fix: 'write limit_percentage: 80 and spike_limit_percentage: 20' }
          : undefined,
      (given) => {
        const unit = ['mib', 'percentage'].find((each) => {
          const limit = number(given, `limit_${each}`) ?? 0;
          const spike = number(given, `spike_limit_${each}`);
          return limit > 0 && spike !== undefined && spike >= limit;
        });
        return unit === undefined
          ? undefined
          : {
              key: `spike_limit_${unit}`,
              message: `spike_limit_${unit} has to be smaller than limit_${unit}`,
              fix: 'take a quarter of the limit',
            };
      },
    ],
  },
);

const actionFields = {
  key: text(),
  value: anything,
  default_value: anything,
  pattern: text(),
  from_attribute: text(),
  from_context: text({ means: 'caller' }),
  converted_type: text(),
  action: word(['insert', 'update', 'upsert', 'delete', 'hash', 'extract', 'convert'], { anyCase: true }),
};

const given = (action: Settings, key: string): boolean => action[key] !== undefined && action[key] !== null;
const filled = (action: Settings, key: string): boolean => !isMissing(action[key]);

/** What each action needs, and what it does not use and is refused. */
const actionFault: SectionRule = (action, faultOf) => {
  const name = action['action'];
  if (name !== undefined && name !== null && typeof name !== 'string') return undefined;
  const kind = (name ?? '').toLowerCase();
  const fails = (message: string, fix: string, key?: string): Complaint =>
    key === undefined ? { message, fix } : { key, message, fix };
  const sources = [given(action, 'value'), filled(action, 'from_attribute'), filled(action, 'from_context')];
  const sourceCount = sources.filter(Boolean).length;
  const unused = (...keys: readonly string[]): Complaint | undefined => {
    const key = keys.find((each) => (each === 'value' ? given(action, each) : filled(action, each)));
    return key === undefined ? undefined : fails(`${kind} does not use ${key}`, `leave out ${key}`, key);
  };
  const badPattern = (): Complaint | undefined => {
    const pattern = action['pattern'];
    const fault = typeof pattern === 'string' ? faultOf(pattern) : undefined;
    return fault === undefined
      ? undefined
      : fails(`the pattern is no regular expression for the collector: ${fault}`, 'use the syntax of RE2', 'pattern');
  };
  switch (kind) {
    case 'delete':
    case 'hash':
      if (!filled(action, 'key') && !filled(action, 'pattern'))
        return fails(`${kind} needs a key or a pattern`, 'name the attribute: key');
      return unused('value', 'from_attribute', 'converted_type') ?? badPattern();
    case 'insert':
    case 'update':
    case 'upsert':
      if (!filled(action, 'key')) return fails('key is missing', 'name the attribute: key');
      if (sourceCount === 0 && !given(action, 'default_value'))
        return fails(`${kind} has no value`, 'write value, from_attribute or from_context');
      if (sourceCount > 1)
        return fails(`${kind} has several values`, 'keep one of value, from_attribute, from_context');
      return unused('pattern', 'converted_type');
    case 'extract':
      if (!filled(action, 'key')) return fails('key is missing', 'name the attribute: key');
      if (!filled(action, 'pattern')) return fails('extract needs a pattern', 'write pattern: ^(?P<name>.*)$');
      return (
        unused('value', 'from_attribute', 'from_context', 'converted_type') ?? badPattern() ?? unnamedGroups(action)
      );
    case 'convert':
      if (!filled(action, 'key')) return fails('key is missing', 'name the attribute: key');
      if (!['string', 'int', 'double'].includes(String(action['converted_type'] ?? '')))
        return fails('converted_type is string, int or double', 'write one of them', 'converted_type');
      return unused('value', 'from_attribute', 'from_context', 'pattern');
    case '':
      return fails('action is missing', 'write action: upsert');
    // another word is refused for being no action
    default:
      return undefined;
  }
};

const unnamedGroups = ({ pattern }: Settings): Complaint | undefined => {
  const groups = String(pattern).match(/\\.|\[(?:\\.|[^\]\\])*\]|\((?!\?[^P<])(\?P?<\w+>)?/g) ?? [];
  const opened = groups.filter((each) => each.startsWith('('));
  return opened.length > 0 && opened.every((each) => each.length > 1)
    ? undefined
    : { key: 'pattern', message: 'each group of the pattern needs a name', fix: 'write (?P<name>…)' };
};

const actions = listOf(section(actionFields, { rules: [actionFault] }));

const attribute = section({ key: text(), value: anything });

const severities = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((level) =>
  ['', '2', '3', '4'].map((step) => `${level}${step}`),
);

const recordMatch = section(
  {
    ...matchKeys,
    services: listOf(text()),
    span_names: listOf(text()),
    log_bodies: listOf(text()),
    log_severity_texts: listOf(text()),
    log_severity_number: section({ min: integer(), match_undefined: flag() }),
    metric_names: listOf(text()),
    attributes: listOf(attribute),
    resources: listOf(attribute),
    libraries: listOf(section({ name: text(), version: text() })),
    span_kinds: listOf(text()),
  },
  {
    rules: [
      (match, faultOf) => {
        const lists = ['services', 'span_names', 'log_bodies', 'log_severity_texts', 'metric_names', 'span_kinds'];
        return lists.map((each) => matchFault(match, each, faultOf)).find((fault) => fault !== undefined);
      },
    ],
  },
);

const attributes = section(
  { actions, include: recordMatch, exclude: recordMatch },
  { rules: [needs('actions', 'say what to change: actions: [{key: …, action: …}]')] },
);

const resource = section(
  { attributes: actions },
  { rules: [needs('attributes', 'say what to change: attributes: [{key: …, action: …}]')] },
);

const METRIC_TYPES = ['sum', 'histogram', 'exponentialhistogram'];

const matchedMetrics = section(
  { ...uncheckedMatchKeys, metrics: listOf(text()), metric_types: listOf(word(METRIC_TYPES, { anyCase: true })) },
  {
    rules: [
      (match, faultOf) => {
        const fault = matchFault(match, 'metrics', faultOf);
        return fault === undefined || isMissing(match['match_type']) ? fault : { ...fault, isUnseen: true };
      },
      (match) =>
        !isMissing(match['match_type']) && isMissing(match['metrics'])
          ? { key: 'match_type', message: 'match_type without metrics', fix: 'name metrics, or leave it out' }
          : undefined,
    ],
  },
);

const cumulativeToDelta = section({
  max_staleness: duration('1h0m0s'),
  // the collector also takes the number that it counts them by
  initial_value: either(word(['auto', 'keep', 'drop']), integer({ least: 0, most: 2 })),
  include: matchedMetrics,
  exclude: matchedMetrics,
});

const deltaToCumulative = section({
  max_stale: duration('5m0s', { least: 'more-than-nothing' }),
  max_streams: natural(),
});

const interval = section({
  interval: duration('1m0s', { least: 'more-than-nothing' }),
  pass_through: section({ gauge: flag(false), summary: flag(false) }),
});

const AGGREGATIONS = ['sum', 'mean', 'min', 'max', 'median', 'count', ''];

const operation = section(
  {
    action: word([
      'add_label',
      'update_label',
      'delete_label_value',
      'toggle_scalar_data_type',
      'experimental_scale_value',
      'aggregate_labels',
      'aggregate_label_values',
    ]),
    label: text(),
    new_label: text(),
    label_set: listOf(text()),
    aggregation_type: word(AGGREGATIONS),
    aggregated_values: listOf(text()),
    new_value: text(),
    value_actions: listOf(section({ value: text(), new_value: text() })),
    experimental_scale: decimal(),
    label_value: text(),
  },
  {
    rules: [
      needs('action', 'say what to do: action: aggregate_labels'),
      (step) => {
        const wanted: Readonly<Record<string, readonly string[]>> = {
          add_label: ['new_label', 'new_value'],
          update_label: ['label'],
          experimental_scale_value: ['experimental_scale'],
        };
        const missing = (wanted[String(step['action'])] ?? []).find((key) => isMissing(step[key]) || step[key] === 0);
        return missing === undefined
          ? undefined
          : { message: `${step['action']} needs ${missing}`, fix: `add ${missing}` };
      },
    ],
  },
);

const transformation = section(
  {
    include: text(),
    match_type: word(['strict', 'regexp', '']),
    experimental_match_labels: mapOf(text()),
    action: word(['insert', 'update', 'combine', 'group']),
    new_name: text(),
    group_resource_labels: mapOf(text()),
    aggregation_type: word(AGGREGATIONS),
    submatch_case: word(['lower', 'upper', '']),
    operations: listOf(operation),
  },
  {
    rules: [
      needs('include', 'name the metric: include'),
      needs('action', 'say what to do: action: update'),
      (each) => {
        const wanted: Readonly<Record<string, readonly string[]>> = {
          insert: ['new_name'],
          combine: ['new_name', 'aggregation_type'],
          group: ['group_resource_labels'],
        };
        const missing = (wanted[String(each['action'])] ?? []).find((key) => isMissing(each[key]));
        return missing === undefined
          ? undefined
          : { message: `${each['action']} needs ${missing}`, fix: `add ${missing}` };
      },
      ({ match_type: type, include }, faultOf) =>
        type === 'regexp' && typeof include === 'string' ? patternsFault([include], 'include', faultOf) : undefined,
      ({ match_type: type, experimental_match_labels: labels }, faultOf) =>
        type === 'regexp'
          ? patternsFault(Object.values(isSettings(labels) ? labels : {}), 'experimental_match_labels', faultOf)
          : undefined,
    ],
  },
);

const ERROR_MODE = word(['ignore', 'propagate', 'silent'], { default: 'ignore', anyCase: true });
const GROUP_ERROR_MODE = word(['ignore', 'propagate', 'silent'], { anyCase: true });

const CONTEXT_WORDS = ['resource', 'scope', 'span', 'spanevent', 'metric', 'datapoint', 'log', 'profile'];

/** Lines of OTTL, or groups of them with a context of their own; not both. */
const ottlLines = (lines: 'conditions' | 'statements') =>
  either(
    listOf(text()),
    listOf(
      section({
        context: word(lines === 'statements' ? [...CONTEXT_WORDS, 'exemplar'] : CONTEXT_WORDS, { anyCase: true }),
        conditions: listOf(text()),
        ...(lines === 'statements' ? { statements: listOf(text()) } : {}),
        error_mode: GROUP_ERROR_MODE,
      }),
    ),
  );

const ottlConditions = (instead: string) => listOf(text(), { instead });

const metricMatch = section(
  {
    match_type: word(['strict', 'regexp', 'expr', '']),
    regexp: matchKeys.regexp,
    metric_names: listOf(text()),
    expressions: listOf(text()),
    resource_attributes: listOf(attribute),
  },
  {
    instead: 'metric_conditions',
    rules: [
      (match, faultOf) => (match['match_type'] === 'expr' ? undefined : matchFault(match, 'metric_names', faultOf)),
      (match, faultOf) => attributesFault(match, 'resource_attributes', faultOf),
    ],
  },
);

const logMatch = section(
  {
    match_type: word(['strict', 'regexp', '']),
    resource_attributes: listOf(attribute),
    record_attributes: listOf(attribute),
    severity_texts: listOf(text()),
    severity_number: section({
      min: word([...severities, ...severities.map((_each, index) => String(index + 1)), ''], { anyCase: true }),
      match_undefined: flag(),
    }),
    bodies: listOf(text()),
  },
  {
    instead: 'log_conditions',
    rules: [
      (match, faultOf) =>
        ['severity_texts', 'bodies']
          .map((each) => matchFault(match, each, faultOf))
          .find((fault) => fault !== undefined),
      (match, faultOf) =>
        attributesFault(match, 'resource_attributes', faultOf) ?? attributesFault(match, 'record_attributes', faultOf),
    ],
  },
);

const attributesFault = (match: Settings, key: string, faultOf: PatternFault): Complaint | undefined => {
  const list = Array.isArray(match[key]) ? (match[key] as readonly SettingsNode[]) : [];
  const each = list.filter((item): item is Settings => typeof item === 'object' && item !== null);
  if (each.some((item) => isMissing(item['key']))) return { key, message: 'an attribute has no key', fix: 'name it' };
  const valued = each.filter((item) => item['value'] !== undefined && item['value'] !== null);
  if (valued.length === 0) return undefined;
  if (isMissing(match['match_type']))
    return { key, message: `${key} without match_type`, fix: 'add match_type: strict, or regexp' };
  return match['match_type'] === 'regexp'
    ? patternsFault(
        valued.map((item) => item['value'] ?? null),
        key,
        faultOf,
      )
    : undefined;
};

/** The older keys of one signal, and the newer one that replaces them. */
const OLDER_AND_NEWER = {
  metrics: { newer: 'metric_conditions', ottl: ['resource', 'metric', 'datapoint'] },
  logs: { newer: 'log_conditions', ottl: ['resource', 'log_record'] },
  traces: { newer: 'trace_conditions', ottl: ['resource', 'span', 'spanevent'] },
} as const;

const mixedStyles: SectionRule = (filter) => {
  for (const [older, { newer, ottl }] of Object.entries(OLDER_AND_NEWER)) {
    const section = sectionIn(filter, older) ?? {};
    const has = (keys: readonly string[]): boolean => keys.some((key) => given(section, key));
    const matches = older === 'traces' ? sectionIn(filter, 'spans') : section;
    const hasMatches = ['include', 'exclude'].some((key) => matches !== undefined && given(matches, key));
    if (given(filter, newer) && (has(ottl) || (older !== 'traces' && hasMatches)))
      return { key: newer, message: `${newer} and ${older} cannot both be there`, fix: `keep ${newer}` };
    if (has(ottl) && hasMatches)
      return { key: older, message: `${older} has conditions and include or exclude`, fix: `write ${newer}` };
  }
  return undefined;
};

const filter = section(
  {
    error_mode: ERROR_MODE,
    metric_conditions: ottlLines('conditions'),
    log_conditions: ottlLines('conditions'),
    trace_conditions: ottlLines('conditions'),
    profile_conditions: ottlLines('conditions'),
    metrics: section({
      include: metricMatch,
      exclude: metricMatch,
      regexp: matchKeys.regexp,
      resource: ottlConditions('metric_conditions'),
      metric: ottlConditions('metric_conditions'),
      datapoint: ottlConditions('metric_conditions'),
    }),
    logs: section({
      include: logMatch,
      exclude: logMatch,
      resource: ottlConditions('log_conditions'),
      log_record: ottlConditions('log_conditions'),
    }),
    traces: section({
      resource: ottlConditions('trace_conditions'),
      span: ottlConditions('trace_conditions'),
      spanevent: ottlConditions('trace_conditions'),
    }),
    spans: section({ include: recordMatch, exclude: recordMatch }, { instead: 'trace_conditions' }),
    profiles: section({
      resource: ottlConditions('profile_conditions'),
      profile: ottlConditions('profile_conditions'),
    }),
  },
  { rules: [mixedStyles] },
);

const transform = section(
  {
    error_mode: ERROR_MODE,
    metric_statements: ottlLines('statements'),
    log_statements: ottlLines('statements'),
    trace_statements: ottlLines('statements'),
    profile_statements: ottlLines('statements'),
    flatten_data: flag(false),
  },
  {
    rules: [
      ({ flatten_data: flattens }) =>
        flattens === true
          ? {
              key: 'flatten_data',
              message: 'flatten_data is behind a feature gate that we do not open',
              fix: 'leave it out',
            }
          : undefined,
    ],
  },
);

export const PROCESSOR_SETTINGS = {
  attributes,
  batch,
  cumulative_to_delta: cumulativeToDelta,
  delta_to_cumulative: deltaToCumulative,
  filter,
  groupbyattrs: section({ keys: listOf(text()) }),
  interval,
  memory_limiter: memoryLimiter,
  metrics_transform: section({ transforms: listOf(transformation) }),
  resource,
  transform,
};
