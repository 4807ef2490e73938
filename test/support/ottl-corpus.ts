import { stringify } from 'yaml';
import type { Settings } from '../../src/pipelines/domain/settings-tree.ts';
import type { RuleId } from '../../src/pipelines/domain/validation/rules.ts';

/** A line of OTTL, where it stands, and the rule that it breaks; undefined for one that is right. */
export interface OttlCase {
  readonly text: string;
  readonly signal: 'metrics' | 'logs' | 'traces';
  readonly processor: 'filter' | 'transform';
  /** written out, so that paths need no name in front */
  readonly context?: string;
  readonly rule?: RuleId;
}

type Place = Pick<OttlCase, 'signal' | 'processor' | 'context'>;

const at =
  (place: Place) =>
  (rule: RuleId | undefined, ...texts: readonly string[]): readonly OttlCase[] =>
    texts.map((text) => ({ ...place, text, ...(rule === undefined ? {} : { rule }) }));

const metrics = at({ signal: 'metrics', processor: 'transform' });
const logs = at({ signal: 'logs', processor: 'transform' });
const traces = at({ signal: 'traces', processor: 'transform' });
const metricFilter = at({ signal: 'metrics', processor: 'filter' });
const logFilter = at({ signal: 'logs', processor: 'filter' });
const traceFilter = at({ signal: 'traces', processor: 'filter' });
const datapoint = at({ signal: 'metrics', processor: 'transform', context: 'datapoint' });
const logRecord = at({ signal: 'logs', processor: 'filter', context: 'log' });
const RIGHT = undefined;

