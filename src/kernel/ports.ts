import type { Ulid } from './identity.ts';
import type { Instant } from './instant.ts';

/** The time, as an argument. */
export interface Clock {
  now(): Instant;
}

/** Identity and chance, as arguments. */
export interface Ids {
  /** A fresh ULID. */
  ulid(): Ulid;
  /** Twelve characters `[0-9a-z]`, to be put behind a prefix such as `exp-`. */
  short(): string;
}

/** Waiting between attempts, as an argument. */
export interface Pauses {
  /** a random time between nothing and `mostMs`: full jitter, so that those who collided do not collide again */
  upTo(mostMs: number): Promise<void>;
  exactly(ms: number): Promise<void>;
}

/** 256 bits of chance and a little more, as 43 letters, digits, `-` and `_`. */
export type FreshSecret = () => string;

/** SHA-256 of a text in UTF-8, as 64 hexadecimal digits. As an argument, because it is Node's. */
export type Sha256 = (text: string) => string;
