import type { UserId } from '../../kernel/identity.ts';
import { accept, refuse } from '../../kernel/outcome.ts';
import type { PeopleDirectory, SignIn } from '../application/ports.ts';

/** A user pool of one process. Tokens are the names of sessions and open nothing anywhere else. */
export const memorySignIn = (): SignIn & PeopleDirectory => {
  const people = new Map<string, { readonly userId: UserId; readonly password: string }>();
  const sessions = new Map<string, string>();
  let issued = 0;
  const begin = (email: string) => {
    issued += 1;
    sessions.set(`refresh-${issued}`, email);
    sessions.set(`access-${issued}`, email);
    return { accessToken: `access-${issued}`, refreshToken: `refresh-${issued}`, expiresInSeconds: 600 };
  };
  return {
    ensurePerson: async (email, password) => {
      const userId = people.get(email)?.userId ?? (`person-${people.size + 1}` as UserId);
      people.set(email, { userId, password });
      return userId;
    },
    withPassword: async (email, password) =>
      people.get(email)?.password === password
        ? accept(begin(email))
        : refuse('sign-in-refused', 'the e-mail address or the password is not right'),
    refresh: async (refreshToken) => {
      const email = sessions.get(refreshToken);
      if (email === undefined) return refuse('sign-in-refused', 'this session has ended; sign in again');
      return accept({ ...begin(email), refreshToken: null });
    },
    endSessions: async (accessToken) => {
      const email = sessions.get(accessToken);
      for (const [token, owner] of sessions) if (owner === email) sessions.delete(token);
    },
  };
};
