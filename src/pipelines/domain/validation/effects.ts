import { RE2JS } from 're2js';
import { canonicalType } from '../components/registry.ts';
import { certainTruth, type Known } from '../ottl/certainty.ts';
import { patternFault } from '../ottl/patterns.ts';
import { type Settings, settingsAt } from '../settings-tree.ts';
import { type Remark, remark } from './finding.ts';
import type { OttlLine } from './ottl.ts';
import { pipelinesOf } from './wiring.ts';

/** What filters do for certain: whether anything is left, and whether critical processes are. */
export const checkEffects = (
  settings: Settings,
  lines: readonly OttlLine[],
  criticalProcesses: readonly string[],
): readonly Remark[] => {
  const used = new Set(pipelinesOf(settings).flatMap(({ parts }) => parts.processors));
  const reads = scrapersOfProcesses(settings);
  const filters = lines.filter(({ does, path }) => does === 'drop' && used.has(String(path[1])));
  return [
    ...filters.flatMap((line) => (isAlwaysTrue(line, ANYTHING) ? [dropsEverything(line)] : [])),
    ...(reads.length === 0 ? [] : criticalProcesses).flatMap((name) => [
      ...filters.flatMap((line) =>
        line.signal === 'metrics' && !isAlwaysTrue(line, ANYTHING) && isAlwaysTrue(line, processNamed(name))
          ? [dropsCritical(line.path, name)]
          : [],
      ),
      ...leftOutAtTheSource(reads, name),
    ]),
  ];
};

const isAlwaysTrue = (line: OttlLine, known: (path: string) => Known): boolean =>
  line.does !== 'change' && certainTruth(line.condition, known, line.scope.context) === true;

/** What every item has. */
const ANYTHING = (path: string): Known => (path === 'metric.name' || path === 'span.name' ? 'something' : undefined);

/** What is known of the metric by which a process is recognised. */
const processNamed =
  (name: string) =>
  (path: string): Known => {
    switch (path) {
      case 'resource.attributes["process.executable.name"]':
        return { value: name };
      case 'metric.name':
        return { value: 'process.memory.usage' };
      case 'resource.attributes["process.pid"]':
        return 'something';
      default:
        return undefined;
    }
  };

const dropsEverything = ({ path }: OttlLine): Remark =>
  remark(
    'drops-everything',
    path,
    'this is true of everything, so nothing would be left',
    'a condition says what goes: write what should be dropped',
  );

const dropsCritical = (path: Remark['path'], name: string): Remark =>
  remark('drops-critical', path, `"${name}" is critical and would be dropped`, `leave ${name} out of the condition`);

/** A critical process that no receiver of processes collects. */
const leftOutAtTheSource = (scrapers: readonly ProcessScraper[], name: string): readonly Remark[] => {
  const [first] = scrapers;
  if (first === undefined || scrapers.some(({ process }) => mayCollect(process, name))) return [];
  return [dropsCritical(['receivers', first.id, 'scrapers', 'process'], name)];
};

interface ProcessScraper {
  readonly id: string;
  readonly process: Settings;
}

/** Where processes are read; without any, no metric here is of a process of the node. */
const scrapersOfProcesses = (settings: Settings): readonly ProcessScraper[] => {
  const used = new Set(pipelinesOf(settings).flatMap(({ parts }) => parts.receivers));
  return Object.entries(settingsAt(settings, 'receivers')).flatMap(([id]) => {
    const below = settingsAt(settings, 'receivers', id, 'scrapers');
    const isOne = canonicalType('receivers', id) === 'host_metrics' && used.has(id) && Object.hasOwn(below, 'process');
    return isOne ? [{ id, process: settingsAt(below, 'process') }] : [];
  });
};

const mayCollect = (process: Settings, name: string): boolean =>
  matches(settingsAt(process, 'include'), name) !== false && matches(settingsAt(process, 'exclude'), name) !== true;

/** Whether the names match; undefined where there are none, or nobody can tell. */
const matches = ({ names, match_type: type }: Settings, name: string): boolean | undefined => {
  if (!Array.isArray(names) || names.length === 0) return undefined;
  const texts = names.filter((each): each is string => typeof each === 'string');
  if (type === 'strict') return texts.includes(name);
  if (type !== 'regexp' || texts.some((each) => patternFault(each) !== undefined)) return undefined;
  return texts.some((each) => RE2JS.compile(each).matcher(name).find());
};
