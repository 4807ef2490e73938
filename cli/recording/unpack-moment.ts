import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromEpochMs, type Instant } from '../../src/kernel/instant.ts';
import { filesFor, type Moment, type Player, type Recording } from '../../src/pipelines/domain/recording.ts';

/** Writes a moment of a recording below a folder that is empty, in the form of /proc. */
export const unpackMoment = (recording: Recording, moment: Moment, folder: string, player: Player): void => {
  const placed = (path: string): string => {
    const place = join(folder, path);
    mkdirSync(dirname(place), { recursive: true });
    return place;
  };
  for (const [path, text] of Object.entries(filesFor(recording, moment, player))) writeFileSync(placed(path), text);
  for (const [path, target] of Object.entries(moment.links)) symlinkSync(target, placed(path));
  for (const [path, count] of Object.entries(moment.counts)) {
    mkdirSync(join(folder, path), { recursive: true });
    for (let entry = 0; entry < count; entry += 1) writeFileSync(join(folder, path, String(entry)), '');
  }
};

/** This machine as it plays a recording from now on. */
export const thisPlayer = (now: Instant): Player => ({
  now,
  bootedAt: fromEpochMs(Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0) * 1000),
});
