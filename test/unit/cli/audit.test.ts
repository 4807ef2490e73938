import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EXIT } from '../../../cli/exit-codes.ts';
import { makeProgram } from '../../../cli/program.ts';
import { BEFORE_THE_FIRST, sealed } from '../../../src/audit/domain/chain.ts';
import { AuditEntry } from '../../../src/audit/domain/entry.ts';
import { toWire } from '../../../src/client/wire.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { auditDraft } from '../../support/audit.ts';

let folder: string;
let printed: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-audit-'));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
});

const exported = (change: (lines: string[]) => string[] = (lines) => lines): string => {
  const entries: AuditEntry[] = [];
  for (let index = 1; index <= 4; index += 1) {
    entries.push(sealed(auditDraft({ origin: `event:${index}` }), entries.at(-1) ?? BEFORE_THE_FIRST, sha256));
  }
  const file = join(folder, 'export.ndjson');
  const lines = change(entries.map((entry) => JSON.stringify(toWire(AuditEntry, entry))));
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
  return file;
};
const verify = (file: string) => makeProgram().parseAsync(['node', 'phoenix', 'audit', 'verify', '--file', file]);

test('an export is verified offline', async () => {
  await verify(exported());
  expect(printed).toContain('✔ 4 entries, nothing altered, nothing missing');
  expect(process.exitCode).toBeUndefined();
});

test.each([
  ['altered', (lines: string[]) => lines.map((line) => line.replace('event:3', 'event:9')), '✘ entry 3'],
  ['taken out', (lines: string[]) => lines.toSpliced(1, 1), '✘ entry 2 is missing: 3 follows 1'],
  ['cut in two', (lines: string[]) => lines.with(3, '{"position": 4'), 'line 4 is not an entry'],
])('an entry that was %s is named, and the command ends with 1', async (_, change, sentence) => {
  await verify(exported(change));
  expect(printed).toContain(sentence);
  expect(process.exitCode).toBe(EXIT.findings);
});

test('a file that is not there ends with 2 and its name', async () => {
  await expect(verify(join(folder, 'none'))).rejects.toMatchObject({ exitCode: EXIT.invalid });
});
