import { setTimeout as sleep } from 'node:timers/promises';
import { startStopwatch } from './machine.ts';

export class Overdue extends Error {
  override readonly name = 'Overdue';
}

export interface Wait {
  /** Completes the sentence "waited 30 s for …". */
  readonly what: string;
  readonly deadlineSeconds: number;
  readonly everyMs?: number;
  /** A wait is given up at once when the thing that is waited for has died or nobody wants it any more. */
  readonly abort?: AbortSignal;
}

/**
 * Asks until the answer is not undefined. A throw counts as "not yet" and is told when the deadline passes.
 * Rejects with {@link Overdue}, or with the reason of the abort signal.
 */
export const waitFor = async <T>(wait: Wait, probe: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  const elapsedSeconds = startStopwatch();
  let lastSeen = 'nothing';
  for (;;) {
    wait.abort?.throwIfAborted();
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      lastSeen = firstLine(error);
    }
    if (elapsedSeconds() >= wait.deadlineSeconds)
      throw new Overdue(`waited ${wait.deadlineSeconds} s for ${wait.what}; last seen: ${lastSeen}`);
    await pause(wait.everyMs ?? 50, wait.abort);
  }
};

/** As {@link waitFor}, but gives up as soon as `other` rejects: for a process that may die while it is waited for. */
export const waitForOrElse = async <T>(wait: Wait, other: Promise<never>, probe: () => Promise<T | undefined>) => {
  const giveUp = new AbortController();
  const abort = wait.abort === undefined ? giveUp.signal : AbortSignal.any([wait.abort, giveUp.signal]);
  try {
    return await Promise.race([waitFor({ ...wait, abort }, probe), other]);
  } finally {
    giveUp.abort(new Overdue('given up'));
  }
};

/** A pause that ends early when aborted, with the reason of the abort. */
export const pause = async (ms: number, abort?: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, abort === undefined ? {} : { signal: abort }).catch(() => abort?.throwIfAborted());
};

export const firstLine = (error: unknown): string => {
  const text = error instanceof Error ? describe(error) : String(error);
  return text.split('\n', 1)[0] ?? '';
};

// fetch hides what happened behind "fetch failed"
const describe = (error: Error): string =>
  error.cause instanceof Error && error.message === 'fetch failed' ? error.cause.message : error.message || error.name;
