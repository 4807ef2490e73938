import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import { pointerOf } from '../../../kernel/pointer.ts';
import { shortened } from '../../../kernel/words.ts';
import { isSettings, type Settings } from '../settings-tree.ts';
import { type Finding, type Path, type Remark, severityOf } from './finding.ts';
import type { RuleId } from './rules.ts';
import { offsetInScalar } from './scalar-offset.ts';

/** What a text may be at most; the collector itself has no such limits, those who share a function with others need them. */
export const TEXT_LIMITS = { characters: 256 * 1024, depth: 64, nodes: 20_000 } as const;

/** Settings that could be read, and the way back from a place in them to the text. */
export interface SettingsText {
  readonly settings: Settings;
  locate(remark: Remark, isForCluster: boolean): Finding;
  /** line and column of a path, or of a character of the text there; both count from 1 */
  placeOf(path: Path, at?: number): Pick<Finding, 'line' | 'column'>;
}

export type ReadSettings =
  | { readonly readable: true; readonly text: SettingsText }
  | { readonly readable: false; readonly findings: readonly Finding[] };

/**
 * Reads YAML 1.2 as people write collector settings: unique keys, no aliases, no tags of one's own, and within
 * `TEXT_LIMITS`. Never throws, whatever the text is.
 */
export const readSettings = (text: string): ReadSettings => {
  if (text.length > TEXT_LIMITS.characters)
    return refused(
      'text-too-large',
      `the text has ${text.length} characters, ${TEXT_LIMITS.characters} are allowed`,
      'split it, or leave out what no pipeline uses',
    );
  if (isNestedHopelessly(text)) return tooDeep();
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    // keys are compared below: the parser compares each with each
    document = parseDocument(text, { lineCounter: lines, version: '1.2', uniqueKeys: false, prettyErrors: false });
  } catch (failure) {
    // the parser calls itself for each level
    if (failure instanceof RangeError) return tooDeep();
    throw failure;
  }
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // an unknown tag is only a warning of the parser; what it says behind the first error is mostly its echo
  const broken = [...document.errors.slice(0, 1), ...document.warnings].map(
    ({ code, message, pos }): Finding => ({
      severity: 'error',
      pointer: '',
      ...place(pos[0]),
      ...(code === 'TAG_RESOLVE_FAILED'
        ? UNKNOWN_TAG
        : {
            rule: 'yaml-broken',
            message: `this is no readable YAML: ${message}`,
            fix: 'look at the indentation, colons and quotes from here upwards',
          }),
    }),
  );
  if (broken.length > 0) return { readable: false, findings: broken };
  const forbidden = forbiddenNodes(document);
  if (forbidden === 'too-deep') return tooDeep();
  if (forbidden === 'too-many')
    return refused(
      'text-too-many-values',
      `the text has more than ${TEXT_LIMITS.nodes} values`,
      'split it, or leave out what no pipeline uses',
    );
  if (forbidden.length > 0)
    return {
      readable: false,
      findings: forbidden.map(({ offset, ...finding }) => ({ ...finding, pointer: '', ...place(offset) })),
    };
  const pairOf = pairFinder();
  const placeOf = (path: Path, at?: number) => place(offsetOf(document, text, path, at, pairOf));
  const settings: unknown = document.toJS({ maxAliasCount: 0 });
  if (!isSettings(settings as Settings))
    return refused(
      'settings-not-a-map',
      `collector settings are a map with "service" and its components, this is ${settings === null ? 'empty' : 'something else'}`,
      'begin with receivers, exporters and service',
    );
  return {
    readable: true,
    text: {
      settings: settings as Settings,
      locate: ({ rule, path, at, message, fix }: Remark, isForCluster: boolean) => ({
        rule,
        severity: severityOf(rule, isForCluster),
        pointer: pointerOf(path),
        ...placeOf(path, at),
        message,
        fix,
      }),
      placeOf,
    },
  };
};

/** Far more brackets open than anything that could be read: the parser would call itself for each of them. */
const isNestedHopelessly = (text: string): boolean => {
  let open = 0;
  for (const character of text) {
    if (character === '[' || character === '{') open += 1;
    else if (character === ']' || character === '}') open = Math.max(open - 1, 0);
    if (open > 2000) return true;
  }
  return false;
};

