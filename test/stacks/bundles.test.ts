import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundledFunctions } from '../../lib/functions.ts';
import { manifests } from './templates.ts';

const folder = mkdtempSync(join(tmpdir(), 'phoenix-bundles-'));
beforeAll(async () => {
  await bundledFunctions(join(import.meta.dirname, '../../functions'), folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bundleOf = (name: string): string => join(folder, name, 'index.mjs');
/**
 * A guard against growing by accident, a tenth above what was measured: 1.16 MB behind routes (SDK 260 kB, patterns of
 * OTTL 150, the validator 120, yaml 115, zod 100), 3.2 MB with the Kubernetes client (1.4 MB, and undici 0.7).
 */
const LIMITS = { behindRoutes: 1_270_000, elsewhere: 3_500_000 };

describe('bundles', () => {
  test.for(manifests.map((manifest) => [manifest.name, manifest] as const))(
    '%s has not grown by accident',
    ([name, { triggers }]) => {
      const limit = triggers.some(({ on }) => on === 'http') ? LIMITS.behindRoutes : LIMITS.elsewhere;
      expect(statSync(bundleOf(name)).size).toBeLessThanOrEqual(limit);
    },
  );

  test('functions behind routes have no Kubernetes client in them', () => {
    const behindRoutes = manifests.filter(({ triggers }) => triggers.some(({ on }) => on === 'http'));
    const withClient = behindRoutes.filter(({ name }) =>
      readFileSync(bundleOf(name), 'utf8').includes('apply-patch+yaml'),
    );
    expect(withClient.map(({ name }) => name)).toEqual([]);
    // the sign that is looked for is the right one
    expect(readFileSync(bundleOf('cluster-steps'), 'utf8')).toContain('apply-patch+yaml');
  });

  test('each loads by itself, with nothing installed beside it', () => {
    const load = `for (const name of ${JSON.stringify(manifests.map(({ name }) => name))}) {
      const { handler } = await import(${JSON.stringify(folder)} + '/' + name + '/index.mjs');
      if (typeof handler !== 'function') throw new Error(name + ' exports no handler');
    }`;
    expect(() =>
      execFileSync(process.execPath, ['--input-type=module', '--eval', load], { cwd: folder, env: {}, stdio: 'pipe' }),
    ).not.toThrow();
  });
});
