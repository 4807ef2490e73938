import * as z from 'zod';
import { Actor, KeyId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { route } from '../../platform/declare/route.ts';
import { may } from '../domain/permissions.ts';
import {
  KeyScope,
  keyPrefix,
  keyStateAt,
  LONGEST_LIFE_DAYS,
  LONGEST_OVERLAP_SECONDS,
  type ServiceKey,
} from '../domain/service-key.ts';

/** A key as people see it: everything but its secret. */
export const KeyView = z.object({
  id: KeyId,
  name: z.string(),
  /** how its text begins */
  prefix: z.string(),
  scopes: z.array(KeyScope),
  state: z.enum(['active', 'expired', 'revoked']),
  expiresAt: Instant,
  /** the secret before the last rotation is good until then */
  formerSecretUntil: Instant.nullable(),
  lastUsedAt: Instant.nullable(),
  revokedAt: Instant.nullable(),
  version: z.int(),
  createdAt: Instant,
  createdBy: Actor,
});
export type KeyView = z.infer<typeof KeyView>;

export const keyViewOf = (key: ServiceKey, now: Instant): KeyView => ({
  id: key.id,
  name: key.name,
  prefix: keyPrefix(key.id),
  scopes: key.scopes,
  state: keyStateAt(key, now),
  expiresAt: key.expiresAt,
  formerSecretUntil: key.secrets[1]?.until ?? null,
  lastUsedAt: key.lastUsedAt,
  revokedAt: key.revokedAt,
  version: key.version,
  createdAt: key.createdAt,
  createdBy: key.createdBy,
});

/** The text is in this answer and nowhere else. */
export const ShownKey = z.object({ key: KeyView, text: z.string() });
export type ShownKey = z.infer<typeof ShownKey>;

const ById = z.object({ keyId: KeyId });

export const keyRoutes = [
  route({
    name: 'listKeys',
    method: 'GET',
    path: '/keys',
    summary: 'Service keys of the tenant, newest first, those that ended too',
    permission: may('key:manage'),
    status: 200,
    response: z.object({ items: z.array(KeyView) }),
    refusals: [],
  }),
  route({
    name: 'createKey',
    method: 'POST',
    path: '/keys',
    summary: 'A key for a program; its text is shown in this answer and never again',
    permission: may('key:manage'),
    concurrency: 'idempotency-key',
    showsSecret: true,
    body: z.strictObject({
      name: z.string().trim().min(1).max(80),
      scopes: z.array(KeyScope).min(1).max(50),
      expiresInDays: z.int().min(1).max(LONGEST_LIFE_DAYS).default(90),
    }),
    status: 201,
    response: ShownKey,
    refusals: ['key-quota-exceeded'],
    example: { name: 'nightly comparison', scopes: ['experiment:read', 'experiment:create'], expiresInDays: 90 },
  }),
  route({
    name: 'getKey',
    method: 'GET',
    path: '/keys/{keyId}',
    summary: 'One service key, without its secret',
    permission: may('key:manage'),
    params: ById,
    status: 200,
    response: KeyView,
    refusals: [],
  }),
  route({
    name: 'rotateKey',
    method: 'POST',
    path: '/keys/{keyId}/rotate',
    summary: 'A fresh secret; the one before stays good for the overlap',
    permission: may('key:manage'),
    concurrency: 'if-match',
    params: ById,
    body: z.strictObject({ overlapSeconds: z.int().min(0).max(LONGEST_OVERLAP_SECONDS).default(86_400) }),
    status: 200,
    response: ShownKey,
    refusals: ['state-conflict'],
    example: { overlapSeconds: 3600 },
  }),
  route({
    name: 'revokeKey',
    method: 'DELETE',
    path: '/keys/{keyId}',
    summary: 'End a key; within a minute it opens nothing',
    permission: may('key:manage'),
    concurrency: 'if-match',
    starIfMatch: true,
    params: ById,
    status: 204,
    response: z.null(),
    refusals: [],
  }),
] as const;
