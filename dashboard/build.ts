// Builds the dashboard into dashboard/dist/<hash of its sources>, once per state of them, and holds its size to the budget.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const dist = join(import.meta.dirname, 'dist');

/** Code and styles as they travel; fonts are not counted. */
const BUDGET_GZIP_BYTES = 500 * 1024;

export interface DashboardBuild {
  readonly folder: string;
  readonly gzipBytes: number;
  readonly cached: boolean;
}

const RECORD = '.build.json';

/**
 * Refuses a bundle that is over its budget; answers at once when nothing has changed since the last build. Each state of
 * the sources has a folder of its own that appears complete or not at all: a server that shows an earlier one goes on.
 */
export const buildDashboard = async (): Promise<DashboardBuild> => {
  const folder = join(dist, hashOfSources().slice(0, 16));
  const record = join(folder, RECORD);
  if (existsSync(record)) return { folder, gzipBytes: gzipBytesIn(record), cached: true };
  const unfinished = `${folder}.${process.pid}`;
  await buildForProduction(unfinished);
  const gzipBytes = sizeOfCode(unfinished);
  if (gzipBytes > BUDGET_GZIP_BYTES) {
    rmSync(unfinished, { recursive: true });
    throw new Error(
      `the dashboard has ${Math.round(gzipBytes / 1024)} KiB of code and styles (gzip), at most ${BUDGET_GZIP_BYTES / 1024} are allowed`,
    );
  }
  writeFileSync(join(unfinished, RECORD), JSON.stringify({ gzipBytes }));
  publish(unfinished, folder);
  forgetOldBuilds();
  return { folder, gzipBytes, cached: false };
};

const gzipBytesIn = (record: string): number =>
  (JSON.parse(readFileSync(record, 'utf8')) as { gzipBytes: number }).gzipBytes;

/** Two processes may build the same state at once: the first one's folder stays. */
const publish = (unfinished: string, folder: string): void => {
  try {
    renameSync(unfinished, folder);
  } catch (failure) {
    if (!existsSync(join(folder, RECORD))) throw failure;
    rmSync(unfinished, { recursive: true });
  }
};

const KEPT_MS = 24 * 3_600_000;

const forgetOldBuilds = (): void => {
  for (const name of readdirSync(dist)) {
    const path = join(dist, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
};

/** Test runners set NODE_ENV to `test`, and React would come in its slow and larger form for developers. */
const buildForProduction = async (outDir: string): Promise<void> => {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await build({ configFile: join(import.meta.dirname, 'vite.config.ts'), build: { outDir, emptyOutDir: true } });
  } finally {
    if (before === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = before;
  }
};

const SOURCES = [
  'dashboard/{build,vite.config}.ts',
  'dashboard/index.html',
  'dashboard/{src,public}/**/*',
  'local/web/progress.ts',
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

const sizeOfCode = (folder: string): number =>
  globSync('**/*.{js,css,html}', { cwd: folder })
    .map((file) => gzipSync(readFileSync(join(folder, file))).length)
    .reduce((sum, bytes) => sum + bytes, 0);

if (import.meta.main) {
  const { folder, gzipBytes, cached } = await buildDashboard();
  process.stdout.write(`${folder}  ${Math.round(gzipBytes / 1024)} KiB gzip${cached ? ', unchanged' : ''}\n`);
}
