import type { WriteStream } from 'node:tty';
import { drawInPlace } from '../cli/render/in-place.ts';
import { describeDuration } from '../src/kernel/duration.ts';

/** One line of the start screen. */
export interface ScreenLine {
  readonly label: string;
  readonly state: 'waiting' | 'working' | 'ready' | 'failed';
  readonly detail: string;
  readonly elapsedSeconds?: number;
  /** an honest guess of the whole, absent when nobody knows */
  readonly expectedSeconds?: number;
}

export interface Screen {
  /** shows or replaces the line of `key`; lines keep the order in which they first came */
  set(key: string, line: ScreenLine): void;
  /** text below the lines that stays as it is until the next note; none when empty */
  note(text: string): void;
  /** the last picture stays, and nothing changes it any more */
  close(): void;
}

const MARK = { waiting: '·', working: '◐', ready: '✔', failed: '✘' } as const;

const timeOf = ({ state, elapsedSeconds, expectedSeconds }: ScreenLine): string => {
  if (elapsedSeconds === undefined || state === 'waiting') return '';
  const elapsed = describeDuration(elapsedSeconds);
  const isGuessUseful = state === 'working' && expectedSeconds !== undefined && expectedSeconds > elapsedSeconds;
  return isGuessUseful ? `${elapsed} of about ${describeDuration(expectedSeconds)}` : elapsed;
};

/** Text of one line: mark, label, time, and of the detail its first line; a failure is told whole where all ends. */
export const renderLine = (line: ScreenLine): string =>
  `  ${MARK[line.state]} ${line.label.padEnd(14)}${timeOf(line).padEnd(23)}${line.detail.split('\n', 1)[0]}`.trimEnd();

/** In a plain log, what is being worked on is said again twice a minute. */
const isNewsAgain = ({ state, elapsedSeconds = 0 }: ScreenLine, saidAtSeconds = 0): boolean =>
  state === 'working' && (elapsedSeconds < saidAtSeconds || elapsedSeconds - saidAtSeconds >= 30);

/** On a terminal one calm picture that changes in place; elsewhere a plain log with a line per change of state and half minute. */
export const makeScreen = (
  stream: Pick<WriteStream, 'write'> & Partial<WriteStream>,
  isTerminal: boolean = stream.isTTY === true,
): Screen => {
  const lines = new Map<string, ScreenLine>();
  const picture = isTerminal ? drawInPlace(stream) : null;
  const saidAt = new Map<string, number>();
  let noteText = '';
  let isClosed = false;
  const redraw = (): void =>
    picture?.draw(`${[...lines.values()].map(renderLine).join('\n')}${noteText === '' ? '' : `\n\n${noteText}`}`);

  return {
    set: (key, line) => {
      if (isClosed) return;
      const before = lines.get(key);
      lines.set(key, line);
      if (picture !== null) return redraw();
      if (before?.state === line.state && !isNewsAgain(line, saidAt.get(key))) return;
      saidAt.set(key, line.elapsedSeconds ?? 0);
      stream.write(`${renderLine(line)}\n`);
    },
    note: (text) => {
      if (isClosed) return;
      if (picture === null && text !== '' && text !== noteText) stream.write(`${text}\n`);
      noteText = text;
      redraw();
    },
    close: () => {
      isClosed = true;
      picture?.done();
    },
  };
};
