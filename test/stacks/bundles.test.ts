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
 * Those that change or deploy pipelines check them, and who looks for collectors of others judges what it finds; nobody
 * else carries the validator and the reader of its patterns.
 */
const CHECKING = ['api-experiments', 'api-pipelines', 'experiment-steps', 'reconcile-clusters'];
/** The Kubernetes client is 1.4 MB, and undici 0.7. */
const ON_CLUSTERS = ['cluster-steps', 'reconcile-clusters'];

/** Guards against growing by accident, a tenth above the largest that was measured. */
const limitOf = (name: string): number => {
  if (ON_CLUSTERS.includes(name)) return CHECKING.includes(name) ? 3_940_000 : 3_450_000;
  // undici, to reach stores in clusters; the users' own rules: patterns 150 kB, the grammar of queries 60
  if (name === 'measure-slots') return 1_880_000;
  // undici, because a receiver is asked at the address that was checked
  if (name === 'deliver-notifications') return 1_420_000;
  // SDK 260 kB, patterns of OTTL 150, the validator 120, yaml 115, zod 100
  if (CHECKING.includes(name)) return 1_330_000;
  // it answers the description of the whole API, 410 kB
  return name === 'api-access' ? 1_175_000 : 765_000;
};

describe('bundles', () => {
  test.for(manifests.map(({ name }) => name))('%s has not grown by accident', (name) => {
    expect(statSync(bundleOf(name)).size).toBeLessThanOrEqual(limitOf(name));
  });

  test.each([
    ['the validator', 'stands behind other processors', []],
    // names of metrics are matched as well where rules are asked
    ['its reader of patterns', 'error parsing regexp', ['measure-slots']],
  ])('%s is where pipelines are checked and nowhere else', (_, sign, also) => {
    const having = manifests.filter(({ name }) => readFileSync(bundleOf(name), 'utf8').includes(sign));
    expect(having.map(({ name }) => name)).toEqual([...CHECKING, ...also].toSorted());
  });

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
