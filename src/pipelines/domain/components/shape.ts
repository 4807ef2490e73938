import { isSettings, type Settings, type SettingsNode } from '../settings-tree.ts';

/**
 * What settings of a component look like, as the pinned collector (0.159) takes them. Where a default is given it is the
 * collector's own: a test asks the program for it.
 */
export type Shape =
  | TextShape
  | IntegerShape
  | DecimalShape
  | DurationShape
  | FlagShape
  | ListShape
  | MapShape
  | SectionShape
  | EitherShape
  | AnythingShape;

export interface TextShape extends Common {
  readonly kind: 'text';
  readonly default?: string;
  /** the words that it can be; the collector compares capitals as well unless `anyCase` */
  readonly oneOf?: readonly string[];
  readonly anyCase?: true;
  /** the collector takes every word, and does nothing with those that it does not know */
  readonly isUnchecked?: true;
  /** what is wrong with a text, in a few words; undefined if nothing is */
  readonly check?: TextCheck;
  readonly means?: Meaning;
}

/** What a text leads to, for those who decide where a collector may read and send. */
export type Meaning =
  /** where data is sent, or what is asked on the way */
  | 'destination'
  /** where the collector listens */
  | 'listener'
  /** a file or folder that the collector reads, or writes */
  | 'path'
  /** the id of an extension */
  | 'extension'
  /** something that opens doors */
  | 'secret'
  /** metadata of whoever sends the data, by its name */
  | 'caller';

export interface IntegerShape extends Common {
  readonly kind: 'integer';
  readonly default?: number;
  readonly least?: number;
  readonly most?: number;
}

export interface DecimalShape extends Common {
  readonly kind: 'decimal';
  readonly default?: number;
}

export interface DurationShape extends Common {
  readonly kind: 'duration';
  /** as the collector writes it: 1m30s */
  readonly default?: string;
  readonly least?: 'more-than-nothing' | 'nothing';
}

export interface FlagShape extends Common {
  readonly kind: 'flag';
  readonly default?: boolean;
}

export interface ListShape extends Common {
  readonly kind: 'list';
  readonly of: Shape;
  /** a text with commas is no list here; everywhere else it is one, if the items are texts */
  readonly isStrict?: true;
}

export interface MapShape extends Common {
  readonly kind: 'map';
  readonly of: Shape;
}

export interface SectionShape extends Common {
  readonly kind: 'section';
  readonly keys: Readonly<Record<string, Shape>>;
  readonly rules: readonly SectionRule[];
  /** `enabled: false` takes it away; absent means that it is not there */
  readonly isOptional?: true;
  /** the collector passes over keys that it does not know, here only */
  readonly passesOverUnknown?: true;
  /** keys that people write, and what they mean */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** One of several forms; the first that the value could be is judged. */
export interface EitherShape extends Common {
  readonly kind: 'either';
  readonly forms: readonly Shape[];
}

export interface AnythingShape extends Common {
  readonly kind: 'anything';
}

interface Common {
  /** what to write instead of this key, which is still taken */
  readonly instead?: string;
}

export type TextCheck = (text: string, faultOf: PatternFault) => string | undefined;

/**
 * Why the collector would not take a regular expression; undefined if it would. Whoever checks brings it along: those who
 * only look a component up need no reader of expressions.
 */
export type PatternFault = (pattern: string) => string | undefined;

/** What is wrong between the keys of a section. Rules see resolved values; what is not known before is undefined. */
export type SectionRule = (section: Settings, faultOf: PatternFault) => Complaint | undefined;

export interface Complaint {
  /** the collector does not see it, and does not do what is asked for */
  readonly isUnseen?: true;
  /** the key that it is about; the section itself if there is none */
  readonly key?: string;
  readonly message: string;
  readonly fix: string;
}

export const text = (options: Omit<TextShape, 'kind'> = {}): TextShape => ({ kind: 'text', ...options });
export const word = (oneOf: readonly string[], options: Omit<TextShape, 'kind' | 'oneOf'> = {}): TextShape => ({
  kind: 'text',
  oneOf,
  ...options,
});
export const integer = (options: Omit<IntegerShape, 'kind'> = {}): IntegerShape => ({ kind: 'integer', ...options });
/** A whole number that cannot be negative. */
export const natural = (usual?: number, options: Omit<IntegerShape, 'kind' | 'default'> = {}): IntegerShape => ({
  kind: 'integer',
  least: 0,
  ...(usual === undefined ? {} : { default: usual }),
  ...options,
});
export const decimal = (options: Omit<DecimalShape, 'kind'> = {}): DecimalShape => ({ kind: 'decimal', ...options });
export const duration = (usual?: string, options: Omit<DurationShape, 'kind' | 'default'> = {}): DurationShape => ({
  kind: 'duration',
  ...(usual === undefined ? {} : { default: usual }),
  ...options,
});
export const flag = (usual?: boolean, options: Omit<FlagShape, 'kind' | 'default'> = {}): FlagShape => ({
  kind: 'flag',
  ...(usual === undefined ? {} : { default: usual }),
  ...options,
});
export const listOf = (of: Shape, options: Omit<ListShape, 'kind' | 'of'> = {}): ListShape => ({
  kind: 'list',
  of,
  ...options,
});
export const mapOf = (of: Shape, options: Omit<MapShape, 'kind' | 'of'> = {}): MapShape => ({
  kind: 'map',
  of,
  ...options,
});
export const section = (
  keys: SectionShape['keys'],
  { rules = [], ...options }: Partial<Omit<SectionShape, 'kind' | 'keys'>> = {},
): SectionShape => ({ kind: 'section', keys, rules, ...options });
export const either = (...forms: readonly Shape[]): EitherShape => ({ kind: 'either', forms });
export const anything: AnythingShape = { kind: 'anything' };

// What rules between keys are made of. A value that is not there counts as the default that the rule names.

export const needs =
  (key: string, fix: string): SectionRule =>
  (given) =>
    isMissing(given[key]) ? { message: `${key} is missing`, fix } : undefined;

export const needsOneOf =
  (keys: readonly string[], fix: string): SectionRule =>
  (given) =>
    keys.every((key) => isMissing(given[key])) ? { message: `one of ${keys.join(', ')} is needed`, fix } : undefined;

/** The section below a key: empty where nothing is said, undefined where it is none or known in the pod only. */
export const sectionIn = (given: Settings, key: string): Settings | undefined => {
  const below = given[key] ?? {};
  return isSettings(below) ? below : undefined;
};

/** Nothing, an empty text or an empty list: the collector does not tell them from what is not there. */
export const isMissing = (node: SettingsNode | undefined): boolean =>
  node === undefined || node === null || node === '' || (Array.isArray(node) && node.length === 0);
