import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { isAlive, type LifeRecord, readLife, remainsOf } from '../../local/processes/life.ts';
import { startStopwatch } from '../../local/processes/machine.ts';
import { pause } from '../../local/processes/wait.ts';

/** What a running local environment says about itself; written by the launcher, read by the CLI. Readable by its owner only. */
export const LocalEnvironmentRecord = z.object({
  /** the life that it belongs to: a record of another one says nothing */
  lifeId: z.string(),
  startedAt: z.string(),
  /** null until the dashboard is there */
  webUrl: z.string().nullable(),
  /** null until the API is deployed */
  apiUrl: z.string().nullable(),
  users: z.array(z.object({ email: z.string(), password: z.string(), role: z.string() })),
  clusterId: z.string().nullable(),
  experimentId: z.string().nullable(),
});
export type LocalEnvironmentRecord = z.infer<typeof LocalEnvironmentRecord>;

/** Folder of logs and data of the local environment. */
export const localStateFolder = (): string =>
  process.env['PHOENIX_STATE'] ?? join(process.env['PHOENIX_CACHE'] ?? join(homedir(), '.cache', 'phoenix'), 'local');

export type FoundEnvironment =
  | { readonly state: 'none' }
  /** its launcher is gone without having ended it: `life` may have left processes */
  | { readonly state: 'stale'; readonly life: LifeRecord }
  /** `record` is null in the first moments only */
  | { readonly state: 'running'; readonly life: LifeRecord; readonly record: LocalEnvironmentRecord | null };

/** What there is in the state folder. Only the process that wrote it counts, not another one with its number. */
export const findLocalEnvironment = (stateFolder: string = localStateFolder()): FoundEnvironment => {
  const life = readLife(stateFolder);
  if (life === undefined) return { state: 'none' };
  if (!isAlive(life.leader)) return { state: 'stale', life };
  const record = readRecord(stateFolder);
  return { state: 'running', life, record: record?.lifeId === life.id ? record : null };
};

/** Asks the launcher to end everything, and waits until it and all its processes are gone or the time is over. */
export const endLocalEnvironment = async (
  life: LifeRecord,
  deadlineSeconds: number,
): Promise<{ readonly seconds: number; readonly left: readonly number[] }> => {
  const elapsedSeconds = startStopwatch();
  const left = (): readonly number[] => [...(isAlive(life.leader) ? [life.leader.pid] : []), ...remainsOf(life)];
  try {
    process.kill(life.leader.pid, 'SIGTERM');
  } catch {
    // gone since it was looked at
  }
  while (left().length > 0 && elapsedSeconds() < deadlineSeconds) await pause(100);
  return { seconds: elapsedSeconds(), left: left() };
};

/** What the environment that runs now says about itself, or null. */
export const readLocalEnvironment = (): LocalEnvironmentRecord | null => {
  const found = findLocalEnvironment();
  return found.state === 'running' ? found.record : null;
};

const recordFile = (stateFolder: string): string => join(stateFolder, 'environment.json');

// written beside and renamed: a reader sees the one before or this one
export const writeLocalEnvironment = (
  record: LocalEnvironmentRecord,
  stateFolder: string = localStateFolder(),
): void => {
  const file = recordFile(stateFolder);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(record, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
};

export const forgetLocalEnvironment = (stateFolder: string = localStateFolder()): void =>
  rmSync(recordFile(stateFolder), { force: true });

const readRecord = (stateFolder: string): LocalEnvironmentRecord | null => {
  try {
    return LocalEnvironmentRecord.parse(JSON.parse(readFileSync(recordFile(stateFolder), 'utf8')));
  } catch {
    return null;
  }
};
