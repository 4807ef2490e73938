import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { Role } from '../../../src/access/domain/permissions.ts';
import { runPhoenix } from '../../support/cli.ts';
import { clientOf, line, objectsOnCluster } from '../../support/line.ts';
import type { Ran } from '../../support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'phoenix-cli-'));
const homeOf = (role: Role): string => join(folder, role);

const phoenix = (
  args: readonly string[],
  { as = 'experimenter', input = '', env = {} }: { as?: Role; input?: string; env?: Record<string, string> } = {},
): Promise<Ran> =>
  runPhoenix(
    args,
    {
      PHOENIX_HOME: homeOf(as),
      PHOENIX_STATE: join(folder, 'none'),
      PHOENIX_API_URL: line().webUrl,
      ...env,
    },
    input,
  );

beforeAll(async () => {
  for (const { email, password, role } of line().people) {
    const { exitCode, stderr } = await phoenix(['login', '-u', email, '--password-stdin'], {
      as: role,
      input: `${password}\n`,
    });
    expect(stderr).toContain(`signed in as ${email}`);
    expect(exitCode).toBe(0);
  }
});

test('whoami says who, where and what they may; JSON is the shape of the API', async () => {
  const { stdout, exitCode } = await phoenix(['whoami', '-o', 'json'], { as: 'viewer' });
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ email: 'viewer@phoenix.local', tenant_id: 'demo', roles: ['viewer'] });
});

test('a wrong password ends with 3 and says no more than that', async () => {
  const { exitCode, stderr, stdout } = await phoenix(['login', '-u', 'viewer@phoenix.local', '--password-stdin'], {
    input: 'wrong\n',
    env: { PHOENIX_HOME: join(folder, 'stranger') },
  });
  expect(exitCode).toBe(3);
  expect(stderr).toMatch(/^✘ /);
  expect(stdout).toBe('');
});

test('doctor ends with 1 when something is stuck, and is for those who could help', async () => {
  expect((await phoenix(['doctor'], { as: 'viewer' })).exitCode).toBe(3);
  const { stdout, exitCode } = await phoenix(['doctor', '-o', 'json'], { as: 'admin' });
  const { healthy, findings } = JSON.parse(stdout);
  expect({ exitCode, healthy }).toEqual(
    findings.length === 0 ? { exitCode: 0, healthy: true } : { exitCode: 1, healthy: false },
  );
  expect(findings.map(({ code }: { code: string }) => code)).not.toContain('dead-letters');
});

test('templates are listed, shown and rendered', async () => {
  expect((await phoenix(['template', 'list'])).stdout).toMatch(/^NAME .*\nbaseline .*\ntop-k /m);
  expect((await phoenix(['template', 'show', 'top-k'])).stdout).toContain('cpu_threshold_ratio');
  const rendered = await phoenix([
    'pipeline',
    'render',
    'top-k',
    '--param',
    'cpu_threshold_ratio=0.02',
    '--critical',
    'nginx',
  ]);
  expect(rendered.stdout).toContain('host_metrics');
  expect(rendered.stdout).toContain('0.02');
});

test('a parameter that the template does not have ends with 2 and names it', async () => {
  const { exitCode, stderr } = await phoenix(['pipeline', 'render', 'top-k', '--param', 'cpu_treshold=1']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('cpu_treshold');
});

test('a cluster is checked line by line', async () => {
  const { stdout, stderr, exitCode } = await phoenix(['cluster', 'check', 'local'], { as: 'admin' });
  expect(`${stdout}${stderr}`).toMatch(/✔ /);
  expect(stdout).not.toMatch(/✘ /);
  expect(exitCode).toBe(0);
  expect((await phoenix(['cluster', 'nodes', 'local'])).stdout).toContain(line().nodes[0]);
});

test('broken YAML ends with 2, line and column, and nothing is sent', async () => {
  const file = join(folder, 'broken.yaml');
  writeFileSync(file, 'name: x\n  targets: [');
  const { exitCode, stderr } = await phoenix(['experiment', 'create', '-f', file]);
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/broken\.yaml:\d+:\d+ is not readable YAML/);
});

test('a viewer who creates ends with 3 and is told the role', async () => {
  const { exitCode, stderr } = await phoenix(['experiment', 'create', '--candidate', 'top-k', '--cluster', 'local'], {
    as: 'viewer',
  });
  expect(exitCode).toBe(3);
  expect(stderr).toContain('experimenter');
});

test('a token that is none ends with 3, an unknown experiment with 4, a silent API with 6', async () => {
  expect((await phoenix(['experiment', 'list'], { env: { PHOENIX_TOKEN: 'none' } })).exitCode).toBe(3);
  expect((await phoenix(['experiment', 'show', 'exp-000000000000'])).exitCode).toBe(4);
  const silent = await phoenix(['experiment', 'list'], {
    env: { PHOENIX_API_URL: 'http://127.0.0.1:9', PHOENIX_TOKEN: 'any' },
  });
  expect(silent.exitCode).toBe(6);
  expect(silent.stderr).toContain('does not answer');
});

