import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeClient } from '../../../src/client/client.ts';
import { runPhoenixInside } from '../../support/cli.ts';
import { type FixtureApi, PASSWORD, startFixtureApi } from '../../support/fixture-api.ts';
import { WEB } from '../../support/hosts/hosts.ts';
import { recordingOf } from '../../support/hosts/simulated-host.ts';
import { phoenix } from '../../support/phoenix.ts';
import { renderedOf } from '../../support/template-grid.ts';

const folder = mkdtempSync(join(tmpdir(), 'phoenix-preview-'));
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const HOST = fileOf('host.json', JSON.stringify(recordingOf(WEB, [0, 10, 20])));
const preview = (...options: readonly string[]) =>
  runPhoenixInside(['pipeline', 'preview', '--recording', HOST, '--baseline', 'baseline', ...options], {
    PHOENIX_HOME: folder,
    PHOENIX_STATE: folder,
  });

describe('phoenix pipeline preview', () => {
  test('shows both side by side, who is lost, who makes the most, and the bills; without any API', async () => {
    const { exitCode, stdout } = await preview('--candidate', 'top-k', '--critical', 'nginx,vault', '--hosts', '100');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('3 moments in 20 s, 72 processes');
    expect(stdout).toMatch(/series in the recording +591 +175 +−70\.4 %/);
    expect(stdout).toMatch(/critical in the candidate:\n {2}kept: nginx\n {2}not in the recording: vault/);
    expect(stdout).toMatch(/nginx +72 +41\.1 %/);
    expect(stdout).toMatch(/bills of a month, 100 hosts like this one, at list prices:\n/);
  });

  test('as JSON it has the names of the API', async () => {
    const { stdout } = await preview('--candidate', 'minimal', '--book', 'grafana-cloud-pro', '-o', 'json');
    expect(JSON.parse(stdout)).toMatchObject({
      moment_count: 3,
      candidate: { figures: { points_per_minute: { low: expect.any(Number) } }, limits: [] },
      bills: [{ price_book: 'grafana-cloud-pro' }],
    });
  });

  test('settings of one’s own are a file; what cannot be predicted ends with 1 and is shown with its line', async () => {
    const { yaml } = renderedOf('top-k');
    const strange = fileOf(
      'strange.yaml',
      yaml.replace('set(resource.attributes["phx.keep"], "mem")', 'set(resource.attributes["phx.keep"], UUID())'),
    );
    const { exitCode, stdout } = await preview('--candidate', strange);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/candidate:\n {2}\d+:\d+ cannot be predicted: what UUID gives cannot be predicted here/);
    expect(stdout).not.toContain('bills of a month');
  });

  test.each([
    [['--candidate', 'top-q'], 'there is no template "top-q"'],
    [['--candidate', 'top-k', '--candidate-param', 'cpu_threshold_ratio=7'], 'cpu_threshold_ratio'],
    [['--candidate', 'top-k', '--hosts', '0'], '--hosts 0 is not possible'],
    [['--candidate', 'top-k', '--usage', 'series=3'], 'come from the recording and --hosts'],
    [['--candidate', 'top-k', '--book', 'nobody'], 'there is no price book "nobody"'],
    [['--candidate', 'top-k', '--recording', fileOf('notes.json', '{}')], 'notes.json is no recording'],
    [['--candidate', fileOf('empty.yaml', 'receivers: {}')], 'the candidate is no pipeline that a collector takes'],
  ])('%j ends with 2 and says why', async (options, sentence) => {
    const { exitCode, stderr } = await preview(...options);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(sentence)]);
  });
});

describe('from an experiment', () => {
  let api: FixtureApi;
  beforeAll(async () => {
    api = await startFixtureApi();
  });
  afterAll(() => api?.stop());

  const fromExperiment = async (...args: readonly string[]) => {
    const { body } = await makeClient({ baseUrl: api.url }).login({
      body: { email: 'viewer@phoenix.example', password: PASSWORD },
    });
    return phoenix(['pipeline', 'preview', '--baseline', 'baseline', '--candidate', 'top-k', ...args], {
      PHOENIX_API_URL: api.url,
      PHOENIX_TOKEN: body.accessToken,
    });
  };

  test('a worker lists the processes that its baseline sends, and the preview is made from them', async () => {
    const { stdout, stderr } = await fromExperiment('--experiment', 'exp-running00001', '--critical', 'nginx,vault');
    expect(stderr).toContain('✔ 3 processes of web-1, as of 2026-11-21T');
    expect(stdout).toContain('2 moments in 60 s, 3 processes');
    expect(stdout).toContain('not in the recording: vault');
  });

  test('before a slot is measured there is nothing to list', async () => {
    expect(await fromExperiment('--experiment', 'exp-draft0000001')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('no slot is measured yet'),
    });
  });

  test.each([[[]], [['--recording', HOST, '--experiment', 'exp-running00001']]])(
    'it is one or the other: %j',
    async (options) => {
      expect(await fromExperiment(...options)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('give --recording FILE, or --experiment ID'),
      });
    },
  );
});
