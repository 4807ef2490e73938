import { actorOf, type KeyId, type Principal } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { keyEvent } from '../contract/key-events.ts';
import { keyStateAt, keyText, revoked, rotated, type ServiceKey } from '../domain/service-key.ts';
import type { KeyPorts, MadeKey } from './create-key.ts';
import type { KeyStore } from './ports.ts';

type FindRefusal = Refusal<'resource-not-found'>;
type StaleRefusal = Refusal<'precondition-failed'>;

export const findKey = async (
  keys: KeyStore,
  { tenantId }: Principal,
  keyId: KeyId,
): Promise<Outcome<ServiceKey, FindRefusal>> => {
  const key = await keys.find(keyId);
  return key === null || key.tenantId !== tenantId
    ? refuse('resource-not-found', `there is no key ${keyId}; \`phoenix key list\` shows those that are`, { keyId })
    : accept(key);
};

/** A fresh secret in the place of the one before, which stays good for the overlap. */
export const makeRotateKey =
  ({ keys, keyedHash, freshSecret, sha256, clock }: KeyPorts) =>
  async (
    caller: Principal,
    asked: { readonly keyId: KeyId; readonly version: number; readonly overlapSeconds: number },
  ): Promise<Outcome<MadeKey, FindRefusal | StaleRefusal | Refusal<'state-conflict'>>> => {
    const found = await findKey(keys, caller, asked.keyId);
    if (!found.accepted) return found;
    const now = clock.now();
    const state = keyStateAt(found.value, now);
    if (state !== 'active') {
      return refuse('state-conflict', `the key ${found.value.name} is ${state}; create another one`, { state });
    }
    const secret = freshSecret();
    const key = rotated(found.value, await keyedHash.of(secret), now, asked.overlapSeconds);
    const committed = await keys.commit(key, asked.version, [keyEvent('key.rotated', key)], actorOf(caller));
    return committed.accepted ? accept({ key, text: keyText(key.id, secret, sha256) }) : committed;
  };

/** Ends a key for good; one that was ended before stays as it is. */
export const makeRevokeKey =
  ({ keys, clock }: Pick<KeyPorts, 'keys' | 'clock'>) =>
  async (
    caller: Principal,
    asked: { readonly keyId: KeyId; readonly version: number | '*' },
  ): Promise<Outcome<unknown, FindRefusal | StaleRefusal>> => {
    const found = await findKey(keys, caller, asked.keyId);
    if (!found.accepted) return found;
    if (found.value.revokedAt !== null) return accept(undefined);
    const key = revoked(found.value, clock.now());
    const version = asked.version === '*' ? found.value.version : asked.version;
    return keys.commit(key, version, [keyEvent('key.revoked', key)], actorOf(caller));
  };
