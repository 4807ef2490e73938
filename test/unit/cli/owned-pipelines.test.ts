import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parsePipelineRef } from '../../../cli/commands/owned-pipelines.ts';
import { EXIT } from '../../../cli/exit-codes.ts';
import { describeFailure } from '../../../cli/failure.ts';
import { makeProgram } from '../../../cli/program.ts';
import { makeClient } from '../../../src/client/client.ts';
import { type FixtureApi, PASSWORD, startFixtureApi } from '../../support/fixture-api.ts';

// The commands as people type them, against the API of the contract.

const OWN = `# ours
receivers: {host_metrics: {collection_interval: 60s, scrapers: {cpu: {}, process: {}}}}
exporters: {otlp_http: {endpoint: https://otlp.example.com}}
service: {pipelines: {metrics: {receivers: [host_metrics], exporters: [otlp_http]}}}
`;

let api: FixtureApi;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  api = await startFixtureApi({ isEmpty: true });
  const { body } = await makeClient({ baseUrl: api.url }).login({
    body: { email: 'admin@phoenix.example', password: PASSWORD },
  });
  vi.stubEnv('PHOENIX_TOKEN', body.accessToken);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  process.exitCode = 0;
  await api.stop();
});

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** What a command prints, and with which code it ends. */
const phoenix = async (...words: readonly string[]) => {
  const printed = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.err += String(text);
    return true;
  });
  process.exitCode = 0;
  try {
    await makeProgram().parseAsync(['node', 'phoenix', '--api-endpoint', api.url, 'pipeline', ...words]);
    return { ...printed, code: process.exitCode ?? 0 };
  } catch (failure) {
    const { text, exitCode } = describeFailure(failure);
    return { ...printed, err: `${printed.err}${text}`, code: exitCode };
  } finally {
    vi.restoreAllMocks();
  }
};

describe('the life of a pipeline', () => {
  test('create, update, diff, publish, deprecate, delete', async () => {
    const path = file('own.yaml', OWN);
    expect(await phoenix('create', '--name', 'web hosts', '-f', path, '--team', 'web')).toMatchObject({
      code: EXIT.done,
      err: expect.stringContaining('✔ web hosts is a draft: phoenix pipeline publish pipe-'),
    });
    file('own.yaml', OWN.replace('60s', '30s'));
    expect((await phoenix('update', 'web hosts', '-f', path, '--note', 'faster')).err).toContain(
      'web hosts has revision 2',
    );
    expect((await phoenix('update', 'web hosts', '-f', path)).err).toContain(
      'has these settings already, as revision 2',
    );
    expect((await phoenix('diff', 'web hosts@1', 'web hosts@2')).out).toBe(
      '~ receiver host_metrics: collection_interval is "30s", was "60s"\n    /receivers/host_metrics/collection_interval\n',
    );
    expect((await phoenix('publish', 'web hosts@1')).err).toContain('revision 1 is published');
    expect((await phoenix('list')).out).toMatch(/web hosts +published +1 +2 +3 warnings +own settings +web/);
    expect((await phoenix('revisions', 'web hosts')).out).toMatch(/^REVISION[\s\S]*\n2 [\s\S]*faster\n1 /);
    expect(await phoenix('delete', 'web hosts')).toMatchObject({
      code: EXIT.conflict,
      err: expect.stringContaining('deprecate it first'),
    });
    expect((await phoenix('archive', 'web hosts', '-r', 'replaced')).out).toContain('deprecated: replaced');
    expect((await phoenix('delete', 'web hosts')).err).toContain('web hosts was deleted');
    expect((await phoenix('list')).out).toContain('no pipeline: phoenix pipeline create');
  });

  test('a template with parameters, and its details', async () => {
    await phoenix('create', '-n', 'busy ones', '--template', 'top-k', '--param', 'cpu_threshold_ratio=0.02');
    expect((await phoenix('update', 'busy ones', '--team', 'data', '--owner', 'team data')).out).toContain(
      'team data, team data',
    );
    const { out } = await phoenix('show', 'busy ones', '--settings');
    expect(out).toContain('# top-k 1.0.0');
  });
});