export const OTTL_CASES: readonly OttlCase[] = [
  ...metrics(
    RIGHT,
    'set(resource.attributes["phx.keep"], "cpu") where metric.name == "a" and datapoint.value_double >= 0.01',
    'set(datapoint.start_time, TruncateTime(datapoint.time, Duration("60s")) - Duration("60s")) where IsMatch(metric.name, "^process\\\\.")',
    'aggregate_on_attributes("sum", ["state", "direction"]) where IsMatch(metric.name, "^process\\\\.")',
    'aggregate_on_attributes("max") where metric.name == "a"',
    'convert_sum_to_gauge() where metric.name == "a"',
    'convert_gauge_to_sum("cumulative", true) where metric.name == "a"',
    'extract_sum_metric(true, "_total") where metric.type == METRIC_DATA_TYPE_HISTOGRAM',
    'scale_metric(10.0, "kWh") where metric.name == "a"',
    'copy_metric(name = "b", unit = "s") where metric.name == "a"',
    'copy_metric(unit="s") where metric.name == "a"',
    'merge_histogram_buckets(datapoint.attributes["bound"])',
    'keep_keys(resource.attributes, ["a", "b"])',
    'set(scope.name, "x") where scope.version == nil',
    'set(instrumentation_scope.name, metric.name)',
    'set(datapoint.attributes["x"], datapoint.attributes["y"]["z"][0])',
    'set(datapoint.value_int, Int(datapoint.value_double * 100.0 / (1 + 2)))',
    'set(datapoint.attributes["sum"], -5 + 3 * 2)',
    'set(datapoint.attributes["list"], ["a", 1, true, nil, 0x0A])',
    'set(datapoint.attributes["map"], {"a": 1, "b": {"c": [1, 2]}})',
    'replace_pattern(resource.attributes["p"], "(\\\\d+)", "$1", ToLowerCase)',
    'replace_all_patterns(resource.attributes, "key", "^kube_", "k8s.")',
    'merge_maps(datapoint.cache, ParseJSON(resource.attributes["json"]), "upsert")',
    'set(metric.description, Concat([metric.name, "x"], "-"))',
    'limit(datapoint.attributes, 10, ["a"])',
    'set(resource.attributes["when"], FormatTime(Now(), "%Y-%m-%d"))',
    'set(resource.attributes["day"], Day(Time("2024-01-02", "%Y-%m-%d")))',
    'set(exemplar.filtered_attributes["a"], "b")',
    'set(datapoint.flags, FLAG_NO_RECORDED_VALUE)',
    'set(resource.attributes["n"], Len(resource.attributes["list"])) where not (true and false)',
    'append(resource.attributes["tags"], values = ["a", "b"])',
    'set (resource.attributes["a"], "b")where true',
    'set(resource.attributes["a"], "\\u00e9\\t\\"quoted\\"")',
    'set(resource.attributes[metric.name], "b")',
    'set(resource.attributes["a"], Split(resource.attributes["b"], ",")[0])',
  ),
  ...metrics(
    'ottl-syntax',
    'set(resource.attributes["a"], "b"',
    'set(resource.attributes["a"] "b")',
    'set(resource.attributes["a"], "b") where',
    'set(resource.attributes["a"], "b") wher true',
    'set(resource.attributes["a"], "b") where metric.name = "x"',
    'set(resource.attributes["a"], "b") where metric.name == "x" && true',
    'set(resource.attributes["a"], "b") where !true',
    "set(resource.attributes['a'], 1)",
    'set(resource.attributes["a"], "\\d")',
    'set(resource.attributes["a"], 08)',
    'set(resource.attributes["a"], 99999999999999999999)',
    'set(resource.attributes["a"], 0x123)',
    'set(resource.attributes["a"], {"b" 1})',
    'set(resource.attributes[], 1)',
    'set(resource.attributes["a"], 1 +)',
    'resource.attributes["a"] = 1',
    'set(resource..attributes, 1)',
    'set',
    'set(resource.attributes["a"], "b")["c"] where true',
    'set(resource.attributes["a"], `b`)',
    'set(resource.attributes["a"], "b"); set(resource.attributes["c"], "d")',
    'set(resource.attributes["a"], not true)',
  ),
  ...metrics('ottl-editor-expected', 'Concat([metric.name], "-")', 'IsMatch(metric.name, "a")'),
  ...metrics(
    'ottl-editor-as-value',
    'set(resource.attributes["a"], concat(["a"], "-"))',
    'set(resource.attributes["a"], delete_key(resource.attributes, "b"))',
  ),
  ...metrics(
    'ottl-function-unknown',
    'sett(resource.attributes["a"], "b")',
    'set(resource.attributes["a"], Random())',
    'set(resource.attributes["a"], "b") where Matches(metric.name, "a")',
    'aggregate_on_attribute("sum", []) where metric.name == "a"',
    'set(resource.attributes["a"], IsRootSpan())',
    'has_attr("a") where metric.name == "a"',
  ),
  ...metrics(
    'ottl-arguments',
    'set(resource.attributes["a"])',
    'set(resource.attributes["a"], 1, 2)',
    'set(target = resource.attributes["a"], 1)',
    'set(resource.attributes["a"], valu = 1)',
    'aggregate_on_attributes("total") where metric.name == "a"',
    'convert_gauge_to_sum("sometimes", true) where metric.name == "a"',
    'extract_percentile_metric(100.0) where metric.name == "a"',
    'merge_maps(resource.attributes, ParseJSON("{}"), "replace")',
    'replace_all_patterns(resource.attributes, "both", "a", "b")',
    'set(resource.attributes["a"], ConvertCase(metric.name, "title"))',
    'set(resource.attributes["a"], ParseKeyValue("a", "=", "="))',
    'set(resource.attributes["a"], ParseCSV("a", "b", ",,"))',
    'set(resource.attributes["a"], Sort(["b"], "up"))',
    'limit(resource.attributes, 1, ["a", "b"])',
    'truncate_all(resource.attributes, 1, true, "...")',
    'flatten(resource.attributes, "a", 0)',
    'set(resource.attributes["a"], Coalesce([]))',
    'append(resource.attributes["a"])',
    'set(resource.attributes["a"], TraceID("abc"))',
    'set(resource.attributes["a"], Time("x", ""))',
    'set(resource.attributes["a"], Time("x", "%Q"))',
    'set(resource.attributes["a"], IsInCIDR("10.0.0.1", ["10.0.0.0"]))',
  ),
  ...metrics(
    'ottl-argument-kind',
    'set("a", "b") where metric.name == "a"',
    'keep_keys(resource.attributes, "a")',
    'keep_keys("a", ["a"]) where metric.name == "a"',
    'scale_metric(10) where metric.name == "a"',
    'convert_gauge_to_sum(metric.unit, true) where metric.name == "a"',
    'aggregate_on_attributes(["sum"]) where metric.name == "a"',
    'set(datapoint.time, TruncateTime(datapoint.time, "60s"))',
    'set(resource.attributes["a"], IsMatch(metric.name, 5))',
    'set(resource.attributes["a"], Substring(metric.name, "0", 3))',
    'truncate_all(resource.attributes, "100")',
    'truncate_all(resource.attributes, 1 + 1)',
    'limit(resource.attributes, -1, [])',
    'set(resource.attributes["a"], ParseJSON(5))',
    'set(resource.attributes["a"], Keys(["a"]))',
    'set(resource.attributes["a"], Double([1]))',
    'set(resource.attributes["a"], Concat("a", "-"))',
    'merge_maps(resource.attributes, "a", "upsert")',
    'delete_key(resource.attributes, 5)',
    'set(resource.attributes["a"], Hour("10:00"))',
    'set(resource.attributes["a"], Bool("maybe"))',
    'set(resource.attributes["a"], Double("one"))',
  ),
  ...metrics('ottl-arguments-ignored', 'convert_sum_to_gauge(true) where metric.name == "a"'),
  ...metrics('ottl-lambda', 'set(resource.attributes["a"], Any(resource.attributes["b"], (k, v) => v == 1))'),
  ...metrics(
    'ottl-path-unknown',
    'set(resource.attribute["a"], "b")',
    'set(metric.nam, "b")',
    'set(metric.name.x, "b")',
    'set(metric.name["x"], "b")',
    'set(datapoint.value, 1)',
    'set(datapoint.positive.offsets, 1)',
    'set(resource.cache["a"], datapoint.value_int)',
    'set(metric.attributes["a"], "b")',
    'set(datapoint.attributes["x"], otelcol.client)',
    'set(datapoint.attributes["x"], metric.cache["a"])',
    'set(scope.attributes.a, "b")',
  ),
  ...metrics(
    'ottl-context-missing',
    'set(attributes["a"], "b")',
    'set(name, "b") where metric.name == "a"',
    'set(metrics.name, "b")',
    'set(log.body, "b")',
    'set(span.name, metric.name)',
    'set(datapoint.value_int, value_int)',
    'set(instrumentation_scope.name, "x")',
  ),
  ...metrics(
    'ottl-enum-unknown',
    'set(metric.description, "a") where metric.type == METRIC_DATA_TYPE_COUNTER',
    'set(datapoint.flags, FLAG_SOME)',
    'set(resource.attributes["a"], SEVERITY_NUMBER_INFO) where metric.name == "b"',
    'set(resource.attributes["a"], STATUS_CODE_OK)',
    'replace_pattern(resource.attributes["a"], "b", "c", SHA256)',
  ),
  ...metrics(
    'ottl-pattern',
    'delete_matching_keys(resource.attributes, "(?=a)")',
    'keep_matching_keys(resource.attributes, "(a")',
    'replace_pattern(resource.attributes["a"], "(a)\\\\1", "b")',
    'replace_all_patterns(resource.attributes, "value", "[z-a]", "b")',
    'set(resource.attributes["a"], "b") where IsMatch(metric.name, "(?!a)b")',
    'set(resource.attributes["a"], "b") where IsMatch(metric.name, "*")',
    'set(resource.attributes["a"], "b") where IsMatch(metric.name, "a{2000}")',
    'set(resource.attributes["a"], ExtractPatterns(metric.name, "(?P<a>.*"))',
    'replace_all_matches(resource.attributes, "a[b", "c")',
  ),
  ...metrics(
    'ottl-always-fails',
    'set(datapoint.time, TruncateTime(datapoint.time, Duration("a minute")))',
    'set(resource.attributes["a"], "b") where Len(metric.name)',
    'set(resource.attributes["a"], Substring(metric.name, 0, 0))',
    'set(resource.attributes["a"], ExtractPatterns(metric.name, "(.*)"))',
  ),
  ...datapoint(
    RIGHT,
    'set(attributes["a"], "b")',
    'set(metric.description, "x") where resource.attributes["a"] == nil',
    'set(value_double, value_double * 2.0)',
    'set(cache["a"], 1)',
    'convert_summary_sum_val_to_sum("delta", true)',
  ),
  ...datapoint('ottl-path-unknown', 'set(name, "a")', 'set(attribute["a"], "b")', 'set(span.name, "a")'),
  ...datapoint('ottl-function-unknown', 'convert_sum_to_gauge()', 'extract_sum_metric(true)'),
  ...metricFilter(
    RIGHT,
    'resource.attributes["process.executable.name"] != nil and not IsMatch(resource.attributes["process.executable.name"], "^(kubelet|java)$")',
    'metric.name == "a" or (datapoint.value_int > 5 and datapoint.attributes["state"] == "idle")',
    'HasAttrKeyOnDatapoint("a") and metric.name == "b"',
    'HasAttrOnDatapoint("a", "b") or metric.name == "c"',
    'datapoint.time < Now() - Duration("1h")',
    'metric.type == METRIC_DATA_TYPE_NONE and metric.unit == ""',
    'IsString(datapoint.attributes["a"])',
    'not (metric.name == "a")',
    'metric.is_monotonic == true or metric.name == "x"',
    'resource.attributes["a"]["b"] == 1.5e3',
  ),
  ...metricFilter(
    'ottl-syntax',
    'metric.name == "a" &&  metric.unit == "b"',
    'metric.name == "a" and',
    'metric.name',
    'not not metric.name == "a"',
    'metric.name matches "^a"',
    'metric.name in ["a", "b"]',
    '(metric.name == "a"',
    'metric.name == "a" where true',
    'set(metric.name, "a")',
    '',
    'resource.attributes["a"] == ',
    'metric.name === "a"',
  ),
  ...metricFilter(
    'ottl-function-unknown',
    'Match(metric.name, "a")',
    'IsMatchs(metric.name, "a")',
    'metric.name == AggregateOn("a")',
  ),
  ...metricFilter(
    'ottl-arguments',
    'IsMatch(metric.name)',
    'IsMatch(metric.name, "a", "b")',
    'IsString() and metric.name == "a"',
  ),
  ...metricFilter('ottl-pattern', 'IsMatch(metric.name, "(?<=a)b")', 'IsMatch(metric.name, "[")'),
  ...metricFilter(
    'ottl-path-unknown',
    'metric.value == 1',
    'datapoint.attributes.state == "a"',
    'resource.name == "a"',
  ),
  ...metricFilter(
    'ottl-context-missing',
    'name == "a"',
    'attributes["a"] == "b"',
    'true',
    'span.name == "a"',
    'exemplar.int_value == 1',
  ),
  ...logs(
    RIGHT,
    'set(log.severity_text, "INFO") where log.severity_number == SEVERITY_NUMBER_INFO',
    'set(log.attributes["user"], ParseJSON(log.body)["user"])',
    'merge_maps(log.attributes, ExtractPatterns(log.body, "^(?P<level>\\\\w+)"), "upsert")',
    'set(log.time, Time(log.attributes["ts"], "%Y-%m-%dT%H:%M:%S.%L%z"))',
    'set(log.body, ParseCEF(log.body.string))',
    'set(log.trace_id.string, "0102030405060708090a0b0c0d0e0f10")',
    'flatten(log.attributes, depth = 2)',
    'set(log.attributes["k"], ParseKeyValue(log.body))',
    'truncate_all(log.attributes, 100)',
    'set(log.body, Trim(log.body))',
  ),
  ...logs('ottl-path-unknown', 'set(log.message, "a")', 'set(log.body["a"].string, "b")', 'set(log.severity, 5)'),
  ...logs('ottl-enum-unknown', 'set(log.severity_number, SEVERITY_INFO)'),
  ...logFilter(
    RIGHT,
    'log.severity_number > SEVERITY_NUMBER_UNSPECIFIED and log.severity_number < SEVERITY_NUMBER_INFO',
    'IsMatch(log.body, "GET /health")',
    'log.attributes["a"] == nil or log.event_name == "x"',
    'resource.attributes["k8s.namespace.name"] == "kube-system"',
  ),
  ...logFilter('ottl-enum-unknown', 'log.severity_number < SEVERITY_NUMBER_WARNING'),
  ...logRecord(RIGHT, 'severity_number < SEVERITY_NUMBER_INFO', 'body == "x" and resource.attributes["a"] != nil'),
  ...logRecord('ottl-path-unknown', 'name == "x"', 'severity < 5'),
  ...traces(
    RIGHT,
    'set(span.name, Concat([span.kind.string, span.name], " ")) where IsRootSpan()',
    'set(span.status.code, STATUS_CODE_ERROR) where span.attributes["http.status_code"] >= 500',
    'set(spanevent.attributes["i"], spanevent.event_index)',
    'set(span.trace_state["a"], "b")',
    'delete_key(span.attributes, "http.request.header.authorization")',
    'set_semconv_span_name("1.37.0") where span.name != nil',
  ),
  ...traces(
    'ottl-path-unknown',
    'set(span.trace_state["a"]["b"], "c")',
    'set(span.status.codes, 1)',
    'set(span.kind.text, "a")',
  ),
  ...traces('ottl-arguments', 'set_semconv_span_name("1.30.0") where span.name != nil'),
  ...traceFilter(
    RIGHT,
    'span.attributes["http.route"] == "/healthz"',
    'span.end_time - span.start_time < Duration("1ms")',
    'span.kind == SPAN_KIND_INTERNAL and not IsRootSpan()',
    'spanevent.name == "exception"',
    'span.parent_span_id == SpanID(0x0000000000000000)',
  ),
  ...traceFilter('ottl-arguments', 'span.parent_span_id == SpanID(0x00)'),
  ...traceFilter('ottl-enum-unknown', 'span.status.code == STATUS_ERROR'),
];

