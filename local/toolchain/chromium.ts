import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot } from '../processes/machine.ts';
import { type Cache, cacheKey } from './cache.ts';
import { installPackage, isOffered, missingDependencies, unpackPackages } from './debian.ts';
import { runStep, type StepContext } from './step.ts';

export interface Browser {
  readonly executablePath: string;
  /** Needed beside the ordinary environment when the browser was unpacked and not installed. */
  readonly env: Readonly<Record<string, string>>;
}

/** What draws no window is enough, and takes a third less processor time. */
const INSTALLED = [
  '/usr/lib/chromium/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
] as const;

const PACKAGES = ['chromium-headless-shell', 'chromium'] as const;

/** A Chromium for tests: the machine's own, else Debian's package, installed by root and unpacked into the cache by others. */
export const ensureChromium = async (cache: Cache, context: StepContext): Promise<Browser> => {
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) return { executablePath: installed, env: {} };
  const offered = await firstOffered(context);
  if (offered === undefined)
    throw new Error(
      'browser tests need Chromium; none was found and apt does not offer it here: install Chromium or Google Chrome and run them again',
    );
  if (!isRoot()) return unpacked(offered, cache, context);
  await cache.exclusively(
    'apt',
    { deadlineSeconds: 600, ...(context.abort === undefined ? {} : { abort: context.abort }) },
    () =>
      runStep({ step: 'installing Chromium', expectedSeconds: 30, report: context.report }, () =>
        installPackage(offered, context),
      ),
  );
  return { executablePath: join('/usr/lib/chromium', offered), env: {} };
};

const firstOffered = async (context: StepContext): Promise<string | undefined> => {
  for (const name of PACKAGES) if (await isOffered(name, context)) return name;
  return undefined;
};

const unpacked = async (name: string, cache: Cache, context: StepContext): Promise<Browser> => {
  const folder = await cache.entry({
    name: 'chromium-debian',
    key: cacheKey({ package: name, platform: process.platform, arch: process.arch }),
    deadlineSeconds: 600,
    ...(context.abort === undefined ? {} : { abort: context.abort }),
    fill: (into) =>
      runStep({ step: 'fetching Chromium', expectedSeconds: 30, report: context.report }, async () => {
        await unpackPackages(missingDependencies(name), into, context);
        rmSync(join(into, '.packages'), { recursive: true });
      }),
  });
  const executablePath = join(folder, 'usr', 'lib', 'chromium', name);
  const libraries = ['usr/lib', 'lib'].flatMap((parent) => architectureFolders(join(folder, parent)));
  const env = { LD_LIBRARY_PATH: libraries.join(':'), FONTCONFIG_PATH: join(folder, 'etc', 'fonts') };
  const answer = spawnSync(executablePath, ['--version'], { encoding: 'utf8', env });
  if (answer.status !== 0)
    throw new Error(
      `the unpacked Chromium does not run here (${answer.stderr.trim().split('\n')[0]}); as root: apt-get install ${name}`,
    );
  return { executablePath, env };
};

// /usr/lib/x86_64-linux-gnu and its like
const architectureFolders = (folder: string): readonly string[] =>
  existsSync(folder)
    ? [
        folder,
        ...readdirSync(folder)
          .filter((name) => name.endsWith('-linux-gnu'))
          .map((name) => join(folder, name)),
      ]
    : [];
