import * as z from 'zod';
import { TenantId, UserId } from '../../kernel/identity.ts';
import { route } from '../../platform/declare/route.ts';
import { Role } from '../domain/permissions.ts';

const Session = z.object({
  accessToken: z.string(),
  /** absent in an answer to a refresh that did not rotate it */
  refreshToken: z.string().nullable(),
  expiresInSeconds: z.int(),
});

export const accessRoutes = [
  route({
    name: 'getAuthSettings',
    method: 'GET',
    path: '/auth/settings',
    summary: 'Where and how to sign in: issuer, client, whether a password is accepted here',
    permission: 'open',
    status: 200,
    response: z.object({
      stage: z.string(),
      region: z.string(),
      userPoolId: z.string(),
      clientId: z.string(),
      passwordSignIn: z.boolean(),
      /** of the API for people with tokens; null: this one */
      apiUrl: z.string().nullable(),
      /** of the API for programs with service keys; null: this one takes them, too */
      keyApiUrl: z.string().nullable(),
      /** authorization code with PKCE, where passwords are not accepted */
      signInUrl: z.string().nullable(),
    }),
    refusals: [],
  }),
  route({
    name: 'login',
    method: 'POST',
    path: '/auth/login',
    summary: 'Sign in with a password, where the stage allows it',
    permission: 'open',
    body: z.strictObject({ email: z.email().max(254), password: z.string().min(1).max(256) }),
    status: 200,
    response: Session,
    refusals: ['sign-in-refused', 'password-sign-in-off'],
    example: { email: 'viewer@phoenix.example', password: 'correct horse battery staple' },
  }),
  route({
    name: 'refreshSession',
    method: 'POST',
    path: '/auth/refresh',
    summary: 'A fresh access token for a refresh token',
    permission: 'open',
    body: z.strictObject({ refreshToken: z.string().min(1).max(8192) }),
    status: 200,
    response: Session,
    refusals: ['sign-in-refused'],
    example: { refreshToken: 'eyJjdHkiOiJKV1Qi…' },
  }),
  route({
    name: 'logout',
    method: 'POST',
    path: '/auth/logout',
    summary: 'End the session everywhere',
    permission: 'signed-in',
    status: 204,
    response: z.null(),
    refusals: [],
  }),
  route({
    name: 'getMe',
    method: 'GET',
    path: '/auth/me',
    summary: 'Who asks, in which tenant, and what they may do',
    permission: 'signed-in',
    status: 200,
    response: z.object({
      userId: UserId,
      email: z.string(),
      tenantId: TenantId,
      tenantName: z.string(),
      roles: z.array(Role),
      permissions: z.array(z.string()),
    }),
    refusals: [],
  }),
] as const;
