import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const cruise = (folder: string, ...paths: string[]) =>
  run(
    process.execPath,
    [
      join(root, 'node_modules/.bin/depcruise'),
      '--config',
      join(root, '.dependency-cruiser.cjs'),
      '--output-type',
      'json',
      ...paths,
    ],
    { cwd: folder, maxBuffer: 64 * 1024 * 1024 },
  ).then(
    ({ stdout }) => JSON.parse(stdout),
    (failed: { stdout: string }) => JSON.parse(failed.stdout),
  );

test('the check of arrows sees a planted violation, type-only imports included', async () => {
  const { summary } = await cruise(join(root, 'test/fixtures/planted'), 'src');
  const rules = summary.violations.map((violation: { rule: { name: string } }) => violation.rule.name);
  expect(rules).toContain('domain-is-pure');
  expect(rules).toContain('experiments-imports-only-its-neighbours');
}, 30_000);

test('every import of the product points to what is more certain', async () => {
  const { summary } = await cruise(root, 'src', 'functions', 'lib', 'bin', 'cli', 'local', 'dashboard/src');
  expect(
    summary.violations.map(
      (violation: { rule: { name: string }; from: string; to: string }) =>
        `${violation.rule.name}: ${violation.from} → ${violation.to}`,
    ),
  ).toEqual([]);
  expect(summary.totalCruised).toBeGreaterThan(25);
}, 60_000);
