import { listed, nearestWord } from '../../../kernel/words.ts';
import type {
  DurationShape,
  EitherShape,
  IntegerShape,
  ListShape,
  MapShape,
  SectionShape,
  Shape,
  TextShape,
} from '../components/shape.ts';
import { goDurationSeconds } from '../go-duration.ts';
import { patternFault } from '../ottl/patterns.ts';
import { isSettings, type Settings, type SettingsNode } from '../settings-tree.ts';
import { type Path, type Remark, remark } from './finding.ts';
import { LATER, LATER_TEXT, type Resolved, resolveText } from './resolved.ts';

type IsSet = (variable: string) => boolean;

/** Remarks about a value, and the value with its variables put in, for the rules of the section around it. */
interface Judged {
  readonly remarks: readonly Remark[];
  readonly value: SettingsNode | typeof LATER;
}

/** Everything that the collector would refuse in settings of this shape, each with its place. */
export const checkShape = (shape: Shape, node: SettingsNode, path: Path, isSet: IsSet): readonly Remark[] =>
  judge(shape, node, path, isSet).remarks;

const judge = (shape: Shape, node: SettingsNode, path: Path, isSet: IsSet): Judged => {
  if (typeof node === 'string') {
    const resolved = resolveText(node, isSet);
    if (resolved === LATER) return { remarks: [], value: LATER };
    if (resolved === LATER_TEXT)
      return ['text', 'anything', 'either', 'duration'].includes(shape.kind)
        ? { remarks: [], value: LATER }
        : judgeValue(shape, node, path, isSet);
    return judgeResolved(shape, resolved, path, isSet);
  }
  return judgeValue(shape, node, path, isSet);
};

/** In the place of a text the collector keeps what was written; everywhere else what it reads in it. */
const judgeResolved = (shape: Shape, { text, value }: Resolved, path: Path, isSet: IsSet): Judged =>
  judgeValue(shape, shape.kind === 'text' ? text : value, path, isSet);

const judgeValue = (shape: Shape, node: SettingsNode, path: Path, isSet: IsSet): Judged => {
  // nothing at all is the default, whatever the shape
  if (node === null && shape.kind !== 'section') return { remarks: [], value: null };
  switch (shape.kind) {
    case 'text':
      return leaf(node, typeof node === 'string' ? judgeText(shape, node, path) : [wrongKind('a text', node, path)]);
    case 'integer':
      return leaf(
        node,
        typeof node === 'number' ? judgeInteger(shape, node, path) : [wrongKind('a whole number', node, path)],
      );
    case 'decimal':
      return leaf(node, typeof node === 'number' ? [] : [wrongKind('a number', node, path)]);
    case 'duration':
      return leaf(node, judgeDuration(shape, node, path));
    case 'flag':
      return leaf(node, typeof node === 'boolean' ? [] : [wrongKind('true or false', node, path)]);
    case 'list':
      return judgeList(shape, node, path, isSet);
    case 'map':
      return judgeMap(shape, node, path, isSet);
    case 'section':
      return judgeSection(shape, node, path, isSet);
    case 'either':
      return judgeEither(shape, node, path, isSet);
    case 'anything':
      return leaf(node, []);
  }
};

/** Rules do not look at what is wrong by itself. */
const leaf = (value: SettingsNode, remarks: readonly Remark[]): Judged => ({
  value: remarks.length === 0 ? value : LATER,
  remarks,
});

const judgeText = ({ oneOf, anyCase, isUnchecked, check }: TextShape, node: string, path: Path): readonly Remark[] => {
  const fault = check?.(node, patternFault);
  if (fault !== undefined) return [remark('value-not-allowed', path, `"${node}" ${fault}`, 'change it')];
  if (oneOf === undefined) return [];
  const given = anyCase ? node.toLowerCase() : node;
  if (oneOf.some((each) => (anyCase ? each.toLowerCase() : each) === given)) return [];
  const words = oneOf.filter((each) => each !== '');
  const near = nearestWord(node, words);
  return [
    remark(
      isUnchecked ? 'value-without-effect' : 'value-not-allowed',
      path,
      `"${node}" is not possible here; it can be ${listed(words)}`,
      near === undefined ? `write one of them` : `write ${near}`,
    ),
  ];
};

const judgeInteger = ({ least, most }: IntegerShape, node: number, path: Path): readonly Remark[] => {
  if (least !== undefined && node < least)
    return [remark('value-out-of-range', path, `${node} is too small`, `it is at least ${least}`)];
  if (most !== undefined && node > most)
    return [remark('value-out-of-range', path, `${node} is too large`, `it is at most ${most}`)];
  return Number.isInteger(node)
    ? []
    : [remark('value-cut', path, `${node} is no whole number`, `write ${Math.trunc(node)}`)];
};

const judgeDuration = ({ least }: DurationShape, node: SettingsNode, path: Path): readonly Remark[] => {
  if (typeof node === 'number' && node !== 0)
    return [remark('duration-without-unit', path, `${node} has no unit`, `write ${node}s, or what was meant`)];
  const seconds = typeof node === 'string' ? goDurationSeconds(node) : typeof node === 'number' ? node : undefined;
  if (seconds === undefined)
    return typeof node === 'string'
      ? [remark('duration-unreadable', path, `"${node}" is no duration`, DURATION_ADVICE)]
      : [wrongKind('a duration', node, path)];
  if (least === 'more-than-nothing' && seconds <= 0)
    return [remark('value-out-of-range', path, `${node} is not longer than nothing`, DURATION_ADVICE)];
  return least === 'nothing' && seconds < 0
    ? [remark('value-out-of-range', path, `${node} is negative`, DURATION_ADVICE)]
    : [];
};

