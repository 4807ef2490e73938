import { actorOf, type Principal } from '../../kernel/identity.ts';
import { epochMsOf } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock, Pauses } from '../../kernel/ports.ts';
import { draftEvent, eventNamed } from '../../platform/declare/event.ts';
import { accessEvents } from '../contract/events.ts';
import type { MemberStore, Session, SignIn } from './ports.ts';

/** Signs in with a password, where the stage allows it. */
export const makeLogIn =
  ({ signIn, acceptsPasswords }: { signIn: SignIn; acceptsPasswords: boolean }) =>
  async (given: {
    readonly email: string;
    readonly password: string;
  }): Promise<Outcome<Session, Refusal<'sign-in-refused' | 'password-sign-in-off'>>> =>
    acceptsPasswords
      ? signIn.withPassword(given.email, given.password)
      : refuse(
          'password-sign-in-off',
          'passwords are not accepted here; sign in through the address in /auth/settings',
        );

/** Ends the sessions of a person everywhere, in every tenant. Answers when no token of before can pass any more. */
export const makeLogOut =
  ({ members, signIn, clock, pauses }: { members: MemberStore; signIn: SignIn; clock: Clock; pauses: Pauses }) =>
  async (caller: Principal, accessToken: string | null): Promise<Outcome<void, Refusal<'precondition-failed'>>> => {
    const endedAt = clock.now();
    for (const { tenantId } of await members.membershipsOf(caller.userId)) {
      const ended = await endMembership({ members, clock }, tenantId, caller);
      if (!ended.accepted) return ended;
    }
    // pools, too, count by the second: only after it every refresh token of before is older than the end
    await pauses.exactly(Math.max(0, endOfSecondMs(endedAt) - epochMsOf(clock.now())));
    if (accessToken !== null) await signIn.endSessions(accessToken);
    return accept(undefined);
  };

const ATTEMPTS = 3;

const endMembership = async (
  { members, clock }: { members: MemberStore; clock: Clock },
  tenantId: Principal['tenantId'],
  caller: Principal,
): Promise<Outcome<void, Refusal<'precondition-failed'>>> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const member = await members.load(tenantId, caller.userId);
    if (member === null) return accept(undefined);
    const now = clock.now();
    const committed = await members.commit(
      { ...member, sessionsEndedAt: now, version: member.version + 1, updatedAt: now },
      member.version,
      [draftEvent(eventNamed(accessEvents, 'session.ended'), { userId: caller.userId })],
      actorOf(caller),
    );
    if (committed.accepted) return accept(undefined);
  }
  return refuse('precondition-failed', 'your membership was changed at the same time; sign out again');
};

const endOfSecondMs = (instant: Parameters<typeof epochMsOf>[0]): number =>
  (Math.floor(epochMsOf(instant) / 1000) + 1) * 1000;
