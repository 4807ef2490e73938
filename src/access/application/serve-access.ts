import { accept, refuse } from '../../kernel/outcome.ts';
import type { Clock, Pauses } from '../../kernel/ports.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { accessRoutes } from '../contract/routes.ts';
import { Role } from '../domain/permissions.ts';
import type { MemberStore, SignIn } from './ports.ts';
import { makeLogIn, makeLogOut } from './sessions.ts';

export interface AccessParts {
  readonly members: MemberStore;
  readonly signIn: SignIn;
  readonly clock: Clock;
  readonly pauses: Pauses;
  readonly settings: {
    readonly stage: string;
    readonly userPoolId: string;
    readonly clientId: string;
    readonly passwordSignIn: boolean;
    readonly apiUrl: string | null;
    readonly keyApiUrl: string | null;
  };
}

/** The routes of sessions. */
export const serveAccess = (parts: AccessParts): readonly ServedRoute[] => {
  const { members, signIn, settings } = parts;
  const logIn = makeLogIn({ signIn, acceptsPasswords: settings.passwordSignIn });
  const logOut = makeLogOut(parts);
  return implement(accessRoutes, {
    getAuthSettings: async () =>
      accept({ body: { ...settings, region: regionOf(settings.userPoolId), signInUrl: null } }),
    login: async ({ body }) => {
      const session = await logIn(body);
      return session.accepted ? accept({ body: session.value }) : session;
    },
    refreshSession: async ({ body }) => {
      const session = await signIn.refresh(body.refreshToken);
      return session.accepted ? accept({ body: session.value }) : session;
    },
    logout: async ({ caller, accessToken }) => {
      const ended = await logOut(caller, accessToken);
      return ended.accepted ? accept({ body: null }) : ended;
    },
    getMe: async ({ caller }) => {
      const tenant = await members.loadTenant(caller.tenantId);
      if (tenant === null) return refuse('resource-not-found', `there is no tenant ${caller.tenantId} any more`);
      return accept({
        body: {
          userId: caller.userId,
          email: caller.email,
          tenantId: caller.tenantId,
          tenantName: tenant.name,
          roles: caller.roles.map((role) => Role.parse(role)),
          permissions: [...caller.permissions].toSorted(),
        },
      });
    },
  });
};

/** A pool's id begins with its region: `eu-west-1_Ab12cd34`. */
const regionOf = (userPoolId: string): string => userPoolId.split('_')[0] ?? '';
