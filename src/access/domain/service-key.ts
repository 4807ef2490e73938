import * as z from 'zod';
import { Actor, KeyId, TenantId } from '../../kernel/identity.ts';
import { Instant, isAfter, secondsAfter } from '../../kernel/instant.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { PERMISSIONS, type Permission } from './permissions.ts';

/** What a key may never do: make keys or members. Whoever steals one could stay that way. */
const FOR_PEOPLE_ONLY: readonly Permission[] = ['key:manage', 'tenant:manage'];
export const KEY_SCOPES = PERMISSIONS.filter((each) => !FOR_PEOPLE_ONLY.includes(each));
export const KeyScope = z.enum(KEY_SCOPES);
export type KeyScope = z.infer<typeof KeyScope>;

export const LONGEST_LIFE_DAYS = 365;
export const LONGEST_OVERLAP_SECONDS = 7 * 86_400;
/** Keys of a tenant that are not revoked. */
export const MOST_KEYS = 100;

/** A secret as we keep it: hashed with a key of ours, and until when it is good. */
const KeptSecret = z.object({ hash: z.string(), until: Instant });

/** What programs sign in with. Its secret was shown once; we know its hash. */
export const ServiceKey = z.object({
  id: KeyId,
  tenantId: TenantId,
  name: z.string(),
  scopes: z.array(KeyScope),
  /** the newest first; an older one is good for a while after a rotation */
  secrets: z.array(KeptSecret),
  expiresAt: Instant,
  revokedAt: Instant.nullable(),
  /** kept by the hour */
  lastUsedAt: Instant.nullable(),
  version: z.int(),
  createdAt: Instant,
  createdBy: Actor,
  updatedAt: Instant,
});
export type ServiceKey = z.infer<typeof ServiceKey>;

export type KeyState = 'active' | 'expired' | 'revoked';

export const keyStateAt = ({ revokedAt, expiresAt }: ServiceKey, now: Instant): KeyState => {
  if (revokedAt !== null) return 'revoked';
  return isAfter(expiresAt, now) ? 'active' : 'expired';
};

/** Hashes of the secrets that open something now; none of a key that is expired or revoked. */
export const goodHashes = (key: ServiceKey, now: Instant): readonly string[] =>
  keyStateAt(key, now) === 'active'
    ? key.secrets.filter(({ until }) => isAfter(until, now)).map(({ hash }) => hash)
    : [];

/** A fresh secret in the place of the one before, which stays good for the overlap and no longer than it would have been. */
export const rotated = (key: ServiceKey, hash: string, now: Instant, overlapSeconds: number): ServiceKey => {
  const overlapEnds = secondsAfter(now, overlapSeconds);
  const [newest] = key.secrets;
  const before =
    newest === undefined || overlapSeconds === 0
      ? []
      : [{ ...newest, until: isAfter(newest.until, overlapEnds) ? overlapEnds : newest.until }];
  return { ...key, secrets: [{ hash, until: key.expiresAt }, ...before], version: key.version + 1, updatedAt: now };
};

export const revoked = (key: ServiceKey, now: Instant): ServiceKey => ({
  ...key,
  secrets: [],
  revokedAt: now,
  version: key.version + 1,
  updatedAt: now,
});

/** Written at most so often, so that a busy key does not write with each request. */
const USE_KEPT_SECONDS = 3600;

export const isUseOutdated = ({ lastUsedAt }: Pick<ServiceKey, 'lastUsedAt'>, now: Instant): boolean =>
  lastUsedAt === null || !isAfter(secondsAfter(lastUsedAt, USE_KEPT_SECONDS), now);

const CHECKSUM_DIGITS = 8;

/** How a key begins; scanners for leaked secrets know it by `phx_`. */
export const keyPrefix = (id: KeyId): string => `phx_${id.slice('key-'.length)}`;

/** The text that a program sends: who, the secret, and a checksum by which a typing error is told without asking anybody. */
export const keyText = (id: KeyId, secret: string, sha256: Sha256): string => {
  const text = `${keyPrefix(id)}_${secret}`;
  return `${text}_${sha256(text).slice(0, CHECKSUM_DIGITS)}`;
};

const KEY_TEXT = /^(phx_([0-9a-z]{12})_([\w-]{43}))_([0-9a-f]{8})$/;

/** Null when it cannot be a key of ours. */
export const readKeyText = (given: string, sha256: Sha256): { readonly id: KeyId; readonly secret: string } | null => {
  const [, text = '', id = '', secret = '', checksum] = KEY_TEXT.exec(given) ?? [];
  return checksum !== undefined && sha256(text).slice(0, CHECKSUM_DIGITS) === checksum
    ? { id: KeyId.parse(`key-${id}`), secret }
    : null;
};
