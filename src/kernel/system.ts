import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Ulid } from './identity.ts';
import { fromEpochMs } from './instant.ts';
import type { Clock, Ids, Pauses } from './ports.ts';

// The one place where the real clock and real chance enter.

export const systemClock: Clock = { now: () => fromEpochMs(Date.now()) };

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

const timePart = (ms: number): string =>
  Array.from({ length: 10 }, (_, i) => CROCKFORD[Math.floor(ms / 32 ** (9 - i)) % 32]).join('');

const randomPart = (): string => [...randomBytes(16)].map((byte) => CROCKFORD[byte % 32]).join('');

const BASE36 = '0123456789abcdefghijklmnopqrstuvwxyz';

export const systemIds: Ids = {
  ulid: () => `${timePart(Date.now())}${randomPart()}` as Ulid,
  // 252 is the largest multiple of 36 in a byte: a byte above it would favour the first letters
  short: () =>
    [...randomBytes(64)]
      .filter((byte) => byte < 252)
      .slice(0, 12)
      .map((byte) => BASE36[byte % 36])
      .join(''),
};

export const systemPauses: Pauses = {
  upTo: (mostMs) => setTimeout(randomInt(0, Math.max(1, Math.round(mostMs)) + 1)),
  exactly: (ms) => setTimeout(ms),
};