const refused = (rule: RuleId, message: string, fix: string): ReadSettings => ({
  readable: false,
  findings: [{ rule, severity: 'error', pointer: '', line: 1, column: 1, message, fix }],
});

const tooDeep = (): ReadSettings =>
  refused(
    'text-too-deep',
    `the text is nested more than ${TEXT_LIMITS.depth} levels deep`,
    'settings of a collector need fewer than ten levels',
  );

type Forbidden = Pick<Finding, 'severity' | 'message' | 'fix'> & { readonly rule: RuleId; readonly offset: number };

const forbiddenNodes = (document: Document.Parsed): 'too-deep' | 'too-many' | readonly Forbidden[] => {
  const found: Forbidden[] = [];
  let nodes = 0;
  let isTooDeep = false;
  visit(document, (_key, node, ancestors) => {
    nodes += 1;
    // a pair stands between a map and its value; few texts are so deep that it has to be counted
    isTooDeep ||=
      ancestors.length > TEXT_LIMITS.depth &&
      ancestors.filter((ancestor) => !isPair(ancestor)).length > TEXT_LIMITS.depth;
    if (isTooDeep || nodes > TEXT_LIMITS.nodes) return visit.BREAK;
    if (!isNode(node)) return undefined;
    const offset = node.range?.[0] ?? 0;
    if (isMap(node)) found.push(...keysTwice(node));
    if (!isAlias(node) && node.tag !== undefined && !TAGS.includes(node.tag)) found.push({ ...UNKNOWN_TAG, offset });
    if (isAlias(node))
      found.push({
        rule: 'yaml-alias',
        severity: 'error',
        offset,
        message: `*${node.source} repeats another part of the text`,
        fix: 'write the part out: few lines of aliases can stand for millions',
      });
    return undefined;
  });
  if (isTooDeep) return 'too-deep';
  return nodes > TEXT_LIMITS.nodes ? 'too-many' : found;
};

/** Tags that say no more than the text does; behind others, as !!binary, it would be something else. */
const TAGS = ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((name) => `tag:yaml.org,2002:${name}`);

const UNKNOWN_TAG = {
  rule: 'yaml-tag',
  severity: 'error',
  message: 'this tag makes something else of what is written here',
  fix: 'write the value without a tag',
} as const;

const keysTwice = (map: YAMLMap): readonly Forbidden[] => {
  const seen = new Set<string>();
  return map.items.flatMap(({ key }) => {
    const name = keyOf(key);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        rule: 'yaml-broken' as const,
        severity: 'error' as const,
        offset: (isNode(key) ? key.range?.[0] : undefined) ?? 0,
        message: `"${shortened(name)}" is there twice`,
        fix: 'keep one of them: the collector refuses two',
      },
    ];
  });
};

const keyOf = (key: unknown): string => String(isNode(key) ? key.toJSON() : key);

/**
 * Where the last step of a path is written: a key, or an item of a list; its nearest parent where it is not there. With
 * a character of the value, where that is written.
 */
const offsetOf = (
  document: Document.Parsed,
  text: string,
  path: Path,
  at: number | undefined,
  pairOf: PairFinder,
): number => {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = pairOf(node, String(step));
      if (pair === undefined) return offset;
      offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      next = pair.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      offset = (isNode(next) ? next.range?.[0] : undefined) ?? offset;
    }
    node = next;
  }
  return at !== undefined && isScalar(node) && node.range && typeof node.value === 'string'
    ? offsetInScalar(text, node.range, node.value, at)
    : offset;
};

type PairFinder = (map: YAMLMap, key: string) => Pair | undefined;

/** Finds a key in a map; each map is read through once, however many findings there are. */
const pairFinder = (): PairFinder => {
  const known = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return (map, key) => {
    const pairs = known.get(map) ?? new Map(map.items.map((pair) => [keyOf(pair.key), pair as Pair]));
    known.set(map, pairs);
    return pairs.get(key);
  };
};
