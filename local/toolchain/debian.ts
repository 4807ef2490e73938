import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot, machineEnvironment } from '../processes/machine.ts';
import { run } from '../processes/run.ts';
import type { StepContext } from './step.ts';

const DEADLINE_SECONDS = 600;

const hasDebianPackages = (): boolean =>
  process.platform === 'linux' && succeeds('apt-get', ['--version']) && succeeds('dpkg-deb', ['--version']);

/** Whether apt knows a package by this name; fills its lists first where they are empty and we may. */
export const isOffered = async (name: string, context: StepContext): Promise<boolean> => {
  if (!hasDebianPackages()) return false;
  if (hasCandidate(name)) return true;
  if (!isRoot()) return false;
  await apt('reading the lists of Debian packages', ['update'], context);
  return hasCandidate(name);
};

/** Installs a package as the system does. Only root may. */
export const installPackage = (name: string, context: StepContext): Promise<void> =>
  apt(`installing ${name}`, ['install', '-y', '--no-install-recommends', name], context);

/** Unpacks packages into a folder without installing them: nothing is started, nothing else changes. */
export const unpackPackages = async (names: readonly string[], into: string, context: StepContext): Promise<void> => {
  const downloads = join(into, '.packages');
  mkdirSync(downloads, { recursive: true });
  await apt(
    `fetching ${names.length === 1 ? names[0] : `${names.length} packages`}`,
    ['download', ...names],
    context,
    downloads,
  );
  for (const file of readdirSync(downloads))
    await run({
      ...common(context),
      what: `unpacking ${file}`,
      command: 'dpkg-deb',
      args: ['-x', join(downloads, file), into],
    });
};

/** The names of all packages that a package needs and that are not installed here. */
export const missingDependencies = (name: string): readonly string[] => {
  const answer = spawnSync('apt-get', ['install', '--simulate', '--no-install-recommends', name], {
    encoding: 'utf8',
    env: { ...machineEnvironment(), LC_ALL: 'C' },
  });
  return [...(answer.stdout ?? '').matchAll(/^Inst (\S+)/gm)].map(([, inst = '']) => inst);
};

const apt = (what: string, args: readonly string[], context: StepContext, cwd?: string): Promise<void> =>
  run({
    ...common(context),
    what,
    command: 'apt-get',
    args: ['-q', ...args],
    env: { ...machineEnvironment(), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
    ...(cwd === undefined ? {} : { cwd }),
  });

const common = (context: StepContext) => ({
  env: machineEnvironment(),
  logFile: join(context.logFolder, 'debian-packages.log'),
  deadlineSeconds: DEADLINE_SECONDS,
  ...(context.abort === undefined ? {} : { abort: context.abort }),
});

const hasCandidate = (name: string): boolean => {
  const answer = spawnSync('apt-cache', ['policy', name], {
    encoding: 'utf8',
    env: { ...machineEnvironment(), LC_ALL: 'C' },
  });
  return /Candidate: (?!\(none\))/.test(answer.stdout ?? '');
};

const succeeds = (command: string, args: readonly string[]): boolean => spawnSync(command, [...args]).status === 0;
