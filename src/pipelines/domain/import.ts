import { type Document, isMap, isPair, isScalar, isSeq, type Node, parseAllDocuments, parseDocument } from 'yaml';
import * as z from 'zod';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { pointerOf } from '../../kernel/pointer.ts';
import { readSettings, TEXT_LIMITS } from './validation/settings-text.ts';
import { plainSecretsIn } from './validation/substitutions.ts';

/** What an import did to a text, for whoever owns it; the line is that of the settings as they are now. */
export const ImportNote = z.object({ line: z.int().positive(), pointer: z.string(), sentence: z.string() });
export type ImportNote = z.infer<typeof ImportNote>;

export interface Imported {
  /** collector settings, comments and all */
  readonly yaml: string;
  readonly notes: readonly ImportNote[];
}

/**
 * Collector settings out of what people have: the settings themselves, or a ConfigMap, an OpenTelemetryCollector or Helm
 * values around them. Text and comments stay as they are, but secrets in plain text become references to variables.
 */
export const importSettings = (text: string): Outcome<Imported, Refusal<'pipeline-import-unreadable'>> => {
  if (text.length > MOST_CHARACTERS) {
    return unreadable(`it has ${text.length} characters, ${MOST_CHARACTERS} are allowed`);
  }
  const documents = documentsIn(text);
  if (documents === null) return unreadable('it is nested too deeply');
  const broken = documents.find(({ errors }) => errors.length > 0)?.errors[0];
  if (broken !== undefined) {
    return unreadable(`line ${lineAt(text, broken.pos[0])} is no readable YAML: ${broken.message.split('\n')[0]}`);
  }
  const found = documents.flatMap((document, index) => {
    const [start, end] = [documents[index - 1]?.range[2] ?? 0, document.range[2]];
    return settingsInside(document, text, text.slice(start, end).replace(/^---[^\n]*\n/, ''));
  });
  const [first, second] = found;
  if (first === undefined) {
    return unreadable(
      'there are no collector settings in it: neither receivers, exporters and service, nor a ConfigMap, an OpenTelemetryCollector or Helm values with them',
    );
  }
  if (second !== undefined) {
    return unreadable(
      `there are several collector settings in it: ${found.map(({ where }) => where).join(', ')}; give one of them`,
    );
  }
  const { yaml, notes } = withoutSecrets(first.yaml);
  const taken = first.where === WHOLE ? [] : [{ line: 1, pointer: '', sentence: `taken from ${first.where}` }];
  return accept({ yaml, notes: [...taken, ...notes] });
};

/** Room for manifests around settings of the largest size. */
const MOST_CHARACTERS = 1.5 * TEXT_LIMITS.characters;

const unreadable = (why: string) =>
  refuse('pipeline-import-unreadable', `this cannot be imported: ${why}`, {}, [
    { pointer: '/text', code: 'pipeline-import-unreadable', message: why },
  ]);

/** null: the parser, which calls itself for each level, gave up. */
const documentsIn = (text: string): readonly Document.Parsed[] | null => {
  try {
    const documents = parseAllDocuments(text, { version: '1.2', uniqueKeys: true, prettyErrors: false });
    return Array.isArray(documents) ? documents : [];
  } catch (failure) {
    if (failure instanceof RangeError) return null;
    throw failure;
  }
};

// ── where settings are

interface Found {
  readonly yaml: string;
  /** for people */
  readonly where: string;
}

const WHOLE = 'the whole text';

/** `source` is the part of the text that the document is, comments before it included. */
const settingsInside = (document: Document.Parsed, text: string, source: string): readonly Found[] => {
  const { contents } = document;
  if (!isMap(contents)) return [];
  const named = String(document.getIn(['metadata', 'name']) ?? 'without a name');
  const kind: unknown = document.get('kind');
  switch (kind) {
    case 'ConfigMap':
      return textsOf(contents.get('data', true)).flatMap(({ key, value }) =>
        isSettingsText(value) ? [{ yaml: value, where: `data.${key} of the ConfigMap ${named}` }] : [],
      );
    case 'OpenTelemetryCollector':
      return partOf(document, ['spec', 'config'], text, `spec.config of the OpenTelemetryCollector ${named}`);
    case undefined:
      break;
    default:
      return [];
  }
  if (hasService(contents)) return [{ yaml: source, where: WHOLE }];
  return [
    ...partOf(document, ['alternateConfig'], text, 'alternateConfig of Helm values'),
    ...partOf(document, ['config'], text, 'config of Helm values'),
  ];
};

/** Settings as a text in a text, or as a map. */
const partOf = (document: Document.Parsed, path: readonly string[], text: string, where: string): readonly Found[] => {
  const node = document.getIn(path, true);
  if (isScalar(node) && typeof node.value === 'string' && isSettingsText(node.value)) {
    return [{ yaml: node.value, where }];
  }
  return isMap(node) && hasService(node) ? [{ yaml: dedented(text, node), where }] : [];
};

