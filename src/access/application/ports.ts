import type { Actor, KeyId, TenantId, UserId } from '../../kernel/identity.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { EventDraft } from '../../platform/declare/event.ts';
import type { Member, Tenant } from '../domain/member.ts';
import type { ServiceKey } from '../domain/service-key.ts';

/** Members and tenants. */
export interface MemberStore {
  /** every membership of a person, by tenant */
  membershipsOf(userId: UserId): Promise<readonly Member[]>;
  load(tenantId: TenantId, userId: UserId): Promise<Member | null>;
  /** all members of a tenant, by their address */
  list(tenantId: TenantId): Promise<readonly Member[]>;
  /**
   * writes `next` with its events if the stored version is `expectedVersion` (0: must not exist) and, in the same step,
   * `unchanged` is still as it was read
   */
  commit(
    next: Member,
    expectedVersion: number,
    events: readonly EventDraft[],
    actor: Actor,
    unchanged?: Member,
  ): Promise<Outcome<Member, Refusal<'precondition-failed'>>>;
  loadTenant(tenantId: TenantId): Promise<Tenant | null>;
  /** keeps a tenant that is there already */
  createTenant(tenant: Tenant): Promise<void>;
}

/** Service keys. They are found by their id alone, because who comes with one names no tenant. */
export interface KeyStore {
  find(id: KeyId): Promise<ServiceKey | null>;
  /** all keys of a tenant, newest first, those that ended too */
  list(tenantId: TenantId): Promise<readonly ServiceKey[]>;
  /** writes `next` with its events if the stored version is `expectedVersion` (0: must not exist) */
  commit(
    next: ServiceKey,
    expectedVersion: number,
    events: readonly EventDraft[],
    actor: Actor,
  ): Promise<Outcome<ServiceKey, Refusal<'precondition-failed'>>>;
  /** without a new version: that a key was used changes nothing about it */
  markUsed(id: KeyId, at: Instant): Promise<void>;
}

/** Hashes of secrets under a key of ours: a stolen table opens nothing. */
export interface KeyedHash {
  of(secret: string): Promise<string>;
  /** takes as long for a wrong secret as for a right one */
  isAmong(secret: string, hashes: readonly string[]): Promise<boolean>;
}

/** What a sign-in gives. */
export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  readonly expiresInSeconds: number;
}

/** Who people are: the user pool. Says the same whether a name or a password is wrong. */
export interface SignIn {
  withPassword(email: string, password: string): Promise<Outcome<Session, Refusal<'sign-in-refused'>>>;
  refresh(refreshToken: string): Promise<Outcome<Session, Refusal<'sign-in-refused'>>>;
  /** ends the refresh tokens of a person; a token that cannot do that is left to its end */
  endSessions(accessToken: string): Promise<void>;
}

/** For operators: makes people. */
export interface PeopleDirectory {
  /** the person with this address, made if absent, with this password */
  ensurePerson(email: string, password: string): Promise<UserId>;
}

/** Whether what we depend on answers. */
export interface Dependency {
  readonly name: string;
  /** throws when it does not */
  probe(): Promise<void>;
}
