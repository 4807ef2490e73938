import * as z from 'zod';
import { ApiProblem } from '../../../src/client/problem.ts';

/** A failure as a page shows it: not allowed, not there, or broken. */
export type Failure =
  | {
      readonly kind: 'refused';
      readonly message: string;
      readonly permission: string | null;
      readonly role: string | null;
    }
  | { readonly kind: 'missing'; readonly message: string }
  | {
      readonly kind: 'broken';
      readonly message: string;
      readonly advice: string;
      readonly code: string | null;
      readonly requestId: string | null;
    };

const Forbidden = z.object({ permission: z.string(), lowest_role: z.string() });

const ADVICE: Readonly<Record<ApiProblem['retry'], string>> = {
  never: 'Trying again will not help.',
  'after-change': 'It needs a change first.',
  'after-reload': 'It changed meanwhile: reload, look again, then repeat.',
  later: 'Trying again in a moment may help.',
};

export const describeFailure = (failure: unknown): Failure => {
  if (failure instanceof ApiProblem) {
    if (failure.status === 403) {
      const facts = Forbidden.safeParse(failure.details).data;
      return {
        kind: 'refused',
        message: failure.message,
        permission: facts?.permission ?? null,
        role: facts?.lowest_role ?? null,
      };
    }
    if (failure.status === 404) return { kind: 'missing', message: failure.message };
    return {
      kind: 'broken',
      message: failure.message,
      advice: ADVICE[failure.retry],
      code: failure.code,
      requestId: failure.traceId === '' ? null : failure.traceId,
    };
  }
  if (failure instanceof z.core.$ZodError) {
    return broken('the API answered in a form that this page does not know', 'Reload to get the newest page.');
  }
  if (failure instanceof TypeError) return broken('the API does not answer', 'We try again by ourselves.');
  return broken(failure instanceof Error ? failure.message : String(failure), 'Reload the page.');
};

const broken = (message: string, advice: string): Failure => ({
  kind: 'broken',
  message,
  advice,
  code: null,
  requestId: null,
});

/** One line for places where a whole panel would be too much. */
export const failureLine = (failure: unknown): string => {
  const described = describeFailure(failure);
  return described.kind === 'broken' && described.requestId !== null
    ? `${described.message} (request ${described.requestId})`
    : described.message;
};
