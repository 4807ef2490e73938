import { actorOf, KeyId, type Principal } from '../../kernel/identity.ts';
import { secondsAfter } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock, FreshSecret, Ids, Sha256 } from '../../kernel/ports.ts';
import { keyEvent } from '../contract/key-events.ts';

import { type KeyScope, keyStateAt, keyText, MOST_KEYS, type ServiceKey } from '../domain/service-key.ts';
import type { KeyedHash, KeyStore } from './ports.ts';

export interface KeyPorts {
  readonly keys: KeyStore;
  readonly keyedHash: KeyedHash;
  readonly freshSecret: FreshSecret;
  readonly sha256: Sha256;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** A key and its text, which is in this answer and nowhere else. */
export interface MadeKey {
  readonly key: ServiceKey;
  readonly text: string;
}

export const makeCreateKey =
  ({ keys, keyedHash, freshSecret, sha256, clock, ids }: KeyPorts) =>
  async (
    caller: Principal,
    wanted: { readonly name: string; readonly scopes: readonly KeyScope[]; readonly expiresInDays: number },
  ): Promise<Outcome<MadeKey, Refusal<'key-quota-exceeded' | 'precondition-failed'>>> => {
    const now = clock.now();
    const { tenantId } = caller;
    const open = (await keys.list(tenantId)).filter((key) => keyStateAt(key, now) === 'active').length;
    if (open >= MOST_KEYS) {
      return refuse('key-quota-exceeded', `there are ${open} keys, ${MOST_KEYS} may be; revoke those nobody uses`, {
        keys: open,
        most: MOST_KEYS,
      });
    }
    const id = KeyId.parse(`key-${ids.short()}`);
    const secret = freshSecret();
    const expiresAt = secondsAfter(now, wanted.expiresInDays * 86_400);
    const key: ServiceKey = {
      id,
      tenantId,
      name: wanted.name,
      scopes: [...new Set(wanted.scopes)],
      secrets: [{ hash: await keyedHash.of(secret), until: expiresAt }],
      expiresAt,
      revokedAt: null,
      lastUsedAt: null,
      version: 1,
      createdAt: now,
      createdBy: actorOf(caller),
      updatedAt: now,
    };
    const committed = await keys.commit(key, 0, [keyEvent('key.created', key)], actorOf(caller));
    return committed.accepted ? accept({ key, text: keyText(id, secret, sha256) }) : committed;
  };
