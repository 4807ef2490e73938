import { describe, expect, test } from 'vitest';
import { argumentsOf, readStartOptions, type StartOptions } from '../../../local/start-options.ts';

const read = (args: readonly string[], environment = {}) => {
  let said = '';
  let answered = '';
  const options = readStartOptions(args, environment, {
    say: (text) => {
      said += text;
    },
    answer: (text) => {
      answered += text;
    },
  });
  return { options, said, answered };
};

const PLAIN: StartOptions = { open: true, experiment: true };

test('a start without options opens the dashboard, runs an experiment and stays', () => {
  expect(read([]).options).toEqual(PLAIN);
});

test.each<StartOptions>([
  PLAIN,
  { ...PLAIN, open: false },
  { ...PLAIN, experiment: false },
  { ...PLAIN, untilVerdict: true },
  { ...PLAIN, open: false, experiment: false, endpoint: 'http://127.0.0.1:4566' },
])('what is handed on to another process is read there as it was meant: %o', (options) => {
  expect(read(argumentsOf(options)).options).toEqual(options);
});

describe('what is refused, with 2', () => {
  test('an unknown option, with the nearest one', () => {
    const { options, said } = read(['--no-opn']);
    expect(options).toBe(2);
    expect(said).toContain("unknown option '--no-opn'");
    expect(said).toContain('--no-open');
  });

  test('a word that is no option', () => {
    expect(read(['quickly'])).toMatchObject({ options: 2, said: expect.stringContaining('too many arguments') });
  });

  test('to end with the verdict of an experiment that nobody wants', () => {
    const { options, said } = read(['--until-verdict', '--no-experiment']);
    expect(options).toBe(2);
    expect(said).toContain('cannot be used with');
  });

  test.each([
    '127.0.0.1:4566',
    'localhost',
    'https://127.0.0.1:4566',
    'http://127.0.0.1:4566/path',
    'http://a@b:1',
    '',
  ])('an address that no client can use: "%s"', (address) => {
    const { options, said } = read(['--endpoint', address]);
    expect(options).toBe(2);
    expect(said).toContain('Write it as http://HOST:PORT');
  });

  test('an option that npm has kept for itself', () => {
    const { options, said } = read([], { npm_lifecycle_event: 'start', npm_config_open: '' });
    expect(options).toBe(2);
    expect(said).toContain('npm start -- --no-open');
    expect(read([], { npm_lifecycle_event: 'test', npm_config_open: '' }).options).toEqual(PLAIN);
  });
});

test('a slash behind the address is no path', () => {
  expect(read(['--endpoint', 'http://127.0.0.1:4566/']).options).toEqual({
    ...PLAIN,
    endpoint: 'http://127.0.0.1:4566',
  });
});

test('the help names every option, and ends well', () => {
  const { options, answered } = read(['--help']);
  expect(options).toBe(0);
  for (const option of ['--endpoint', '--no-open', '--no-experiment', '--until-verdict'])
    expect(answered).toContain(option);
});
