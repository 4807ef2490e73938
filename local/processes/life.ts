import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { LIFE_VARIABLE, processBegin, randomLife } from './machine.ts';
import { pause } from './wait.ts';

/** One life of the environment in a state folder: who leads it, and which processes belong to it. */
export interface Life {
  readonly id: string;
  /** Remembers a process across a crash of ours; call the answer when it has ended. */
  record(name: string, pid: number): () => void;
  /** Forgets this life; only when all its processes are gone. */
  end(): void;
}

const ProcessRecord = z.object({ name: z.string(), pid: z.int(), began: z.string() });
type ProcessRecord = z.infer<typeof ProcessRecord>;

const LifeRecord = z.object({ id: z.string(), leader: ProcessRecord, processes: z.array(ProcessRecord) });
export type LifeRecord = z.infer<typeof LifeRecord>;

export class AlreadyRunning extends Error {
  override readonly name = 'AlreadyRunning';
  readonly leaderPid: number;
  constructor(stateFolder: string, leaderPid: number) {
    super(`Phoenix already runs here (process ${leaderPid}, state in ${stateFolder}); stop that one first`);
    this.leaderPid = leaderPid;
  }
}

/**
 * Ends what an earlier life left behind, as far as it is verifiably ours, and begins a new one.
 * Refuses with {@link AlreadyRunning} while the leader of the earlier life is alive.
 */
export const beginLife = async (stateFolder: string): Promise<Life> => {
  const earlier = readLife(stateFolder);
  if (earlier !== undefined) {
    if (isAlive(earlier.leader) && earlier.leader.pid !== process.pid)
      throw new AlreadyRunning(stateFolder, earlier.leader.pid);
    await endEarlierLife(stateFolder, earlier);
  }
  mkdirSync(stateFolder, { recursive: true });
  const id = randomLife();
  const leader = recordOf('launcher', process.pid);
  const processes = new Map<number, ProcessRecord>();
  const save = (): void => writeLife(stateFolder, { id, leader, processes: [...processes.values()] });
  save();
  return {
    id,
    record: (name, pid) => {
      processes.set(pid, recordOf(name, pid));
      save();
      return () => {
        processes.delete(pid);
        if (existsSync(recordFile(stateFolder))) save();
      };
    },
    end: () => rmSync(recordFile(stateFolder), { force: true }),
  };
};

/** The life recorded in a state folder, running or not. */
export const readLife = (stateFolder: string): LifeRecord | undefined => {
  try {
    return LifeRecord.parse(JSON.parse(readFileSync(recordFile(stateFolder), 'utf8')));
  } catch {
    return undefined;
  }
};

/** Whether the same process still runs, not another one with its number. */
export const isAlive = ({ pid, began }: Pick<ProcessRecord, 'pid' | 'began'>): boolean => processBegin(pid) === began;

/** Processes of a life that still run, whatever became of its leader. */
export const remainsOf = (life: LifeRecord): readonly number[] => [
  ...new Set([...life.processes.filter(isAlive).map(({ pid }) => pid), ...pidsMarkedWith(life.id)]),
];

/** Ends what a life whose leader is gone has left behind, and forgets it. Answers with the number of processes. */
export const endEarlierLife = async (stateFolder: string, life: LifeRecord): Promise<number> => {
  const left = remainsOf(life);
  left.forEach((pid) => {
    signal(pid, 'SIGTERM');
  });
  for (let waitedMs = 0; remainsOf(life).length > 0 && waitedMs < GRACE_MS; waitedMs += 50) await pause(50);
  remainsOf(life).forEach((pid) => {
    signal(pid, 'SIGKILL');
  });
  rmSync(recordFile(stateFolder), { force: true });
  return left.length;
};

const GRACE_MS = 5000;

const recordFile = (stateFolder: string): string => join(stateFolder, 'life.json');

const recordOf = (name: string, pid: number): ProcessRecord => ({ name, pid, began: processBegin(pid) ?? '' });

// written beside and renamed: a crash in the middle must not lose the list
const writeLife = (stateFolder: string, life: LifeRecord): void => {
  const beside = `${recordFile(stateFolder)}.new`;
  writeFileSync(beside, JSON.stringify(life, undefined, 2), { mode: 0o600 });
  renameSync(beside, recordFile(stateFolder));
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch {
    // gone already
  }
};

/** Processes that carry the mark of a life in their environment: children, and whatever those started. Linux only. */
export const pidsMarkedWith = (lifeId: string): readonly number[] => {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && environmentOf(pid).includes(`${LIFE_VARIABLE}=${lifeId}`));
};

const environmentOf = (pid: number): readonly string[] => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
};
