import * as z from 'zod';
import type { Path } from '../validation/finding.ts';

/**
 * Where a preview ends. `cannot_predict`: what comes out depends on something that nobody can evaluate here, so there are
 * no figures at all; `left_out`: data that no recording shows, missing from the figures; `supposed`: the figures hold
 * under a condition.
 */
export const LimitKind = z.enum(['cannot_predict', 'left_out', 'supposed']);
export type LimitKind = z.infer<typeof LimitKind>;

export interface Limit {
  readonly kind: LimitKind;
  readonly path: Path;
  /** a character of the text at the path, counted from 0 */
  readonly at?: number;
  readonly message: string;
}

export const cannotPredict = (path: Path, message: string, at?: number): Limit => ({
  kind: 'cannot_predict',
  path,
  message,
  ...(at === undefined ? {} : { at }),
});

export const leftOut = (path: Path, message: string): Limit => ({ kind: 'left_out', path, message });

export const supposed = (path: Path, message: string): Limit => ({ kind: 'supposed', path, message });

/** A part of settings made ready to run, and where that ends. With a limit of `cannot_predict` it must not be run. */
export interface Ready<T> {
  readonly run: T;
  readonly limits: readonly Limit[];
}
