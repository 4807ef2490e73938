import { goDurationSeconds } from '../../go-duration.ts';
import { makeMatcher } from '../matching.ts';
import { writtenText } from './arguments.ts';
import type { Item } from './items.ts';
import type { Getter, Given, Reading } from './reading.ts';
import { type Evaluated, FAILED, isDuration, lasting, textLike, timeAt } from './values.ts';

/** Made ready from its arguments; undefined where they are such that nothing can be said. */
type Converter = (given: Given, reading: Reading) => Getter | undefined;

const getterOf = (given: Given, parameter: string, reading: Reading): Getter | undefined => {
  const value = given(parameter);
  return value === undefined || value.kind === 'function' ? undefined : reading.ready(value);
};

/** A function of one value. */
const of =
  (parameter: string, apply: (value: Exclude<Evaluated, typeof FAILED>) => Evaluated): Converter =>
  (given, reading) => {
    const get = getterOf(given, parameter, reading);
    if (get === undefined) return undefined;
    return (item) => {
      const value = get(item);
      return value === FAILED ? FAILED : apply(value);
    };
  };

const ofText = (apply: (text: string) => Evaluated): Converter =>
  of('target', (value) => (typeof value === 'string' ? apply(value) : FAILED));

const ofTwoTexts =
  (second: string, apply: (text: string, other: string) => Evaluated): Converter =>
  (given, reading) => {
    const [get, getOther] = [getterOf(given, 'target', reading), getterOf(given, second, reading)];
    if (get === undefined || getOther === undefined) return undefined;
    return (item) => {
      const [text, other] = [get(item), getOther(item)];
      return typeof text === 'string' && typeof other === 'string' ? apply(text, other) : FAILED;
    };
  };

const onPoints =
  (isMet: (key: string, wanted: string | undefined, item: Item) => boolean): Converter =>
  (given) => {
    const key = writtenText(given, 'key');
    return key === undefined ? undefined : (item) => isMet(key, writtenText(given, 'expected_val'), item);
  };

/** Converters that a preview can evaluate, as the pinned collector does. */
export const CONVERTERS: Readonly<Record<string, Converter>> = {
  Now: () => (item) => timeAt(item.nowMs),

  Duration: (given) => {
    const seconds = goDurationSeconds(writtenText(given, 'duration') ?? '');
    return seconds === undefined ? undefined : () => lasting(seconds * 1000);
  },

  Seconds: of('duration', (value) => (isDuration(value) ? value.ms / 1000 : FAILED)),

  IsMatch: (given, reading) => {
    const [get, pattern] = [getterOf(given, 'target', reading), writtenText(given, 'pattern')];
    if (get === undefined || pattern === undefined) return undefined;
    const matches = makeMatcher(pattern);
    return (item) => {
      const value = get(item);
      if (value === FAILED) return FAILED;
      const text = textLike(value);
      return text === null ? false : text === FAILED ? FAILED : matches(text);
    };
  },

  HasPrefix: ofTwoTexts('prefix', (text, prefix) => text.startsWith(prefix)),
  HasSuffix: ofTwoTexts('suffix', (text, suffix) => text.endsWith(suffix)),

  IsString: of('target', (value) => typeof value === 'string'),
  IsInt: of('target', (value) => typeof value === 'bigint'),
  IsDouble: of('target', (value) => typeof value === 'number'),
  IsBool: of('target', (value) => typeof value === 'boolean'),

  Int: of('target', (value) => {
    if (typeof value === 'bigint' || value === null) return value;
    if (typeof value === 'number') return BigInt(Math.trunc(value));
    if (typeof value === 'boolean') return value ? 1n : 0n;
    return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? BigInt(value) : null;
  }),
  Double: of('target', (value) => {
    if (typeof value === 'number' || value === null) return value;
    if (typeof value === 'bigint') return Number(value);
    return typeof value === 'boolean' ? Number(value) : FAILED;
  }),
  String: of('target', (value) => textLike(value)),

  ToLowerCase: ofText((text) => text.toLowerCase()),
  ToUpperCase: ofText((text) => text.toUpperCase()),

  Concat: (given, reading) => {
    const [list, delimiter] = [given('vals'), writtenText(given, 'delimiter')];
    if (list?.kind !== 'list' || delimiter === undefined) return undefined;
    const parts = list.items.map((item) => reading.ready(item));
    return (item) => {
      const texts = parts.map((part) => {
        const value = part(item);
        return value === FAILED ? FAILED : textLike(value);
      });
      // what is not there is written as the collector writes it
      return texts.includes(FAILED)
        ? FAILED
        : texts.map((text) => (text === null ? '<nil>' : String(text))).join(delimiter);
    };
  },

  HasAttrKeyOnDatapoint: onPoints(
    (key, _wanted, { metric }) => metric?.points.some(({ attributes }) => attributes.has(key)) === true,
  ),
  HasAttrOnDatapoint: onPoints(
    (key, wanted, { metric }) => metric?.points.some(({ attributes }) => attributes.get(key) === wanted) === true,
  ),
};
