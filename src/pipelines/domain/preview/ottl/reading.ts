import type { Context } from '../../ottl/contexts.ts';
import type { Use } from '../../ottl/functions.ts';
import type { Argument, Span, Value } from '../../ottl/syntax.ts';
import type { Item } from './items.ts';
import type { Evaluated, FAILED } from './values.ts';

/** What lines are read for. */
export interface Purpose {
  readonly context: Context;
  readonly use: Use;
  /** tells what cannot be evaluated, and where in the text */
  readonly report: (span: Span, message: string) => void;
}

/** With the way to read what stands inside of something. */
export interface Reading extends Purpose {
  readonly ready: (value: Value) => Getter;
}

export type Getter = (item: Item) => Evaluated;
export type Truth = (item: Item) => boolean | typeof FAILED;
export type Change = (item: Item) => undefined | typeof FAILED;

/** What stands at a parameter of a call, by its name; undefined where it was left out. */
export type Given = (parameter: string) => Argument['value'] | undefined;
