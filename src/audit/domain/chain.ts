import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { AuditDraft, type AuditEntry } from './entry.ts';

/** Something that stands where an entry belongs and cannot be read as one. */
export interface Unreadable {
  readonly position: number;
  readonly unreadable: string;
}

/** Where a chain is known to stand: everything up to here was checked. */
export type Link = Pick<AuditEntry, 'position' | 'hash'>;

export const BEFORE_THE_FIRST: Link = { position: 0, hash: '0'.repeat(64) };

/** The draft in its place behind `last`: altering any entry changes its hash, and so breaks the link of the next. */
export const sealed = (draft: AuditDraft, last: Link, sha256: Sha256): AuditEntry => {
  const placed = { ...AuditDraft.parse(draft), position: last.position + 1, previousHash: last.hash };
  return { ...placed, hash: sha256(canonicalJson(placed)) };
};

export interface Broken {
  /** of the first entry that is not what was written */
  readonly position: number;
  readonly reason: 'missing' | 'altered' | 'unlinked' | 'foreign';
  readonly message: string;
}

export interface Checked {
  readonly last: Link;
  readonly count: number;
  readonly broken: Broken | null;
}

/**
 * Walks entries in the order of their positions behind a link that is known to be right, and names the first that was
 * altered or is missing. What it cannot see: entries cut off at the end, for which an older export is the witness.
 */
export const checkChain = (entries: Iterable<AuditEntry | Unreadable>, start: Link, sha256: Sha256): Checked => {
  let last = start;
  let count = 0;
  for (const entry of entries) {
    const broken = breakBetween(last, entry, sha256);
    if (broken !== null || 'unreadable' in entry) return { last, count, broken };
    last = { position: entry.position, hash: entry.hash };
    count += 1;
  }
  return { last, count, broken: null };
};

const breakBetween = (last: Link, entry: AuditEntry | Unreadable, sha256: Sha256): Broken | null => {
  const due = last.position + 1;
  if (entry.position > due) {
    const gap = entry.position - due;
    return {
      position: due,
      reason: 'missing',
      message:
        gap === 1
          ? `entry ${due} is missing: ${entry.position} follows ${last.position}`
          : `entries ${due} to ${entry.position - 1} are missing`,
    };
  }
  if (entry.position < due) {
    return {
      position: entry.position,
      reason: 'foreign',
      message: `entry ${entry.position} stands where ${due} belongs`,
    };
  }
  if ('unreadable' in entry) {
    return { position: due, reason: 'altered', message: `entry ${due} is not what was written: ${entry.unreadable}` };
  }
  const { hash, ...content } = entry;
  if (sha256(canonicalJson(content)) !== hash) {
    return {
      position: due,
      reason: 'altered',
      message: `entry ${due} (${entry.action} of ${entry.subject || 'something new'}) is not what was written: its content does not give its hash`,
    };
  }
  if (entry.previousHash !== last.hash) {
    return {
      position: due,
      reason: 'unlinked',
      message: `entry ${due} does not follow the entry ${last.position} that is here: one of the two was replaced`,
    };
  }
  return null;
};

/** Whether the log still has what an older export of it has as its last entry. */
export const stillHas = (witness: AuditEntry, found: AuditEntry | null): Broken | null => {
  const { position, hash } = witness;
  if (found === null) {
    return { position, reason: 'missing', message: `entry ${position}, which the export has, is missing from the log` };
  }
  if (found.hash !== hash) {
    return { position, reason: 'altered', message: `entry ${position} is another one than in the export` };
  }
  return null;
};
