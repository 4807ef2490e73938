import { type Instant, secondsAfter } from '../../src/kernel/instant.ts';
import type { Facts } from '../../src/kernel/outcome.ts';
import type { Clock, Pauses } from '../../src/kernel/ports.ts';
import type { HttpRequest } from '../../src/platform/http/message.ts';
import type { RefusedWrites } from '../../src/platform/router.ts';
import type { Log, LogIds, Meter, Run } from '../../src/platform/run.ts';

export const T0 = '2026-11-21T09:40:00.000Z' as Instant;

/** A clock that moves only when a test says so. */
export const testClock = (start: Instant = T0): Clock & { advance(seconds: number): void } => {
  let now = start;
  return {
    now: () => now,
    advance: (seconds) => {
      now = secondsAfter(now, seconds);
    },
  };
};

/** Waits for nothing: for tests without real time. */
export const NO_PAUSES: Pauses = { upTo: async () => undefined, exactly: async () => undefined };

export interface LogLine {
  readonly level: 'info' | 'warning' | 'failure';
  readonly event: string;
  readonly facts: Facts;
  readonly ids: LogIds;
  readonly error?: unknown;
}

/** Keeps what is logged, with the ids that would be on the line. */
export const recordingLog = (lines: LogLine[] = [], start: LogIds = {}): Log & { readonly lines: LogLine[] } => {
  let ids = start;
  return {
    lines,
    info: (event, facts = {}) => lines.push({ level: 'info', event, facts, ids }),
    warning: (event, facts = {}) => lines.push({ level: 'warning', event, facts, ids }),
    failure: (event, error, facts = {}) => lines.push({ level: 'failure', event, facts, ids, error }),
    remember: (more) => {
      ids = { ...ids, ...more };
    },
    with: (more) => recordingLog(lines, { ...ids, ...more }),
  };
};

export const recordingMeter = (): Meter & { readonly counts: Record<string, number>; published: number } => {
  const counts: Record<string, number> = {};
  return {
    counts,
    published: 0,
    count: (name, value = 1) => {
      counts[name] = (counts[name] ?? 0) + value;
    },
    milliseconds: () => undefined,
    publish() {
      this.published += 1;
    },
  };
};

/** Keeps what was refused. */
export const recordingRefusals = (): RefusedWrites & { readonly told: Parameters<RefusedWrites['tell']>[0][] } => {
  const told: Parameters<RefusedWrites['tell']>[0][] = [];
  return {
    told,
    tell: async (write) => {
      told.push(write);
    },
  };
};

export const testRun = (log: Log = recordingLog()): Run => ({
  traceId: '1-65000000-000000000000000000000001',
  log,
  meter: recordingMeter(),
  remainingMs: () => 10_000,
});

/** A request as the gateway would hand it on; every field that a test does not mention is plain. */
export const httpRequest = (
  method: string,
  path: string,
  more: Partial<Omit<HttpRequest, 'body'>> & { readonly body?: unknown } = {},
): HttpRequest => ({
  method,
  path,
  query: more.query ?? {},
  headers: more.headers ?? {},
  body: more.body === undefined || typeof more.body === 'string' ? more.body : JSON.stringify(more.body),
  claims: more.claims ?? null,
  requestId: more.requestId ?? 'request-1',
});
