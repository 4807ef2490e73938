import { createHash } from 'node:crypto';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { HttpAnswer } from './message.ts';

/** Remembers for a day what a key was answered, so that asking twice does once. */
export interface IdempotencyStore {
  /** claims the key, or tells what is known of it; a claim without an answer is free again after `leaseSeconds` */
  begin(key: string, requestHash: string, leaseSeconds: number): Promise<IdempotencyState>;
  complete(key: string, requestHash: string, answer: HttpAnswer): Promise<void>;
  /** gives the claim back: nothing was done */
  release(key: string): Promise<void>;
}

export type IdempotencyState =
  | { readonly state: 'claimed' }
  | { readonly state: 'in-progress' }
  | { readonly state: 'other-request' }
  | { readonly state: 'answered'; readonly answer: HttpAnswer };

export const ANSWER_KEPT_SECONDS = 24 * 3600;

/** Longer than any API function may run. */
export const LEASE_SECONDS = 60;

export const requestHashOf = (parts: readonly unknown[]): string =>
  createHash('sha256').update(canonicalJson(parts)).digest('base64url');
