import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';

/** What a running local environment says about itself; written by the launcher, read by the CLI. Readable by its owner only. */
export const LocalEnvironmentRecord = z.object({
  pid: z.int(),
  startedAt: z.string(),
  webUrl: z.string(),
  apiUrl: z.string().nullable(),
  users: z.array(z.object({ email: z.string(), password: z.string(), role: z.string() })),
  clusterId: z.string().nullable(),
  experimentId: z.string().nullable(),
});
export type LocalEnvironmentRecord = z.infer<typeof LocalEnvironmentRecord>;

/** Folder of logs and data of the local environment. */
export const localStateFolder = (): string =>
  process.env['PHOENIX_STATE'] ?? join(process.env['PHOENIX_CACHE'] ?? join(homedir(), '.cache', 'phoenix'), 'local');

export const localRecordFile = (): string => join(localStateFolder(), 'environment.json');

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** The environment that runs now, or null. A record of a dead one counts as none. */
export const readLocalEnvironment = (): LocalEnvironmentRecord | null => {
  if (!existsSync(localRecordFile())) return null;
  const record = LocalEnvironmentRecord.safeParse(JSON.parse(readFileSync(localRecordFile(), 'utf8')));
  return record.success && isAlive(record.data.pid) ? record.data : null;
};