/** Whole settings with these lines, all of one place. */

const processorOf = ([first, ...more]: readonly [OttlCase, ...(readonly OttlCase[])]): Settings => {
  const { signal, processor, context } = first;
  const lines = [first, ...more].map(({ text }) => text);
  const kind = processor === 'filter' ? 'conditions' : 'statements';
  return {
    [`${signal.slice(0, -1)}_${kind}`]: context === undefined ? lines : [{ context, [kind]: lines }],
  };
};

const settingsWith = (processors: Settings, signal: string, used: readonly string[]): string =>
  stringify({
    receivers: { otlp: { protocols: { grpc: {} } } },
    processors,
    exporters: { nop: {} },
    service: { pipelines: { [signal]: { receivers: ['otlp'], processors: used, exporters: ['nop'] } } },
  });

/** Settings with these lines in one processor, in which they are used. */
export const ottlText = (cases: readonly [OttlCase, ...(readonly OttlCase[])]): string => {
  const [{ signal, processor }] = cases;
  return settingsWith({ [processor]: processorOf(cases) }, signal, [processor]);
};

/** Settings with each line in a processor of its own, by its number: `filter/7`. */
export const ottlTextOfAll = (cases: readonly OttlCase[]): string =>
  settingsWith(
    Object.fromEntries(cases.map((each, index) => [`${each.processor}/${index}`, processorOf([each])])),
    'traces',
    [],
  );
