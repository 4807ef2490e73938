import { nearestWord } from '../../../kernel/words.ts';
import { HOST_METRIC_NAMES, PROCESS_ATTRIBUTES, RENAMED_METRICS } from '../components/host-scrapers.ts';
import { canonicalType } from '../components/registry.ts';
import { writtenPath } from '../ottl/certainty.ts';
import { comparisonsIn } from '../ottl/parts.ts';
import { type Settings, settingsAt } from '../settings-tree.ts';
import { type Remark, remark } from './finding.ts';
import { type OttlLine, pathsOfLine } from './ottl.ts';

/** So many names are looked up: each is compared with all that there are. */
const MOST_NAMES = 50;

/**
 * Names of the host's metrics and of processes that are nearly right: such a line is true of nothing, and nobody hears of
 * it. Only where the host's metrics are collected here; other names may come from anywhere.
 */
export const checkNames = (settings: Settings, lines: readonly OttlLine[]): readonly Remark[] => {
  const collectsHost = Object.keys(settingsAt(settings, 'receivers')).some(
    (id) => canonicalType('receivers', id) === 'host_metrics',
  );
  return collectsHost
    ? lines
        .flatMap((line) => [...metricNames(line), ...attributeNames(line)])
        .slice(0, MOST_NAMES)
        .flatMap(judgeName)
    : [];
};

interface Name {
  readonly line: OttlLine;
  readonly name: string;
  readonly at: number;
  readonly among: readonly string[];
}

const METRIC = /^(process|system)\./;

const metricNames = (line: OttlLine): readonly Name[] => {
  const condition = line.does === 'change' ? line.statement.where : line.condition;
  return (condition === undefined ? [] : comparisonsIn(condition)).flatMap(({ left, right }) => {
    if (left.kind !== 'path' || right.kind !== 'text' || writtenPath(left, line.scope.context) !== 'metric.name')
      return [];
    return METRIC.test(right.value) && !HOST_METRIC_NAMES.includes(right.value)
      ? [{ line, name: right.value, at: right.start, among: HOST_METRIC_NAMES }]
      : [];
  });
};

const ATTRIBUTES = Object.keys(PROCESS_ATTRIBUTES);

const attributeNames = (line: OttlLine): readonly Name[] =>
  pathsOfLine(line).flatMap(({ segments }) => {
    const last = segments.at(-1);
    const [key] = last?.name === 'attributes' ? last.keys : [];
    const isResource = segments.some(({ name }) => name === 'resource') || line.scope.context === 'resource';
    return isResource && key?.kind === 'text' && key.value.startsWith('process.') && !ATTRIBUTES.includes(key.value)
      ? [{ line, name: key.value, at: key.start, among: ATTRIBUTES }]
      : [];
  });

const judgeName = ({ line, name, at, among }: Name): readonly Remark[] => {
  const meant = RENAMED_METRICS[name] ?? nearestWord(name, among);
  return meant === undefined
    ? []
    : [
        {
          ...remark(
            'ottl-name-unknown',
            line.path,
            `the host gives no "${name}": this matches nothing`,
            `write ${meant}`,
          ),
          at,
        },
      ];
};
