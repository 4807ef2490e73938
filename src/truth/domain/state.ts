import * as z from 'zod';
import { Instant } from '../../kernel/instant.ts';
import { counted } from '../../kernel/words.ts';
import { Check, CheckId } from './check.ts';
import { CheckStatus, Finding } from './finding.ts';

/** How far a check has come in an epoch. */
export const CheckState = Finding.extend({
  id: CheckId,
  kind: Check.shape.kind,
  name: z.string(),
  place: z.string(),
  /** whether both variants together write what it reads; before the first look nobody knows */
  isAsked: z.boolean(),
  /** how many of its instants are answered */
  answered: z.int(),
});
export type CheckState = z.infer<typeof CheckState>;

/** Everything that is known about the truth of one epoch, apart from the curves. */
export const TruthState = z.object({
  /** how often it was written: two workers never overwrite each other */
  version: z.int(),
  /** the revisions that were newest when the epoch was first looked at */
  sets: z.array(z.object({ name: z.string(), digest: z.string() })),
  /** names of all that was ever seen written */
  written: z.array(z.string()),
  writtenAt: Instant.nullable(),
  checks: z.array(CheckState),
  /** the last planned slot is over, and everything is answered */
  isComplete: z.boolean(),
});
export type TruthState = z.infer<typeof TruthState>;

/** Where an epoch begins. */
export const beginning = (
  sets: readonly { readonly name: string; readonly digest: string }[],
  checks: readonly Check[],
): TruthState => ({
  version: 0,
  sets: sets.map(({ name, digest }) => ({ name, digest })),
  written: [],
  writtenAt: null,
  isComplete: checks.length === 0,
  checks: checks.map(({ id, kind, name, place }) => ({
    ...{ id, kind, name, place, isAsked: false, answered: 0 },
    ...{ status: 'pending' as const, sentence: 'it was not asked yet', since: null },
  })),
});

/** What a person has to accept by name before anybody promotes. Of a panel a difference is shown and stops nobody. */
export const isBlocking = ({ kind, status }: Pick<CheckState, 'kind' | 'status'>): boolean => {
  switch (status) {
    case 'lost':
    case 'not_evaluable':
      return true;
    case 'differs':
    case 'changed_labels':
      return kind === 'alert';
    case 'pending':
    case 'same':
    case 'no_data':
      return false;
  }
};

/** Checks that have to do with what the variants write, or that nobody can read. */
export const isChecked = ({ isAsked, status }: Pick<CheckState, 'isAsked' | 'status'>): boolean =>
  isAsked || status === 'not_evaluable';

export const TruthCounts = z.record(CheckStatus, z.int());
type TruthCounts = z.infer<typeof TruthCounts>;

export const countsByStatus = (checks: readonly CheckState[]): TruthCounts => {
  const of = (status: CheckStatus): number =>
    checks.filter((check) => isChecked(check) && check.status === status).length;
  return Object.fromEntries(CheckStatus.options.map((status) => [status, of(status)])) as TruthCounts;
};

/** `412 alerts and panels checked: 409 the same, 3 differ.` */
export const truthSentence = (checks: readonly CheckState[]): string => {
  const checked = checks.filter(isChecked);
  if (checks.length === 0)
    return 'No alerts or panels were imported, so nothing says that the candidate still shows what people look at.';
  if (checked.length === 0)
    return `None of the ${counted(checks.length, 'imported alert or panel', 'imported alerts and panels')} reads what these pipelines write.`;
  const counts = countsByStatus(checks);
  const said = PHRASES.flatMap(([status, one, many]) => {
    const count = counts[status];
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  });
  return `${counted(checked.length, 'alert or panel', 'alerts and panels')} checked: ${said.join(', ')}.`;
};

const PHRASES: readonly (readonly [CheckStatus, string, string])[] = [
  ['same', 'the same', 'the same'],
  ['differs', 'differs', 'differ'],
  ['lost', 'lost', 'lost'],
  ['changed_labels', 'with other labels', 'with other labels'],
  ['not_evaluable', 'not evaluable', 'not evaluable'],
  ['no_data', 'without data', 'without data'],
  ['pending', 'not known yet', 'not known yet'],
];
