import type { WriteStream } from 'node:tty';
import { createLogUpdate } from 'log-update';
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
  /** text below the lines that stays as it is until the next note */
  note(text: string): void;
  /** the last picture stays; what comes later is printed below */
  close(): void;
}

const MARK = { waiting: '·', working: '◐', ready: '✔', failed: '✘' } as const;

const timeOf = ({ state, elapsedSeconds, expectedSeconds }: ScreenLine): string => {
  if (elapsedSeconds === undefined || state === 'waiting') return '';
  const elapsed = describeDuration(elapsedSeconds);
  const isGuessUseful = state === 'working' && expectedSeconds !== undefined && expectedSeconds > elapsedSeconds;
  return isGuessUseful ? `${elapsed} of about ${describeDuration(expectedSeconds)}` : elapsed;
};

/** Text of one line: mark, label, time, detail. */
export const renderLine = (line: ScreenLine): string =>
  `  ${MARK[line.state]} ${line.label.padEnd(24)}${timeOf(line).padEnd(24)}${line.detail}`.trimEnd();

/** In a plain log, what is being worked on is said again twice a minute. */
const isNewsAgain = ({ state, elapsedSeconds = 0 }: ScreenLine, saidAtSeconds = 0): boolean =>
  state === 'working' && (elapsedSeconds < saidAtSeconds || elapsedSeconds - saidAtSeconds >= 30);

/** On a terminal one calm picture that changes in place; elsewhere a plain log with a line per change of state and half minute. */
export const makeScreen = (
  stream: Pick<WriteStream, 'write'> & Partial<WriteStream>,
  isTerminal: boolean = stream.isTTY === true,
): Screen => {
  const lines = new Map<string, ScreenLine>();
  const update = isTerminal ? createLogUpdate(stream as WriteStream, { showCursor: true }) : null;
  const saidAt = new Map<string, number>();
  let noteText = '';
  const redraw = (): void =>
    update?.(`${[...lines.values()].map(renderLine).join('\n')}${noteText === '' ? '' : `\n\n${noteText}`}`);

  return {
    set: (key, line) => {
      const before = lines.get(key);
      lines.set(key, line);
      if (update !== null) return redraw();
      if (before?.state === line.state && !isNewsAgain(line, saidAt.get(key))) return;
      saidAt.set(key, line.elapsedSeconds ?? 0);
      stream.write(`${renderLine(line)}\n`);
    },
    note: (text) => {
      if (update === null && text !== noteText) stream.write(`${text}\n`);
      noteText = text;
      redraw();
    },
    close: () => update?.done(),
  };
};
