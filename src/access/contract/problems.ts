import type { Problems } from '../../platform/declare/problem.ts';

export const ACCESS_PROBLEMS = {
  'sign-in-refused': { status: 401, title: 'Sign-in refused', retry: 'after-change' },
  'password-sign-in-off': { status: 403, title: 'Passwords are not accepted here', retry: 'never' },
} as const satisfies Problems;