describe('settings that exist', () => {
  test('are imported without their secrets, and the notes go to the talk', async () => {
    const text = OWN.replace('.com}', '.com, headers: {api-key: abcdef0123456789}}');
    const { code, err, out } = await phoenix('import', file('theirs.yaml', text), '--name', 'theirs');
    expect(code).toBe(EXIT.done);
    expect(err).toContain('! line 3: a secret stood here in plain text');
    expect(`${err}${out}`).not.toContain('abcdef0123456789');
    expect((await phoenix('show', 'theirs', '--settings')).out).toContain('# ours\n');
  });

  test('with a secret in plain text are not saved, and the way out is told', async () => {
    const path = file('secret.yaml', OWN.replace('.com}', '.com, headers: {api-key: abcdef0123456789}}'));
    expect(await phoenix('create', '-n', 'theirs', '-f', path)).toMatchObject({
      code: EXIT.invalid,
      err: expect.stringContaining('`phoenix pipeline import FILE` puts references in their place'),
    });
  });

  test('with errors are saved, shown with their lines, and not published', async () => {
    const path = file('broken.yaml', OWN.replace('exporters: [otlp_http]', 'exporters: [gone, otlp_http]'));
    const { out, code } = await phoenix('create', '-n', 'broken', '-f', path);
    expect(code).toBe(EXIT.done);
    expect(out).toMatch(/revision 1:4:\d+ error: pipeline metrics uses exporter "gone"/);
    const published = await phoenix('publish', 'broken');
    expect(published).toMatchObject({ code: EXIT.invalid, err: expect.stringContaining('PIPELINE_INVALID_CONFIG') });
    expect(published.err).toContain('/service/pipelines/metrics/exporters/0: line 4');
  });
});

describe('comparing', () => {
  test('two files need no API, and the exit code says it where it is asked for', async () => {
    const one = file('one.yaml', OWN);
    const other = file(
      'other.yaml',
      OWN.replace('host_metrics: {collection_interval: 60s', 'host_metrics: {collection_interval: 1m'),
    );
    expect(await phoenix('diff', one, other, '--exit-code')).toMatchObject({
      code: EXIT.done,
      out: 'both do the same\n',
    });
    const third = file('third.yaml', OWN.replace('60s', '30s'));
    expect((await phoenix('diff', one, third, '--exit-code')).code).toBe(EXIT.findings);
    expect((await phoenix('diff', one, third)).code).toBe(EXIT.done);
    expect(api.answers.filter((answer) => answer.includes('/pipelines'))).toEqual([]);
  });

  test('a file and what is published', async () => {
    await phoenix('create', '-n', 'web hosts', '-f', file('own.yaml', OWN));
    const { out } = await phoenix('diff', 'web hosts', file('mine.yaml', OWN.replace('cpu: {}, ', '')));
    expect(out).toContain('receiver host_metrics: scrapers › cpu is not set');
  });
});

test('an export goes to the screen, or as files into a folder', async () => {
  await phoenix('create', '-n', 'web hosts', '-f', file('own.yaml', OWN));
  expect((await phoenix('export', 'web hosts', '--namespace', 'monitoring')).out).toContain('namespace: monitoring');
  const to = join(folder, 'deploy');
  expect((await phoenix('export', 'web hosts', '--format', 'kustomize', '--to', to)).err).toContain(
    'revision 1 of web hosts as 4 files',
  );
  expect(readdirSync(to).toSorted()).toEqual([
    'collector.yaml',
    'daemon-set.yaml',
    'kustomization.yaml',
    'service-account.yaml',
  ]);
  expect(readFileSync(join(to, 'collector.yaml'), 'utf8')).toBe(OWN);
});

test('a pipeline that nobody knows is told with those that there are', async () => {
  await phoenix('create', '-n', 'web hosts', '-f', file('own.yaml', OWN));
  expect(await phoenix('show', 'web host')).toMatchObject({
    code: EXIT.notFound,
    err: expect.stringContaining('there are: web hosts'),
  });
  expect(await phoenix('create', '-n', 'x y')).toMatchObject({ code: EXIT.invalid });
});

test.each([
  ['pipe-0123456789ab', { named: 'pipe-0123456789ab', revision: undefined }],
  ['web hosts@3', { named: 'web hosts', revision: 3 }],
  ['a@b@12', { named: 'a@b', revision: 12 }],
  ['a@b', { named: 'a@b', revision: undefined }],
])('%s names a pipeline and a revision', (text, ref) => {
  expect(parsePipelineRef(text)).toEqual(ref);
});
