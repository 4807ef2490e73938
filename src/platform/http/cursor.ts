import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { epochMsOf } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';

/** Whose list it is and which: a cursor is worth nothing in another tenant, list or filter. */
export interface CursorScope {
  readonly tenant: string;
  readonly list: string;
  readonly filter: Readonly<Record<string, unknown>>;
}

/** Opaque cursors of lists: the store's key, signed with tenant, list, filter and an expiry of a day. */
export interface Cursors {
  issue(scope: CursorScope, key: string): Promise<string>;
  read(scope: CursorScope, token: string): Promise<Outcome<string, Refusal<'malformed-request'>>>;
}

const LIFE_MS = 24 * 3_600_000;

export const makeCursors = ({ secret, clock }: { secret: () => Promise<string>; clock: Clock }): Cursors => {
  const signatureOf = async (payload: string): Promise<Buffer> =>
    createHmac('sha256', await secret())
      .update(payload)
      .digest();
  return {
    issue: async (scope, key) => {
      const expiresAtMs = epochMsOf(clock.now()) + LIFE_MS;
      const payload = Buffer.from(JSON.stringify([key, expiresAtMs, digestOf(scope)])).toString('base64url');
      return `${payload}.${(await signatureOf(payload)).toString('base64url')}`;
    },
    read: async (scope, token) => {
      const [payload = '', signature = ''] = token.split('.');
      const given = Buffer.from(signature, 'base64url');
      const right = await signatureOf(payload);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return refused('was not issued by us');
      const [key, expiresAtMs, digest] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as [
        string,
        number,
        string,
      ];
      if (digest !== digestOf(scope)) return refused('belongs to another list or filter');
      if (epochMsOf(clock.now()) >= expiresAtMs) return refused('has expired');
      return accept(key);
    },
  };
};

const refused = (reason: string) =>
  refuse('malformed-request', `next_token ${reason}; read the list again from the beginning`);

const digestOf = ({ tenant, list, filter }: CursorScope): string =>
  createHash('sha256')
    .update(JSON.stringify([tenant, list, Object.entries(filter).toSorted(([a], [b]) => (a < b ? -1 : 1))]))
    .digest('base64url');