test('a session that was ended elsewhere ends with 3 and says how to go on, also where it would be renewed first', async () => {
  const home = join(folder, 'leaver');
  const asLeaver = (args: readonly string[], input = '') => phoenix(args, { env: { PHOENIX_HOME: home }, input });
  const { email, password } = line().leaver;
  expect((await asLeaver(['login', '-u', email, '--password-stdin'], `${password}\n`)).exitCode).toBe(0);
  const file = join(home, 'credentials.json');
  const kept = JSON.parse(readFileSync(file, 'utf8'));
  expect((await asLeaver(['logout'])).stderr).toContain('signed out');

  writeFileSync(file, JSON.stringify(kept));
  const refused = await asLeaver(['experiment', 'list']);
  expect(refused.stderr).toMatch(/^✘ .*\n {2}sign in again with `phoenix login`\n {2}AUTHENTICATION_EXPIRED/);
  writeFileSync(file, JSON.stringify({ ...kept, accessToken: 'of last week' }));
  const unrenewed = await asLeaver(['experiment', 'list']);
  expect(unrenewed.stderr).toMatch(/^✘ the session of leaver@phoenix\.local at .* has ended\n {2}sign in again/);
  expect([refused.exitCode, unrenewed.exitCode]).toEqual([3, 3]);
});

test('an unknown command is answered with the nearest one', async () => {
  const { exitCode, stderr } = await phoenix(['experiment', 'strat']);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('start');
});

test('an experiment is created, started, watched to its verdict, exported and judged again offline, bit for bit', async () => {
  const node = line().nodes[5] ?? '';
  const asked = [
    ...['--candidate', 'top-k', '--cluster', 'local', '--node', node, '-d', '48s', '--warmup', '12s'],
    ...['--slot', '6s', '--interval', '2s', '--critical', 'nginx,postgres'],
  ];
  const planned = await phoenix(['experiment', 'plan', ...asked, '-o', 'json']);
  // eight slots are not enough to be sure: said by the plan, refused by the API, accepted by a person
  expect(planned.exitCode, planned.stderr).toBe(11);
  expect(JSON.parse(planned.stdout)).toMatchObject({
    asked_slots: 8,
    cost: { nodes: 1, seconds: 60, node_seconds: 60, collectors: 2 },
  });
  const inWords = await phoenix(['experiment', 'plan', ...asked]);
  expect(inWords.stdout).toContain('to be sure of exported points');

  const create = ['experiment', 'create', ...asked, '-n', 'by the command line', '--start', '-o', 'json'];
  const tooShort = await phoenix(create);
  expect(tooShort.exitCode).toBe(2);
  expect(tooShort.stderr).toContain('are not enough: it needs about');
  const created = await phoenix([...create, '--may-end-inconclusive']);
  expect(created.stderr).toContain('has started');
  const { id } = JSON.parse(created.stdout);

  const watched = await phoenix(['experiment', 'watch', id]);
  const { body } = await (await clientOf('viewer')).getExperiment({ params: { experimentId: id } });
  expect(watched.stdout).toContain(body.verdict?.sentence);
  // the exit code is the verdict's: 0 for promote, 11 when so few slots could not say
  expect({ promote: 0, inconclusive_underpowered: 11 }).toHaveProperty(
    body.verdict?.verdict ?? 'none',
    watched.exitCode,
  );

  const file = join(folder, 'evidence.json');
  expect((await phoenix(['experiment', 'export', id, '--to', file])).exitCode).toBe(0);
  const judged = await phoenix(['judge', file], { env: { PHOENIX_API_URL: 'http://127.0.0.1:9' } });
  expect(judged.stdout).toMatch(/^✔ reproduced: (\d+) looks, (\d+) of \2 as stored when they were taken/);
  expect(judged.exitCode).toBe(0);

  const bundle = JSON.parse(readFileSync(file, 'utf8'));
  bundle.evidence.slots[3].metrics.exported_points.candidate[node] = { value: 1 };
  const changed = join(folder, 'changed.json');
  writeFileSync(changed, JSON.stringify(bundle));
  const refused = await phoenix(['judge', changed]);
  expect(refused.stdout).toContain('✘ not reproduced');
  expect(refused.exitCode).toBe(13);

  if (body.state === 'awaiting_approval') {
    const stopped = await phoenix(['experiment', 'stop', id, '-r', 'not needed', '--wait']);
    expect(stopped.stderr).toContain('is being stopped');
  }
  expect((await phoenix(['experiment', 'history', id])).stdout).toMatch(/draft[\s\S]*running[\s\S]*deciding/);
  expect(await objectsOnCluster(id)).toEqual([]);
}, 300_000);
