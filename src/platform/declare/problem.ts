import type { CommonCode } from './route.ts';

/** How a refusal looks on the wire (RFC 9457) and what to do about it. */
export interface Problem {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 422 | 423 | 428 | 429 | 500 | 503;
  readonly title: string;
  /** whether asking again can help */
  readonly retry: 'never' | 'after-change' | 'after-reload' | 'later';
}

export const COMMON_PROBLEMS = {
  unauthorized: { status: 401, title: 'Sign in first', retry: 'after-change' },
  'authentication-expired': { status: 401, title: 'The session has ended', retry: 'after-change' },
  forbidden: { status: 403, title: 'Not allowed', retry: 'never' },
  'resource-not-found': { status: 404, title: 'Not found', retry: 'never' },
  'method-not-allowed': { status: 405, title: 'This address has other methods', retry: 'never' },
  'malformed-request': { status: 400, title: 'The request cannot be read', retry: 'after-change' },
  'request-too-large': { status: 413, title: 'The request is too large', retry: 'after-change' },
  'validation-failed': { status: 422, title: 'The request is not valid', retry: 'after-change' },
  'precondition-required': { status: 428, title: 'Say which version you mean', retry: 'after-change' },
  'precondition-failed': { status: 412, title: 'It changed meanwhile', retry: 'after-reload' },
  'idempotency-conflict': { status: 409, title: 'This key was used for another request', retry: 'after-change' },
  'request-in-progress': { status: 409, title: 'The same request is still being worked on', retry: 'later' },
  'shown-once': { status: 409, title: 'The answer was shown once', retry: 'never' },
  'rate-limit-exceeded': { status: 429, title: 'Too many requests', retry: 'later' },
  throttled: { status: 503, title: 'A service behind us is busy', retry: 'later' },
  'service-unavailable': { status: 503, title: 'A service behind us does not answer', retry: 'later' },
  'internal-error': { status: 500, title: 'Our fault', retry: 'later' },
} as const satisfies Record<CommonCode, Problem>;

/** Things with a life of their own refuse so what their state does not allow; `details` say what it allows. */
export const STATE_CONFLICT = {
  'state-conflict': { status: 409, title: 'Not possible in this state', retry: 'after-reload' },
} as const;

export type Problems = Readonly<Record<string, Problem>>;

/** The wire form of a code: `experiment-not-draft` → `EXPERIMENT_NOT_DRAFT`. */
export const wireCode = (code: string): string => code.toUpperCase().replaceAll('-', '_');
