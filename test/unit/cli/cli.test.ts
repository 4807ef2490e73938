import { expect, test } from 'vitest';
import { parseParameters } from '../../../cli/commands/parameters.ts';
import { EXIT, exitCodeOfPlan, exitCodeOfStatus, exitCodeOfVerdict } from '../../../cli/exit-codes.ts';
import { CommandFailure, describeFailure } from '../../../cli/failure.ts';
import { openerOf } from '../../../cli/open-in-browser.ts';
import { readDocument } from '../../../cli/read-document.ts';
import { interval, number, percent, quantity } from '../../../cli/render/numbers.ts';
import { renderTable } from '../../../cli/render/table.ts';
import { isSettled } from '../../../cli/watch.ts';
import { problemFrom } from '../../../src/client/problem.ts';
import { ExperimentVerdict } from '../../../src/experiments/contract/views.ts';
import { ExperimentSettings } from '../../../src/experiments/domain/settings.ts';

const failureOf = (work: () => unknown): CommandFailure => {
  try {
    work();
  } catch (failure) {
    if (failure instanceof CommandFailure) return failure;
    throw failure;
  }
  throw new Error('it was accepted');
};

test('every verdict has an exit code, and only promote is a success', () => {
  const successes = ExperimentVerdict.options.filter((verdict) => exitCodeOfVerdict(verdict) === EXIT.done);
  expect(successes).toEqual(['promote']);
  expect(exitCodeOfVerdict(null)).toBe(EXIT.infrastructure);
});

test('a plan that is not enough ends like what it would most likely lead to', () => {
  expect(exitCodeOfPlan({ enough: true })).toBe(EXIT.done);
  expect(exitCodeOfPlan({ enough: false })).toBe(EXIT.inconclusive);
});

test.each([
  [401, EXIT.notAllowed],
  [403, EXIT.notAllowed],
  [404, EXIT.notFound],
  [409, EXIT.conflict],
  [412, EXIT.conflict],
  [422, EXIT.invalid],
  [429, EXIT.unavailable],
  [503, EXIT.unavailable],
])('status %i ends with %i', (status, exitCode) => {
  expect(exitCodeOfStatus(status)).toBe(exitCode);
});

test('waiting for a person is an end to wait for, unless the person has just answered', () => {
  const view = (state: string, cleanup = 'pending') => ({ state, cleanup }) as Parameters<typeof isSettled>[0];
  expect(isSettled(view('awaiting_approval'))).toBe(true);
  expect(isSettled(view('awaiting_approval'), true)).toBe(false);
  expect(isSettled(view('rolled_back'), true)).toBe(false);
  expect(isSettled(view('rolled_back', 'done'), true)).toBe(true);
});

test('numbers have three significant digits, thin spaces and a true minus', () => {
  expect(number(1_234_567)).toBe('1\u2009234\u2009567');
  expect(number(0.012345)).toBe('0.0123');
  expect(number(-12.3456)).toBe('−12.3');
  expect(number(0)).toBe('0');
  expect(number(null)).toBe('–');
});

test('a ratio is said in percent with its sign', () => {
  expect(percent(-0.8612)).toBe('−86.1 %');
  expect(percent(0.03)).toBe('+3 %');
});

test('an effect shows its interval, and says so when there is none', () => {
  expect(interval({ effect: -0.86, lower: -0.88, upper: -0.85, scale: 'ratio' })).toBe('−86 % (−88 % … −85 %)');
  expect(interval({ effect: null, lower: null, upper: null, scale: 'ratio' })).toBe('no data');
});

test('a quantity has its unit, and many bytes are MiB', () => {
  expect(quantity(3, 'processes')).toBe('3 processes');
  expect(quantity(52 * 1024 * 1024, 'bytes')).toBe('52 MiB');
  expect(quantity(null, 'bytes')).toBe('no data');
});

test('columns of a table are as wide as their widest cell', () => {
  expect(
    renderTable(
      ['id', 'name'],
      [
        ['a', 'first'],
        ['long-id', 'second'],
      ],
    ),
  ).toBe('ID       NAME\na        first\nlong-id  second');
});

test('parameters are read as numbers, truths, lists and texts', () => {
  expect(parseParameters(['k=10', 'on=true', 'names=a,b', 'text=x'])).toEqual({
    k: 10,
    on: true,
    names: ['a', 'b'],
    text: 'x',
  });
  expect(failureOf(() => parseParameters(['k'])).advice).toBe('write it as name=value');
});

test('broken YAML is told with line and column, and nothing is sent', () => {
  const failure = failureOf(() => readDocument(ExperimentSettings, 'name: x\n  targets: [', 'scenario.yaml'));
  expect(failure.message).toMatch(/^scenario\.yaml:\d+:\d+ is not readable YAML: [^:]*[a-z]$/);
  expect(failure.exitCode).toBe(EXIT.invalid);
});

test('a document that is not valid is told field by field, in wire names', () => {
  const failure = failureOf(() => readDocument(ExperimentSettings, 'name: ab\nsurprise: 1', 'scenario.yaml'));
  expect(failure.advice).toContain('/name');
  expect(failure.advice).toContain('/surprise');
  expect(failure.advice).toContain('/baseline_pipeline');
});

test('a problem of the API is told with its findings, what to do, and the request last', () => {
  const problem = problemFrom(
    422,
    {
      code: 'VALIDATION_FAILED',
      message: 'the margin is missing',
      trace_id: 'abc',
      errors: [{ pointer: '/margin_ratio', code: 'required', message: 'say how much worse is acceptable' }],
    },
    null,
  );
  expect(describeFailure(problem)).toEqual({
    text: '✘ the margin is missing\n  /margin_ratio: say how much worse is acceptable\n  VALIDATION_FAILED · request abc',
    exitCode: EXIT.invalid,
  });
});

test('a finding that is the whole sentence already is not told twice', () => {
  const found = { pointer: '/duration_seconds', code: 'too-short', message: 'at least 30 s' };
  const problem = problemFrom(
    422,
    { code: 'VALIDATION_FAILED', message: `${found.pointer}: ${found.message}`, trace_id: 'abc', errors: [found] },
    null,
  );
  expect(describeFailure(problem).text.split('\n')).toHaveLength(2);
});

test('an answer of a gateway that is no problem of ours still says what to do', () => {
  expect(problemFrom(401, { message: 'Unauthorized' }, 'r1')).toMatchObject({ code: 'UNAUTHORIZED', status: 401 });
  expect(problemFrom(502, null, 'r2')).toMatchObject({ code: 'API_UNAVAILABLE', retry: 'later', traceId: 'r2' });
});

test('a page is opened only where somebody sits in front of a screen', () => {
  expect(openerOf('darwin', {})).toBe('open');
  expect(openerOf('linux', { DISPLAY: ':0' })).toBe('xdg-open');
  expect(openerOf('linux', {})).toBeNull();
  expect(openerOf('linux', { DISPLAY: ':0', SSH_CONNECTION: '1' })).toBeNull();
  expect(openerOf('darwin', { CI: 'true' })).toBeNull();
});
