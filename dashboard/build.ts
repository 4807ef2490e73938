// Builds the dashboard into dashboard/dist, once per state of its sources, and holds its size to the budget.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const dist = join(import.meta.dirname, 'dist');
const record = join(dist, '.build.json');

/** Code and styles as they travel; fonts are not counted. */
const BUDGET_GZIP_BYTES = 500 * 1024;

export interface DashboardBuild {
  readonly folder: string;
  readonly gzipBytes: number;
  readonly cached: boolean;
}

/** Refuses a bundle that is over its budget; answers at once when nothing has changed since the last build. */
export const buildDashboard = async (): Promise<DashboardBuild> => {
  const hash = hashOfSources();
  const known = existsSync(record)
    ? (JSON.parse(readFileSync(record, 'utf8')) as { hash: string; gzipBytes: number })
    : null;
  if (known?.hash === hash) return { folder: dist, gzipBytes: known.gzipBytes, cached: true };
  await buildForProduction();
  const gzipBytes = sizeOfCode();
  if (gzipBytes > BUDGET_GZIP_BYTES) {
    throw new Error(
      `the dashboard has ${Math.round(gzipBytes / 1024)} KiB of code and styles (gzip), at most ${BUDGET_GZIP_BYTES / 1024} are allowed`,
    );
  }
  writeFileSync(record, JSON.stringify({ hash, gzipBytes }));
  return { folder: dist, gzipBytes, cached: false };
};

/** Test runners set NODE_ENV to `test`, and React would come in its slow and larger form for developers. */
const buildForProduction = async (): Promise<void> => {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ configFile: join(import.meta.dirname, 'vite.config.ts') });
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
};

const SOURCES = [
  'dashboard/{build,vite.config}.ts',
  'dashboard/index.html',
  'dashboard/{src,public}/**/*',
  'src/{client,kernel}/**/*.ts',
  'src/platform/wire.ts',
  'src/platform/declare/*.ts',
  'src/*/{contract,domain}/**/*.ts',
  'package-lock.json',
];

const hashOfSources = (): string =>
  globSync(SOURCES, { cwd: root })
    .toSorted()
    .filter((file) => statSync(join(root, file)).isFile())
    .reduce((hash, file) => hash.update(file).update(readFileSync(join(root, file))), createHash('sha256'))
    .digest('hex');

const sizeOfCode = (): number =>
  globSync('**/*.{js,css,html}', { cwd: dist })
    .map((file) => gzipSync(readFileSync(join(dist, file))).length)
    .reduce((sum, bytes) => sum + bytes, 0);

if (import.meta.main) {
  const { gzipBytes, cached } = await buildDashboard();
  process.stdout.write(`dashboard/dist ${Math.round(gzipBytes / 1024)} KiB gzip${cached ? ', unchanged' : ''}\n`);
}