const hasService = (node: unknown): boolean => isMap(node) && isMap(node.get('service'));

const isSettingsText = (value: string): boolean => {
  const document = documentsIn(value)?.[0];
  return document !== undefined && document.errors.length === 0 && hasService(document.contents);
};

const textsOf = (node: unknown): readonly { readonly key: string; readonly value: string }[] =>
  isMap(node)
    ? node.items.flatMap(({ key, value }) =>
        isScalar(value) && typeof value.value === 'string' ? [{ key: String(key), value: value.value }] : [],
      )
    : [];

/** The lines of a map, moved to the left; comments that stand as deep come along. */
const dedented = (text: string, node: Node): string => {
  const [start = 0, valueEnd = 0] = node.range ?? [];
  if (text[start] === '{') return `${text.slice(start, valueEnd)}\n`;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const margin = ' '.repeat(start - lineStart);
  const isComment = (line: string): boolean => line.trimStart().startsWith('#') || line.trim() === '';
  const isOutside = (line: string): boolean => isComment(line) && !line.startsWith(margin);
  const above = text.slice(0, lineStart).split('\n').slice(0, -1);
  const firstAbove = above.findLastIndex((line) => !isComment(line) || isOutside(line)) + 1;
  const lines = text.slice(lineStart, valueEnd).split('\n');
  const last = lines.findLastIndex((line) => !isOutside(line));
  return [...above.slice(firstAbove), ...lines.slice(0, last + 1)]
    .map((line) => `${line.startsWith(margin) ? line.slice(margin.length) : line.trimStart()}\n`)
    .join('');
};

// ── secrets

/** A replaced value may be part of another that was hidden behind it. */
const MOST_ROUNDS = 5;

const withoutSecrets = (source: string): Imported => {
  let yaml = source;
  const replaced: { readonly pointer: string; readonly variable: string }[] = [];
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const places = secretPlaces(
      yaml,
      replaced.map(({ variable }) => variable),
    );
    if (places.length === 0) break;
    // from the end, so that what comes before stays where it is
    yaml = places.reduceRight(
      (text, { start, end, variable, tail }) => `${text.slice(0, start)}"\${env:${variable}}"${tail}${text.slice(end)}`,
      yaml,
    );
    replaced.push(...places);
  }
  const notes = replaced.map(({ pointer, variable }) => ({
    line: lineAt(yaml, yaml.indexOf(`"\${env:${variable}}"`)),
    pointer,
    sentence: `a secret stood here in plain text; it is \${env:${variable}} now. Put it into a Secret, and change it: it has been seen`,
  }));
  return { yaml, notes };
};

interface SecretPlace {
  readonly start: number;
  readonly end: number;
  readonly pointer: string;
  readonly variable: string;
  /** what has to stand behind the new value */
  readonly tail: string;
}

/** In the order of the text. */
const secretPlaces = (yaml: string, taken: readonly string[]): readonly SecretPlace[] => {
  const read = readSettings(yaml);
  const secrets = read.readable ? plainSecretsIn(read.text.settings) : [];
  if (secrets.length === 0) return [];
  const document = parseDocument(yaml, { version: '1.2', prettyErrors: false });
  const names = new Set(taken);
  return secrets
    .flatMap(({ path }) => {
      const node = nodeAt(document.contents, path.map(String));
      return isScalar(node) && node.range ? [{ path: path.map(String), range: node.range }] : [];
    })
    .toSorted((one, other) => one.range[0] - other.range[0])
    .map(({ path, range: [start, end] }) => {
      const variable = freeName(variableFor(path), names);
      names.add(variable);
      const tail = yaml.slice(start, end).endsWith('\n') ? '\n' : '';
      return { start, end, pointer: pointerOf(path), variable, tail };
    });
};

const nodeAt = (node: unknown, [step, ...rest]: readonly string[]): unknown => {
  if (step === undefined) return node;
  if (isSeq(node)) return nodeAt(node.items[Number(step)], rest);
  if (!isMap(node)) return undefined;
  const pair = node.items.find(
    (each) => isPair(each) && String(isScalar(each.key) ? each.key.value : each.key) === step,
  );
  return nodeAt(pair?.value, rest);
};

/** `/exporters/otlp_http/headers/api-key` → OTLP_HTTP_API_KEY */
const variableFor = (path: readonly string[]): string => {
  const words = [path[1], path.findLast((step) => !/^\d+$/.test(step) && step !== 'value')];
  const name = words
    .join('_')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return /^[A-Z]/.test(name) ? name : `SECRET_${name}`;
};

const freeName = (wanted: string, taken: ReadonlySet<string>): string => {
  let name = wanted;
  for (let count = 2; taken.has(name); count += 1) name = `${wanted}_${count}`;
  return name;
};

/** Counted from 1. */
const lineAt = (text: string, offset: number): number => text.slice(0, Math.max(offset, 0)).split('\n').length;
