import * as z from 'zod';
import type { FieldError } from '../kernel/outcome.ts';

const WireProblem = z.object({
  code: z.string(),
  message: z.string(),
  title: z.string().default(''),
  trace_id: z.string().default(''),
  retry: z.enum(['never', 'after-change', 'after-reload', 'later']).default('never'),
  details: z.record(z.string(), z.unknown()).default({}),
  errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).default([]),
});

/** A refusal of the API: code in upper snake case, a sentence, the request's trace id for whoever has to look it up. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly traceId: string;
  readonly retry: 'never' | 'after-change' | 'after-reload' | 'later';
  readonly details: Readonly<Record<string, unknown>>;
  readonly errors: readonly FieldError[];

  constructor(status: number, problem: z.infer<typeof WireProblem>) {
    super(problem.message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = problem.code;
    this.title = problem.title;
    this.traceId = problem.trace_id;
    this.retry = problem.retry;
    this.details = problem.details;
    this.errors = problem.errors;
  }
}

/** Reads the body of a failed answer; gateways in front of us answer in forms of their own. */
export const problemFrom = (status: number, body: unknown, requestId: string | null): ApiProblem => {
  const read = WireProblem.safeParse(body);
  if (read.success) return new ApiProblem(status, read.data);
  const { code, message } = GATEWAY[status] ?? {
    code: 'API_UNAVAILABLE',
    message: `the API answered ${status} without saying why`,
  };
  return new ApiProblem(status, {
    code,
    message,
    title: '',
    trace_id: requestId ?? '',
    retry: status >= 500 || status === 429 ? 'later' : 'after-change',
    details: {},
    errors: [],
  });
};

const GATEWAY: Readonly<Record<number, { code: string; message: string }>> = {
  401: { code: 'UNAUTHORIZED', message: 'the session has ended or was never begun; sign in' },
  403: { code: 'FORBIDDEN', message: 'this token may not be used here; sign in again' },
  429: { code: 'RATE_LIMIT_EXCEEDED', message: 'too many requests at once; wait a moment' },
};
