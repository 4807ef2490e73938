import * as z from 'zod';

/** Ids never contain `#` (it separates storage keys) and are legal Kubernetes names and label values. */
const slug = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}-[0-9a-z]{12}$`), `expected an id such as ${prefix}-0123456789ab`);

export const TenantId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,38}[a-z0-9]$/, 'expected a tenant id: 3 to 40 lower-case letters, digits and hyphens')
  .brand<'TenantId'>();
export type TenantId = z.infer<typeof TenantId>;

export const UserId = z.string().min(1).max(128).brand<'UserId'>();
export type UserId = z.infer<typeof UserId>;

export const ExperimentId = slug('exp').brand<'ExperimentId'>();
export type ExperimentId = z.infer<typeof ExperimentId>;

export const ClusterId = slug('clu').brand<'ClusterId'>();
export type ClusterId = z.infer<typeof ClusterId>;

export const PipelineId = slug('pipe').brand<'PipelineId'>();
export type PipelineId = z.infer<typeof PipelineId>;

export const OperationId = slug('op').brand<'OperationId'>();
export type OperationId = z.infer<typeof OperationId>;

export const KeyId = slug('key').brand<'KeyId'>();
export type KeyId = z.infer<typeof KeyId>;

/**
 * Twelve characters for an id, from a hash in hex digits: 62 bits, enough to tell one tenant's requests apart. What is
 * created under an idempotency key gets its id so, and a repeated attempt finds it.
 */
export const shortIdFrom = (hexDigest: string): string =>
  BigInt(`0x${hexDigest}`).toString(36).padStart(50, '0').slice(-12);

/** Sortable by time; names events and rows of logs. */
export const Ulid = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'expected a ULID')
  .brand<'Ulid'>();
export type Ulid = z.infer<typeof Ulid>;

/** Number of a life of an experiment; raised by start and retry. Zero before the first start. */
export const Epoch = z.int().min(0).brand<'Epoch'>();
export type Epoch = z.infer<typeof Epoch>;

/** Who did it: a person, a program with a service key, or one of our own mechanisms. */
export const Actor = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), id: UserId, email: z.string() }),
  z.object({ kind: z.literal('key'), id: KeyId, name: z.string() }),
  z.object({ kind: z.literal('system'), id: z.enum(['workflow', 'schedule', 'guardrail', 'janitor']) }),
]);
export type Actor = z.infer<typeof Actor>;

/** Who asks, after authentication and membership were checked. A service key acts under its own id and name. */
export interface Principal {
  readonly userId: UserId;
  readonly email: string;
  readonly tenantId: TenantId;
  readonly roles: readonly string[];
  readonly permissions: ReadonlySet<string>;
  /** absent: a person */
  readonly key?: { readonly id: KeyId; readonly name: string };
}

export const actorOf = ({ userId, email, key }: Principal): Actor =>
  key === undefined ? { kind: 'user', id: userId, email } : { kind: 'key', ...key };

/** How an actor is called where people read. */
export const nameOfActor = (actor: Actor): string => {
  switch (actor.kind) {
    case 'user':
      return actor.email;
    case 'key':
      return `key ${actor.name}`;
    case 'system':
      return actor.id;
  }
};
