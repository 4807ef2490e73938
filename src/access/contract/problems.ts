import { type Problems, STATE_CONFLICT } from '../../platform/declare/problem.ts';

export const ACCESS_PROBLEMS = {
  'sign-in-refused': { status: 401, title: 'Sign-in refused', retry: 'after-change' },
  'password-sign-in-off': { status: 403, title: 'Passwords are not accepted here', retry: 'never' },
  'last-admin': { status: 409, title: 'The last admin stays', retry: 'after-change' },
  'key-quota-exceeded': { status: 409, title: 'Too many service keys', retry: 'after-change' },
  ...STATE_CONFLICT,
} as const satisfies Problems;
