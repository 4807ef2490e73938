import { type Document, isAlias, isMap, isNode, isPair, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { pointerOf } from '../../../kernel/pointer.ts';
import { isSettings, type Settings } from '../settings-tree.ts';
import type { Finding, Path, Remark } from './finding.ts';

/** What a text may be at most; the collector itself has no such limits, those who share a function with others need them. */
export const TEXT_LIMITS = { characters: 256 * 1024, depth: 64, nodes: 20_000 } as const;

/** Settings that could be read, and the way back from a place in them to the text. */
export interface SettingsText {
  readonly settings: Settings;
  locate(remark: Remark): Finding;
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
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, version: '1.2', uniqueKeys: true, prettyErrors: false });
  } catch (failure) {
    // the parser calls itself for each level
    if (failure instanceof RangeError) return tooDeep();
    throw failure;
  }
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // an unknown tag is only a warning of the parser
  const broken = [...document.errors, ...document.warnings].map(
    ({ code, message, pos }): Finding => ({
      severity: 'error',
      pointer: '',
      ...place(pos[0]),
      ...(code === 'TAG_RESOLVE_FAILED'
        ? {
            rule: 'yaml-tag',
            message: 'this is a tag that the collector does not know',
            fix: 'write the value without a tag',
          }
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
      locate: ({ path, ...remark }) => ({ ...remark, pointer: pointerOf(path), ...place(offsetOf(document, path)) }),
    },
  };
};

const refused = (rule: string, message: string, fix: string): ReadSettings => ({
  readable: false,
  findings: [{ rule, severity: 'error', pointer: '', line: 1, column: 1, message, fix }],
});

const tooDeep = (): ReadSettings =>
  refused(
    'text-too-deep',
    `the text is nested more than ${TEXT_LIMITS.depth} levels deep`,
    'settings of a collector need fewer than ten levels',
  );

type Forbidden = Pick<Finding, 'rule' | 'severity' | 'message' | 'fix'> & { readonly offset: number };

const forbiddenNodes = (document: Document.Parsed): 'too-deep' | 'too-many' | readonly Forbidden[] => {
  const found: Forbidden[] = [];
  let nodes = 0;
  let isTooDeep = false;
  visit(document, (_key, node, ancestors) => {
    nodes += 1;
    // a pair stands between a map and its value
    isTooDeep ||= ancestors.filter((ancestor) => !isPair(ancestor)).length > TEXT_LIMITS.depth;
    if (isTooDeep || nodes > TEXT_LIMITS.nodes) return visit.BREAK;
    if (!isNode(node)) return undefined;
    const offset = node.range?.[0] ?? 0;
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

/** Where the last step of a path is written: a key, or an item of a list; its nearest parent where it is not there. */
const offsetOf = (document: Document.Parsed, path: Path): number => {
  let node: unknown = document.contents;
  let offset = 0;
  for (const step of path) {
    let next: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => String(isNode(key) ? key.toJSON() : key) === String(step));
      if (pair === undefined) return offset;
      offset = (isNode(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      next = pair.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
      offset = (isNode(next) ? next.range?.[0] : undefined) ?? offset;
    }
    node = next;
  }
  return offset;
};
