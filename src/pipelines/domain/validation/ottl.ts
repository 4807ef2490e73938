import { canonicalType, type Signal } from '../components/registry.ts';
import { checkCondition, checkStatement, type OttlFault, type Scope } from '../ottl/check.ts';
import { CONTEXTS, type Context } from '../ottl/contexts.ts';
import { type Hints, hintsOfCondition, hintsOfStatement, inferContext } from '../ottl/infer-context.ts';
import { parseCondition, parseStatement } from '../ottl/parser.ts';
import { pathsIn, valuesOfCondition, valuesOfStatement } from '../ottl/parts.ts';
import type { Condition, Path as OttlPath, Statement } from '../ottl/syntax.ts';
import { isSettings, type Settings, type SettingsNode, settingsAt } from '../settings-tree.ts';
import { type Path, type Remark, remark } from './finding.ts';
import { LATER, LATER_TEXT, resolveText } from './resolved.ts';

/** A line of OTTL in settings: where it stands, what it means and what it is read for. */
export type OttlLine = ReadableLine & {
  readonly scope: Scope;
  readonly signal: Signal;
};

/** Everything that a line looks at or changes. */
export const pathsOfLine = (line: OttlLine): readonly OttlPath[] =>
  pathsIn(line.does === 'change' ? valuesOfStatement(line.statement) : valuesOfCondition(line.condition));

/** What a processor does with a line: it changes what it is told to, or leaves out what is true of it. */
type ReadableLine = { readonly path: Path } & (
  | { readonly does: 'change'; readonly statement: Statement }
  | { readonly does: 'drop' | 'choose'; readonly condition: Condition }
);

/** The lines that could be read, each in its context, and what is wrong with the others. */
export interface OttlLines {
  readonly lines: readonly OttlLine[];
  readonly faults: readonly Remark[];
}

type IsSet = (variable: string) => boolean;

/** Every line of OTTL of the settings. What is known in the pod only is left to the collector. */
export const readOttl = (settings: Settings, isSet: IsSet): OttlLines => {
  const groups = ottlGroups(settings, isSet).map(toLines);
  return { lines: groups.flatMap(({ lines }) => lines), faults: groups.flatMap(({ faults }) => faults) };
};

/** What the collector would refuse in lines that can be read. */
export const checkOttl = (lines: readonly OttlLine[]): readonly Remark[] =>
  lines.flatMap((line) =>
    (line.does === 'change'
      ? checkStatement(line.statement, line.scope)
      : checkCondition(line.condition, line.scope)
    ).map((fault) => toRemark(fault, line.path)),
  );

const toRemark = ({ rule, at, message, fix }: OttlFault, path: Path): Remark => ({
  ...remark(rule, path, message, fix),
  at,
});

/** Lines that belong together: one context for all of them. */
interface Group {
  readonly signal: Signal;
  readonly isStatements: boolean;
  readonly path: Path;
  readonly lines: readonly ReadableLine[];
  readonly faults: readonly Remark[];
  /** written out, so that paths need no name in front; undefined: to be found */
  readonly context: string | undefined;
}

const SIGNAL_BY_WORD: Readonly<Record<string, Signal>> = { metric: 'metrics', log: 'logs', trace: 'traces' };

const OLDER: Readonly<
  Record<string, { readonly signal: Signal; readonly contexts: Readonly<Record<string, Context>> }>
> = {
  metrics: { signal: 'metrics', contexts: { resource: 'resource', metric: 'metric', datapoint: 'datapoint' } },
  logs: { signal: 'logs', contexts: { resource: 'resource', log_record: 'log' } },
  traces: { signal: 'traces', contexts: { resource: 'resource', span: 'span', spanevent: 'spanevent' } },
};

const CONTEXT_WORDS: readonly string[] = [...CONTEXTS, 'profile'];

const ottlGroups = (settings: Settings, isSet: IsSet): readonly Group[] =>
  Object.entries(settingsAt(settings, 'processors')).flatMap(([id, node]) => {
    if (!isSettings(node)) return [];
    const path = ['processors', id];
    switch (canonicalType('processors', id)) {
      case 'filter':
        return [...newerGroups(node, path, 'conditions', isSet), ...olderGroups(node, path, isSet)];
      case 'transform':
        return newerGroups(node, path, 'statements', isSet);
      default:
        return [];
    }
  });

