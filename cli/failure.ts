import { ApiProblem } from '../src/client/problem.ts';
import type { Outcome } from '../src/kernel/outcome.ts';
import { EXIT, exitCodeOfStatus } from './exit-codes.ts';

/** A failure that a person can do something about: what, why or what to do, and the exit code. */
export class CommandFailure extends Error {
  readonly exitCode: number;
  readonly advice: string;

  constructor(exitCode: number, message: string, advice: string) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
    this.advice = advice;
  }
}

/** What the domain accepted; its refusal ends the command with every finding, and nothing was sent. */
export const required = <T>(outcome: Outcome<T>): T => {
  if (outcome.accepted) return outcome.value;
  const findings = (outcome.refusal.errors ?? []).map(({ pointer, message }) => `${pointer}: ${message}`);
  throw new CommandFailure(EXIT.invalid, outcome.refusal.message, findings.join('\n  ') || 'nothing was sent');
};

const ADVICE_BY_CODE: Readonly<Record<string, string>> = {
  FORBIDDEN: 'ask an admin of the tenant for the role',
  PRECONDITION_FAILED: 'it changed meanwhile: look at it again, then repeat the command',
  STATE_CONFLICT: '`phoenix experiment show ID` or `phoenix pipeline show ID` says what is possible now',
  PIPELINE_INVALID_CONFIG: 'mend the settings and save them again: `phoenix pipeline update ID -f FILE`',
  PIPELINE_SECRET_IN_PLAIN_TEXT: '`phoenix pipeline import FILE` puts references in their place',
};

const SIGNED_OUT: readonly string[] = ['UNAUTHORIZED', 'AUTHENTICATION_EXPIRED'];

const adviceFor = (code: string): string | undefined => {
  if (process.env['PHOENIX_KEY'] !== undefined && [...SIGNED_OUT, 'FORBIDDEN'].includes(code)) {
    return 'PHOENIX_KEY does not open this: it has ended, or its scopes lack it; an admin sees which by `phoenix key list`';
  }
  if (!SIGNED_OUT.includes(code)) return ADVICE_BY_CODE[code];
  // a sign-in would not be used while the variable is set
  return process.env['PHOENIX_TOKEN'] === undefined
    ? 'sign in again with `phoenix login`'
    : 'PHOENIX_TOKEN is not accepted: give it a fresh token, or unset it and sign in with `phoenix login`';
};

/** One line what, one line per finding, one line what to do, the request id last. */
export const describeFailure = (failure: unknown): { readonly text: string; readonly exitCode: number } => {
  if (failure instanceof CommandFailure)
    return { text: `✘ ${failure.message}\n  ${failure.advice}`, exitCode: failure.exitCode };
  if (failure instanceof ApiProblem) {
    const findings = failure.errors
      // a single finding is often the whole sentence already
      .filter(({ pointer, message }) => failure.message !== `${pointer}: ${message}`)
      .map(({ pointer, message }) => `  ${pointer || '/'}: ${message}`);
    const advice = adviceFor(failure.code);
    return {
      text: [
        `✘ ${failure.message}`,
        ...findings,
        ...(advice === undefined ? [] : [`  ${advice}`]),
        `  ${failure.code} · request ${failure.traceId}`,
      ].join('\n'),
      exitCode: exitCodeOfStatus(failure.status),
    };
  }
  const message = failure instanceof Error ? failure.message : String(failure);
  if (failure instanceof TypeError && /fetch failed/.test(message)) {
    return {
      text: `✘ the API does not answer\n  is it running? \`phoenix status\` tells about the local environment`,
      exitCode: EXIT.unavailable,
    };
  }
  return { text: `✘ ${message}`, exitCode: EXIT.unexpected };
};
