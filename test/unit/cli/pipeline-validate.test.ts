import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runPhoenixInside } from '../../support/cli.ts';
import { WHOLE_TEXT } from '../../support/settings-corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'phoenix-validate-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (text: string): string => {
  const file = join(folder, 'collector.yaml');
  writeFileSync(file, text);
  return file;
};
const validate = (text: string, ...options: readonly string[]) =>
  runPhoenixInside(['pipeline', 'validate', fileOf(text), ...options], {
    PHOENIX_HOME: folder,
    PHOENIX_STATE: folder,
  });

const SENDING = WHOLE_TEXT.replace(
  'exporters:\n',
  'exporters:\n  otlp_http: {endpoint: "https://a.example:4318"}\n',
).replaceAll('- debug', '- debug\n        - otlp_http');

describe('phoenix pipeline validate', () => {
  test('ends with 0 where nothing is wrong, and says who has the last word', async () => {
    const { exitCode, stdout, stderr } = await validate(WHOLE_TEXT, '--for-cluster');
    expect([exitCode, stdout]).toEqual([0, `✔ ${join(folder, 'collector.yaml')}: 0 errors, 0 warnings\n`]);
    expect(stderr).toContain('--collector PROGRAM asks it');
  });

  test('ends with 1 at an error, and shows where it is and what would work', async () => {
    const { exitCode, stdout } = await validate(WHOLE_TEXT.replace('metric.name ==', 'metric.nam =='));
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/collector\.yaml:\d+:\d+ error: .*nam/);
    expect(stdout).toContain('write name [ottl-path-unknown]');
  });

  test('says when the refusal is ours alone, which the collector would start with', async () => {
    const text = WHOLE_TEXT.replace(/collection_interval: \S+/, 'collection_interval: 60');
    const { exitCode, stdout } = await validate(text);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('the collector would start with them; it is Phoenix that refuses them');
    expect(JSON.parse((await validate(text, '-o', 'json')).stdout)).toMatchObject({
      is_valid: false,
      collector: 'starts',
    });
  });

  test('ends with 2 where there is no file', async () => {
    const { exitCode } = await runPhoenixInside(['pipeline', 'validate', join(folder, 'none.yaml')], {
      PHOENIX_HOME: folder,
      PHOENIX_STATE: folder,
    });
    expect(exitCode).toBe(2);
  });

  test('what only a cluster demands is advice, and an error for a cluster whose owner has not allowed it', async () => {
    expect((await validate(SENDING)).exitCode).toBe(0);
    expect((await validate(SENDING)).stdout).toContain('warning: data would go to https://a.example:4318');
    expect((await validate(SENDING, '--for-cluster')).exitCode).toBe(1);
    expect((await validate(SENDING, '--for-cluster', '--destination', 'a.example:4318')).exitCode).toBe(0);
  });

  test('a critical process that would be dropped is an error', async () => {
    const dropping = WHOLE_TEXT.replace(
      'metric.name == "system.uptime"',
      'resource.attributes["process.executable.name"] == "postgres"',
    );
    expect((await validate(dropping, '--for-cluster')).exitCode).toBe(0);
    expect((await validate(dropping, '--for-cluster', '--critical', 'nginx,postgres')).stdout).toContain(
      'drops-critical',
    );
  });

  test('another image has other components', async () => {
    const text = WHOLE_TEXT.replace('processors:\n', 'processors:\n  tail_sampling: {policies: []}\n');
    expect((await validate(text)).exitCode).toBe(1);
    expect((await validate(text, '--image', 'contrib')).exitCode).toBe(0);
  });

  describe('with a collector', () => {
    const programOf = (name: string, script: string): string => {
      const file = join(folder, name);
      writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
      return file;
    };

    test('that refuses, its word is an error at its place', async () => {
      const program = programOf('refusing', `[ "$1" = validate ] && echo 'Error: processors::batch: no' >&2; exit 1`);
      const { exitCode, stdout } = await validate(WHOLE_TEXT, '--collector', program);
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/collector\.yaml:\d+:\d+ error: processors::batch: no/);
    });

    test('that would start, nothing more is said', async () => {
      const { exitCode, stderr } = await validate(WHOLE_TEXT, '--collector', programOf('willing', 'exit 0'));
      expect([exitCode, stderr]).toEqual([0, '']);
    });

    test('it is shown no settings that would have it read files', async () => {
      const text = WHOLE_TEXT.replace('60s', () => `\${file:/etc/hostname}`);
      const { exitCode, stderr } = await validate(text, '--collector', programOf('touching', `touch ${folder}/asked`));
      expect(exitCode).toBe(1);
      expect(stderr).toContain('the collector was not asked');
      expect(existsSync(join(folder, 'asked'))).toBe(false);
    });

    test.each([
      ['there is none', () => join(folder, 'nowhere'), 'takes the path of a collector’s program'],
      ['it cannot validate', () => programOf('older', `echo 'unknown command "validate"' >&2; exit 1`), 'that has one'],
    ])('ends with 2 where %s', async (_title, program, advice) => {
      const { exitCode, stderr } = await validate(WHOLE_TEXT, '--collector', program());
      expect(exitCode).toBe(2);
      expect(stderr).toContain(advice);
    });
  });

  test.each([
    [['--image', 'mine'], 'there are ours and contrib'],
    [['--destination', 'a.example'], 'add --for-cluster'],
    [['--for-cluster', '--destination', 'https://a.example'], 'write host or host:port'],
  ])('%s is refused with a sentence', async (options, advice) => {
    const { exitCode, stderr } = await validate(WHOLE_TEXT, ...options);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(advice);
  });
});