const DURATION_ADVICE = 'write a number with ns, us, ms, s, m or h, as 200ms, 30s or 1h30m';

const judgeList = (shape: ListShape, node: SettingsNode, path: Path, isSet: IsSet): Judged => {
  // the collector cuts a text at its commas, where the items are plain texts
  if (typeof node === 'string' && shape.of.kind === 'text' && shape.of.oneOf === undefined && !shape.isStrict)
    return { remarks: [], value: node === '' ? [] : node.split(',') };
  if (!Array.isArray(node)) return leaf(node, [wrongKind('a list', node, path)]);
  const items = (node as readonly SettingsNode[]).map((item, index) => judge(shape.of, item, [...path, index], isSet));
  return { remarks: items.flatMap(({ remarks }) => remarks), value: items.map(({ value }) => value as SettingsNode) };
};

const judgeMap = (shape: MapShape, node: SettingsNode, path: Path, isSet: IsSet): Judged => {
  if (!isSettings(node)) return leaf(node, [wrongKind('a map', node, path)]);
  const below = Object.entries(node).map(
    ([key, value]) => [key, judge(shape.of, value, [...path, key], isSet)] as const,
  );
  return {
    remarks: below.flatMap(([, { remarks }]) => remarks),
    value: valuesOf(below),
  };
};

/** So many names of a section are compared with those it has; nobody mistypes more. */
const MOST_COMPARED = 20;

const judgeSection = (shape: SectionShape, node: SettingsNode, path: Path, isSet: IsSet): Judged => {
  const given = node ?? {};
  if (!isSettings(given)) return leaf(node, [wrongKind('a section with keys', node, path)]);
  const strangers = Object.keys(given).filter((key) => shapeOf(shape, key) === undefined);
  const known = Object.entries(given).flatMap(([key, value]) => {
    const below = shapeOf(shape, key);
    return below === undefined ? [] : [[key, judge(below, value, [...path, key], isSet), below.instead] as const];
  });
  const section = valuesOf(known);
  // what is switched off is read, and then forgotten
  const isOff = shape.isOptional === true && (given['enabled'] === false || node === null);
  // one fault is told once: what is wrong by itself is not compared with anything
  const hasFaults = known.some(([key, { remarks }]) => remarks.some((each) => each.path.at(-1) === key));
  const complaints = isOff || hasFaults ? [] : shape.rules.flatMap((rule) => rule(section, patternFault) ?? []);
  return {
    remarks: [
      ...strangers.map((key, index) => strangerRemark(shape, key, path, index < MOST_COMPARED)),
      ...known.flatMap(([key, { remarks }, instead]) =>
        instead === undefined
          ? remarks
          : [remark('key-deprecated', [...path, key], `${key} is the older form`, `write ${instead}`), ...remarks],
      ),
      ...complaints.map(({ key, message, fix, isUnseen }) =>
        remark(
          isUnseen ? 'value-without-effect' : 'settings-inconsistent',
          key === undefined || !(key in given) ? path : [...path, key],
          message,
          fix,
        ),
      ),
    ],
    value: section,
  };
};

const shapeOf = ({ keys, isOptional }: SectionShape, key: string): Shape | undefined => {
  if (Object.hasOwn(keys, key)) return keys[key];
  return key === 'enabled' && isOptional ? { kind: 'flag' } : undefined;
};

const strangerRemark = (shape: SectionShape, key: string, path: Path, isCompared: boolean): Remark => {
  const names = Object.keys(shape.keys);
  const renamed = shape.renamed !== undefined && Object.hasOwn(shape.renamed, key) ? shape.renamed[key] : undefined;
  const near = renamed ?? (isCompared ? nearestWord(key, names) : undefined);
  const where = path.length === 0 ? 'settings' : String(path.at(-1));
  return remark(
    shape.passesOverUnknown ? 'key-passed-over' : 'key-unknown',
    [...path, key],
    `${where} has no "${key}"`,
    near !== undefined ? `write ${near}` : names.length === 0 ? 'leave it out' : `there are ${listed(names)}`,
  );
};

/** The form that is closest to what is there. */
const judgeEither = ({ forms }: EitherShape, node: SettingsNode, path: Path, isSet: IsSet): Judged =>
  forms
    .map((form) => judge(form, node, path, isSet))
    .reduce((best, other) => (distance(other) < distance(best) ? other : best));

/** What is of another kind is further away than a misspelt key. */
const distance = ({ remarks }: Judged): number =>
  remarks.reduce((sum, { rule }) => sum + (rule === 'value-kind' ? 100 : 1), 0);

const valuesOf = (entries: readonly (readonly [string, Judged, ...unknown[]])[]): Settings =>
  // rules take what is not known for something that is there and has no kind
  Object.fromEntries(entries.map(([key, { value }]) => [key, value as SettingsNode]));

const wrongKind = (wanted: string, node: SettingsNode, path: Path): Remark =>
  remark(
    'value-kind',
    path,
    `this has to be ${wanted}, and is ${kindOf(node)}`,
    wanted === 'a text' && ['number', 'boolean'].includes(typeof node) ? 'put it in quotes' : `write ${wanted}`,
  );

const kindOf = (node: SettingsNode): string => {
  if (node === null) return 'nothing';
  if (Array.isArray(node)) return 'a list';
  switch (typeof node) {
    case 'string':
      return 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'a map';
  }
};