const newerGroups = (node: Settings, path: Path, kind: 'statements' | 'conditions', isSet: IsSet): readonly Group[] =>
  Object.entries(SIGNAL_BY_WORD).flatMap(([word, signal]) => {
    const key = `${word}_${kind}`;
    const list = node[key];
    if (!Array.isArray(list)) return [];
    const isStatements = kind === 'statements';
    const group = (at: Path, read: Read, context?: string): Group => ({
      signal,
      isStatements,
      path: at,
      ...read,
      context,
    });
    // statements share a context, conditions of a filter do not
    const groups = (at: Path, read: Read, context?: string): readonly Group[] =>
      isStatements || context !== undefined
        ? [group(at, read, context)]
        : [
            group(at, { lines: [], faults: read.faults }),
            ...read.lines.map((line) => group(at, { lines: [line], faults: [] })),
          ];
    const items = list as readonly SettingsNode[];
    return [
      ...groups([...path, key], readLines(items, [...path, key], isStatements ? 'change' : 'drop', isSet)),
      ...items.flatMap((item, index): readonly Group[] => {
        if (!isSettings(item)) return [];
        const at = [...path, key, index];
        const { context } = item;
        // a word that is no context, and what is no word, is judged with the shape
        if (!isAbsent(context) && !isContextWord(context)) return [];
        const lines = readLines(item[kind], [...at, kind], isStatements ? 'change' : 'drop', isSet);
        const before = isStatements
          ? readLines(item['conditions'], [...at, 'conditions'], 'choose', isSet)
          : { lines: [], faults: [] };
        return groups(
          at,
          { lines: [...lines.lines, ...before.lines], faults: [...lines.faults, ...before.faults] },
          isContextWord(context) ? context.toLowerCase() : undefined,
        );
      }),
    ];
  });

const isAbsent = (node: SettingsNode | undefined): boolean => node === undefined || node === null || node === '';

const isContextWord = (node: SettingsNode | undefined): node is string =>
  typeof node === 'string' && CONTEXT_WORDS.includes(node.toLowerCase());

const olderGroups = (node: Settings, path: Path, isSet: IsSet): readonly Group[] =>
  Object.entries(OLDER).flatMap(([key, { signal, contexts }]) => {
    const section = node[key];
    if (!isSettings(section)) return [];
    return Object.entries(contexts).map(([name, context]): Group => {
      const at = [...path, key, name];
      return { signal, isStatements: false, path: at, ...readLines(section[name], at, 'drop', isSet), context };
    });
  });

type Read = Pick<Group, 'lines' | 'faults'>;

const readLines = (
  node: SettingsNode | readonly SettingsNode[] | undefined,
  path: Path,
  does: ReadableLine['does'],
  isSet: IsSet,
): Read => {
  const read = (Array.isArray(node) ? (node as readonly SettingsNode[]) : []).flatMap((item, index) => {
    if (typeof item !== 'string') return [];
    const resolved = resolveText(item, isSet);
    if (resolved === LATER || resolved === LATER_TEXT) return [];
    return [readLine(resolved.text, [...path, index], does)];
  });
  return {
    lines: read.flatMap((each) => ('fault' in each ? [] : [each])),
    faults: read.flatMap((each) => ('fault' in each ? [each.fault] : [])),
  };
};

const readLine = (text: string, path: Path, does: ReadableLine['does']): ReadableLine | { readonly fault: Remark } => {
  if (does === 'change') {
    const parsed = parseStatement(text);
    return parsed.readable
      ? { path, does, statement: parsed.value }
      : { fault: toRemark({ rule: 'ottl-syntax', ...parsed.fault }, path) };
  }
  const parsed = parseCondition(text);
  return parsed.readable
    ? { path, does, condition: parsed.value }
    : { fault: toRemark({ rule: 'ottl-syntax', ...parsed.fault }, path) };
};

const CONTEXTS_BY_SIGNAL: Readonly<Record<Signal, readonly Context[]>> = {
  metrics: ['resource', 'scope', 'metric', 'datapoint', 'exemplar'],
  logs: ['resource', 'scope', 'log'],
  traces: ['resource', 'scope', 'span', 'spanevent'],
};

const toLines = ({ signal, isStatements, path, lines, faults, context: given }: Group): OttlLines => {
  const possible = CONTEXTS_BY_SIGNAL[signal].filter((context) => isStatements || context !== 'exemplar');
  const use = isStatements ? 'statement' : 'condition';
  const scoped = (context: Context, pathsNameContext: boolean): OttlLines => ({
    faults,
    lines: lines.map((line) => ({
      ...line,
      signal,
      scope: { context, pathsNameContext, use: line.does === 'change' ? 'statement' : 'condition' },
    })),
  });
  if (lines.length === 0) return { lines: [], faults };
  if (given !== undefined) {
    const context = possible.find((each) => each === given);
    if (context !== undefined) return scoped(context, false);
    return {
      lines: [],
      faults: [
        ...faults,
        remark(
          'ottl-context-unknown',
          [...path, 'context'],
          `${signal} have no context "${given}"`,
          `take one of ${possible.join(', ')}`,
        ),
      ],
    };
  }
  const inferred = inferContext(lines.map(hintsOf), use, possible);
  if (inferred.found !== undefined) return scoped(inferred.found, true);
  const culprit = lines[inferred.line]?.path ?? path;
  return { lines: [], faults: [...faults, ...inferred.faults.map((fault) => toRemark(fault, culprit))] };
};

const hintsOf = (line: ReadableLine): Hints =>
  line.does === 'change' ? hintsOfStatement(line.statement) : hintsOfCondition(line.condition);
