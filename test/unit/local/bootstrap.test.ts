import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// The first file that runs, in a folder of its own with a program that says what it was given.

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'phoenix-bootstrap-'));
  for (const folder of ['local', 'programs']) mkdirSync(join(root, folder));
  copyFileSync(join(import.meta.dirname, '../../../local/bootstrap.mjs'), join(root, 'local/bootstrap.mjs'));
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(
    join(root, 'told.mjs'),
    `const { PHOENIX_STARTED_AT_MS: startedAtMs, PHOENIX_INSTALL_SECONDS: installSeconds } = process.env;
     console.log(JSON.stringify({ args: process.argv.slice(2), startedAtMs, installSeconds }));
     process.exitCode = 7;`,
  );
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const program = (name: string, script: string): void => {
  writeFileSync(join(root, 'programs', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(root, 'programs', name), 0o755);
};
const installed = (): void => {
  mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
  symlinkSync(process.execPath, join(root, 'node_modules/.bin/node'));
  writeFileSync(join(root, 'node_modules/.phoenix-installed'), createHash('sha256').update('{}').digest('hex'));
};
const bootstrap = (...args: readonly string[]) =>
  new Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [join(root, 'local/bootstrap.mjs'), 'told.mjs', ...args],
      { env: { ...process.env, PATH: `${join(root, 'programs')}:${process.env['PATH']}` } },
      (_, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });

test('hands on arguments and exit code, and says when the person began', async () => {
  installed();
  const before = Date.now();
  const { code, stdout, stderr } = await bootstrap('--no-open', 'x');
  const told = JSON.parse(stdout);
  expect({ code, stderr, args: told.args }).toEqual({ code: 7, stderr: '', args: ['--no-open', 'x'] });
  expect(Number(told.startedAtMs)).toBeGreaterThanOrEqual(before);
  expect(Number(told.startedAtMs)).toBeLessThanOrEqual(Date.now());
  expect(told.installSeconds).toBe('0');
});

test('installs first where the lock file is new, and hands on how long that took', async () => {
  program('npm', `mkdir -p node_modules/.bin && ln -s '${process.execPath}' node_modules/.bin/node`);
  const { stdout, stderr } = await bootstrap();
  expect(stderr).toMatch(/◐ dependencies[\s\S]*✔ dependencies/);
  expect(Number(JSON.parse(stdout).installSeconds)).toBeGreaterThan(0);
  expect(JSON.parse((await bootstrap()).stdout).installSeconds).toBe('0');
});

test('an installation that fails starts nothing', async () => {
  program('npm', 'echo no network >&2; exit 1');
  const { code, stdout, stderr } = await bootstrap();
  expect(code).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/no network\n.*npm ci failed/);
});
