import { mkdirSync, mkdtempSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisPlayer, unpackMoment } from '../../../cli/recording/unpack-moment.ts';
import type { Instant } from '../../../src/kernel/instant.ts';
import type { Recording } from '../../../src/pipelines/domain/recording.ts';

/** A recording as a folder that a real collector takes as its host. */
export interface Replay {
  /** `root_path` of the collector */
  readonly root: string;
  /** from now on the host is as it was at this moment; a scrape on its way may see some of both */
  show(index: number): void;
  stop(): void;
}

/**
 * The scraper asks the kernel about a process, and not the folder, unless /proc is mounted below the root. It tells that
 * by the file system of /proc being another than that of the root *itself*, links not followed. So the root is a link, and
 * what it leads to is on another file system.
 */
export const startReplay = (recording: Recording, now: Instant): Replay => {
  const player = thisPlayer(now);
  const links = mkdtempSync(join(tmpdir(), 'phoenix-replay-'));
  const elsewhere = OTHER_FILE_SYSTEMS.find(
    (folder) => deviceOf(folder) !== undefined && deviceOf(folder) !== deviceOf(links),
  );
  if (elsewhere === undefined)
    throw new Error(`a replay needs a second file system that it can write to: ${OTHER_FILE_SYSTEMS.join(' or ')}`);
  const store = mkdtempSync(join(elsewhere, 'phoenix-replay-'));
  const root = join(links, 'root');
  const folders = recording.moments.map((moment, index) => {
    const folder = join(store, String(index));
    mkdirSync(folder);
    unpackMoment(recording, moment, folder, player);
    return folder;
  });
  const show = (index: number): void => {
    const folder = folders[index];
    if (folder === undefined)
      throw new Error(`the recording has ${folders.length} moments, there is no number ${index}`);
    // in one step: a scraper finds the one or the other
    symlinkSync(folder, `${root}.next`);
    renameSync(`${root}.next`, root);
  };
  show(0);
  return {
    root,
    show,
    stop: () => {
      rmSync(links, { recursive: true, force: true });
      rmSync(store, { recursive: true, force: true });
    },
  };
};

const OTHER_FILE_SYSTEMS = ['/dev/shm', '/run/user/0', '/var/tmp', process.cwd()];

const deviceOf = (folder: string): number | undefined => {
  try {
    return statSync(folder).dev;
  } catch {
    return undefined;
  }
};
