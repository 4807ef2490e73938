import type { Ulid } from './identity.ts';
import { fromEpochMs } from './instant.ts';
import type { Clock, FreshSecret, Ids, Pauses } from './ports.ts';

// The one place where the real clock and real chance enter. Only what Node and browsers both have is used.

export const systemClock: Clock = { now: () => fromEpochMs(Date.now()) };

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

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

const BASE64_URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export const systemSecret: FreshSecret = () => [...randomBytes(43)].map((byte) => BASE64_URL[byte & 63]).join('');

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One of 256 steps is chance enough for a pause. */
export const systemPauses: Pauses = {
  upTo: (mostMs) => wait((mostMs * (randomBytes(1)[0] ?? 0)) / 255),
  exactly: wait,
};
