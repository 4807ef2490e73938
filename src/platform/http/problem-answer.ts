import type { Refusal } from '../../kernel/outcome.ts';
import { COMMON_PROBLEMS, type Problem, type Problems, wireCode } from '../declare/problem.ts';
import { snakeCaseKeys } from '../wire.ts';
import type { HttpAnswer } from './message.ts';

/** Who answers, to whom, under which trace. */
export interface AnswerContext {
  readonly service: string;
  readonly traceId: string;
  readonly requestId: string;
}

/** On every answer, whatever its form. */
export const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const;

export const problemOf = (problems: Problems, code: string): Problem =>
  problems[code] ?? COMMON_PROBLEMS[code as keyof typeof COMMON_PROBLEMS] ?? COMMON_PROBLEMS['internal-error'];

/**
 * A refusal as RFC 9457 problem+json. A fact `version` becomes the ETag, `retryAfterSeconds` the header Retry-After
 * (5 s where the problem says that asking later can help).
 */
export const answerProblem = (problems: Problems, refusal: Refusal, context: AnswerContext): HttpAnswer => {
  const problem = problemOf(problems, refusal.code);
  const { version, retryAfterSeconds = problem.retry === 'later' ? 5 : undefined } = refusal.facts;
  return {
    statusCode: problem.status,
    headers: {
      ...SECURITY_HEADERS,
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-request-id': context.requestId,
      ...(typeof version === 'number' ? { etag: `"${version}"` } : {}),
      ...(typeof retryAfterSeconds === 'number' ? { 'retry-after': String(Math.ceil(retryAfterSeconds)) } : {}),
    },
    body: JSON.stringify({
      type: `/docs/errors#${refusal.code}`,
      title: problem.title,
      status: problem.status,
      detail: refusal.message,
      instance: context.requestId,
      code: wireCode(refusal.code),
      message: refusal.message,
      service: context.service,
      trace_id: context.traceId,
      retry: problem.retry,
      details: snakeCaseKeys(refusal.facts),
      errors: refusal.errors ?? [],
    }),
  };
};
