import { AsyncLocalStorage } from 'node:async_hooks';
import type { Facts } from '../kernel/outcome.ts';

/** What operators read: a stable event name, ids, numbers with units. */
export interface Log {
  info(event: string, facts?: Facts): void;
  warning(event: string, facts?: Facts): void;
  /** our fault, or that of something behind us; the error stays in the log and never reaches a caller */
  failure(event: string, error: unknown, facts?: Facts): void;
  /** puts ids on every further line of this invocation */
  remember(ids: LogIds): void;
  /** a log of its own with further ids, for one message of a batch */
  with(ids: LogIds): Log;
}

export interface LogIds {
  readonly tenant?: string;
  readonly experiment?: string;
  readonly cluster?: string;
  readonly epoch?: number;
  readonly user?: string;
  readonly route?: string;
  readonly status?: number;
  readonly messageId?: string;
  readonly trace?: string;
}

/** Counts and measures, one dimension: the function. */
export interface Meter {
  count(name: string, value?: number): void;
  milliseconds(name: string, value: number): void;
  /** called once at the end of an invocation */
  publish(): void;
}

/** One invocation: who follows it, and how long it may still take. */
export interface Run {
  readonly traceId: string;
  /** of the HTTP request that is answered; absent elsewhere */
  readonly requestId?: string;
  readonly log: Log;
  readonly meter: Meter;
  remainingMs(): number;
}

const current = new AsyncLocalStorage<Run>();

export const withinRun = <T>(run: Run, work: () => Promise<T>): Promise<T> => current.run(run, work);

/** The trace that the work of this moment belongs to; events carry it. Empty outside an invocation. */
export const currentTraceId = (): string => current.getStore()?.traceId ?? '';

/** The request that is being answered; undefined where nobody asked. */
export const currentRequestId = (): string | undefined => current.getStore()?.requestId;

/** The log of the invocation under way; silent outside of one. */
export const currentLog = (): Log => current.getStore()?.log ?? SILENT;

const SILENT: Log = {
  info: () => undefined,
  warning: () => undefined,
  failure: () => undefined,
  remember: () => undefined,
  with: () => SILENT,
};
