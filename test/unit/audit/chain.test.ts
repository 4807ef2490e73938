import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BEFORE_THE_FIRST, checkChain, sealed, stillHas } from '../../../src/audit/domain/chain.ts';
import type { AuditDraft, AuditEntry } from '../../../src/audit/domain/entry.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { auditDraft } from '../../support/audit.ts';

const chainOf = (drafts: readonly AuditDraft[]): AuditEntry[] => {
  const entries: AuditEntry[] = [];
  for (const draft of drafts) entries.push(sealed(draft, entries.at(-1) ?? BEFORE_THE_FIRST, sha256));
  return entries;
};
const tenEntries = (): AuditEntry[] =>
  chainOf(Array.from({ length: 10 }, (_, index) => auditDraft({ origin: `event:${index}` })));
const check = (entries: readonly AuditEntry[], start = BEFORE_THE_FIRST) => checkChain(entries, start, sha256);

test('an untouched log is intact, from the beginning and from any entry on', () => {
  const entries = tenEntries();
  expect(check(entries)).toEqual({ last: { position: 10, hash: entries[9]?.hash }, count: 10, broken: null });
  expect(check(entries.slice(4), entries[3])).toMatchObject({ count: 6, broken: null });
  expect(check([])).toEqual({ last: BEFORE_THE_FIRST, count: 0, broken: null });
});

test('the first altered entry is named, whatever field was altered and wherever', () => {
  const fields = Object.keys(auditDraft()).filter((field) => field !== 'tenant' && field !== 'actor');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 9 }), fc.constantFrom(...fields), (index, field) => {
      const entries = tenEntries();
      const there = entries[index];
      if (there === undefined) return;
      entries[index] = { ...there, [field]: 'something else' };
      expect(check(entries).broken).toMatchObject({ position: index + 1, reason: 'altered' });
    }),
    { seed: 7 },
  );
});

test('an entry that was altered and sealed anew breaks at the next one', () => {
  const entries = tenEntries();
  entries[4] = sealed(auditDraft({ action: 'nothing.happened' }), entries[3] ?? BEFORE_THE_FIRST, sha256);
  expect(check(entries).broken).toMatchObject({ position: 6, reason: 'unlinked' });
});

test('missing entries are named, one or several', () => {
  const without = (...positions: readonly number[]) =>
    check(tenEntries().filter(({ position }) => !positions.includes(position))).broken;
  expect(without(1)).toMatchObject({ position: 1, reason: 'missing' });
  expect(without(4)).toMatchObject({ position: 4, reason: 'missing', message: 'entry 4 is missing: 5 follows 3' });
  expect(without(4, 5, 6)).toMatchObject({ position: 4, message: 'entries 4 to 6 are missing' });
});

test('entries out of their order are named', () => {
  const [first, second] = tenEntries();
  if (first === undefined || second === undefined) throw new Error('ten entries have a first and a second');
  expect(check([first, first, second]).broken).toMatchObject({ position: 1, reason: 'foreign' });
});

test('what was cut off at the end is seen by an older export', () => {
  const entries = tenEntries();
  const [last] = entries.slice(-1);
  if (last === undefined) throw new Error('ten entries have a last');
  expect(stillHas(last, last)).toBeNull();
  expect(stillHas(last, null)).toMatchObject({ position: 10, reason: 'missing' });
  expect(stillHas(last, { ...last, hash: 'another' })).toMatchObject({ position: 10, reason: 'altered' });
});
