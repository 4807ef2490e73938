import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { freePorts } from '../../../local/processes/ports.ts';
import type { Role } from '../../../src/access/domain/permissions.ts';
import { CLUSTER, TENANT } from '../../support/builders.ts';
import { runPhoenixInside } from '../../support/cli.ts';
import type { Ran } from '../../support/program.ts';
import { type ServedWorld, serveWorld } from '../../support/served-world.ts';
import { makeWorld, type World } from '../../support/world.ts';

// What a person reads in the terminal when something is wrong: the program before the use cases in memory.

let world: World;
let api: ServedWorld;
let folder: string;
let closedPort: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'phoenix-cli-'));
  [closedPort = 0] = await freePorts(1);
  world = makeWorld();
  api = await serveWorld(world, {
    allowedDirectClusters: '127.0.0.1:6443',
    allowedMetricSources: `127.0.0.1:${closedPort}`,
    secondsPerLook: 60,
  });
});
afterEach(async () => {
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
});

const phoenix = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> =>
  runPhoenixInside(args, {
    PHOENIX_HOME: join(folder, 'home'),
    PHOENIX_STATE: folder,
    PHOENIX_API_URL: api.url,
    ...env,
  });

const as = (role: Role, args: readonly string[]): Promise<Ran> =>
  phoenix(args, { PHOENIX_TOKEN: api.tokenOf(role, 600) });

const fileWith = (text: string): string => {
  const file = join(folder, 'given.yaml');
  writeFileSync(file, text);
  return file;
};

const stored = () => world.experiments.list(TENANT, {}, { limit: 10 });

const create = [
  ...['experiment', 'create', '--candidate', 'top-k', '--cluster', 'eu-1', '-n', 'by hand'],
  ...['-d', '100s', '--warmup', '30s', '--slot', '10s', '--interval', '5s', '--critical', 'nginx,postgres'],
  // ten slots are fewer than it needs
  '--may-end-inconclusive',
];

describe('an experiment that cannot be', () => {
  test('with an unknown template: 2, which it was, which there are, and no draft', async () => {
    const { exitCode, stderr, stdout } = await as('experimenter', [...create, '--candidate', 'top-kay']);
    expect(stderr).toMatch(/^✘ .*top-kay.*top-k/);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect((await stored()).items).toEqual([]);
  });

  test('without the margin of a guardrail: 2, its place in the file, and nothing is sent', async () => {
    const file = fileWith(`
name: margin missing
baseline_pipeline: { template: baseline }
candidate_pipeline: { template: top-k }
targets: [{ cluster_id: ${CLUSTER} }]
success_criteria:
  - { role: primary, metric: exported_points, minimum_saving_ratio: 0.05 }
  - { role: guardrail, metric: critical_coverage }
`);
    const { exitCode, stderr } = await as('experimenter', ['experiment', 'create', '-f', file]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `✘ ${file} is not valid\n  /success_criteria/1/margin_ratio: is missing; expected number\n  nothing was sent\n`,
    );
    expect(api.answers).toEqual([]);
  });

  test('on nodes that are held: 5, by whom, and it stays a draft that holds nothing', async () => {
    const holder = await world.begin();
    const { exitCode, stderr } = await as('experimenter', [...create, '--start']);
    const [draft] = (await stored()).items.filter(({ experiment }) => experiment.state === 'draft');
    const id = draft?.experiment.id;
    expect(exitCode).toBe(5);
    expect(stderr).toMatch(
      new RegExp(
        `^✔ by hand is a draft: phoenix experiment start ${id}\n✘ 2 of 2 nodes are held by ${holder.experimentId}: node-1, node-2;`,
      ),
    );
    expect(new Set(world.experiments.holds.values())).toEqual(new Set([holder.experimentId]));
  });

  test('that is too short: 2, the option, and nothing is sent but questions for the cluster and what runs there', async () => {
    const { exitCode, stderr } = await as('experimenter', [...create, '-d', '10s']);
    expect(stderr).toMatch(/^✘ the experiment is not valid\n {2}--duration: .*30\n {2}nothing was sent\n$/);
    expect([exitCode, api.answers]).toEqual([2, ['GET /clusters 200', 'GET /pipelines 200']]);
  });

  test('by somebody who may not: 3, the permission and who has it', async () => {
    const { exitCode, stderr } = await as('viewer', create);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^✘ .*experiment:create.*experimenter/);
    expect((await stored()).items).toEqual([]);
  });

  test('on a cluster that nobody registered: 4, and those that are', async () => {
    const { exitCode, stderr } = await as('experimenter', [...create, '--cluster', 'eu-2']);
    expect(stderr).toBe('✘ no cluster is called eu-2\n  known are: eu-1\n');
    expect(exitCode).toBe(4);
  });

  test('on a cluster that does not answer: 6, what came back, and it stays a draft', async () => {
    world.kubernetes.setFailure({ code: 'cluster-unreachable', message: 'the cluster does not answer', facts: {} });
    await world.clusterLooks.ask(TENANT, CLUSTER);
    await world.time.advance(1);
    const { exitCode, stderr } = await as('experimenter', [...create, '--start']);
    expect(exitCode).toBe(6);
    expect(stderr).toContain('✘ eu-1: the cluster does not answer; when that is settled, `phoenix cluster check eu-1`');
    expect((await stored()).items.map(({ experiment }) => experiment.state)).toEqual(['draft']);
  });

  test('that is to be waited for and not started: 2', async () => {
    const { exitCode, stderr } = await as('experimenter', [...create, '--wait']);
    expect(stderr).toContain('add --start');
    expect([exitCode, api.answers]).toEqual([2, []]);
  });
});

test('create --start --wait tells each change and ends with the verdict as one document', async () => {
  const { exitCode, stdout, stderr } = await as('experimenter', [...create, '--start', '--wait', '-o', 'json']);
  expect(JSON.parse(stdout)).toMatchObject({ state: 'awaiting_approval', verdict: { verdict: 'promote' } });
  expect(stderr).toMatch(/^✔ by hand has started.*\n(.*\n)*running {2}\d+\/10\n(.*\n)*awaiting_approval {2}10\/10\n$/);
  expect(exitCode).toBe(0);
});

test('a cluster that dies is told to whoever waits for the end; once it is back, nothing is left', async () => {
  const ref = await world.begin();
  while ((await world.now(ref)).state !== 'running') await world.time.advance(5);
  world.kubernetes.setFailure({ code: 'cluster-unreachable', message: 'the cluster does not answer', facts: {} });
  expect((await as('operator', ['experiment', 'stop', ref.experimentId, '-r', 'enough'])).exitCode).toBe(0);
  const { stdout } = await as('viewer', ['experiment', 'show', ref.experimentId]);
  expect(stdout).toMatch(/state +rolling_back/);
  expect(stdout).toContain(
    '\n! eu-1: the cluster does not answer. Collectors there can neither be changed nor removed until it answers.',
  );
  world.kubernetes.setFailure(null);
  const watched = await as('viewer', ['experiment', 'watch', ref.experimentId]);
  expect(watched.stderr).toMatch(/^rolled_back {2}\d+\/10\n$/);
  expect([watched.exitCode, await world.objects()]).toEqual([15, []]);
});

describe.each([
  ['experiment create', ['experiment', 'create']],
  ['cluster add', ['cluster', 'add']],
])('%s with a file', (_, command) => {
  test.each([
    ['that is not there', () => join(folder, 'none.yaml'), 'none.yaml cannot be read: there is no such file'],
    ['that is a folder', () => folder, 'cannot be read: it is a folder'],
    ['of broken YAML', () => fileWith('name: x\n  targets: ['), 'given.yaml:1:7 is not readable YAML'],
    ['of something else', () => fileWith('- 1'), 'given.yaml is not valid\n  /: expected object, found array'],
  ])('%s ends with 2, says so, and sends nothing', async (__, file, sentence) => {
    const { exitCode, stdout, stderr } = await as('admin', [...command, '-f', file()]);
    expect(stderr).toContain(sentence);
    expect([exitCode, stdout, api.answers]).toEqual([2, '', []]);
  });
});

describe('a session', () => {
  const signedInWith = (accessToken: string, refreshToken: string | null): void => {
    mkdirSync(join(folder, 'home'));
    const credentials = { apiEndpoint: api.url, email: 'anna@example.com', accessToken, refreshToken };
    writeFileSync(join(folder, 'home', 'credentials.json'), JSON.stringify(credentials));
  };

  test.each([
    ['cannot be renewed', null, []],
    ['whose renewal has ended, too', 'refresh-of-last-week', ['POST /auth/refresh 401']],
  ])('that has ended and %s: 3, whose it was, and how to go on', async (_, refreshToken, answers) => {
    signedInWith(api.tokenOf('experimenter', -60), refreshToken);
    const { exitCode, stderr, stdout } = await phoenix(create);
    expect(stderr).toBe(
      `✘ the session of anna@example.com at ${api.url} has ended\n  sign in again with \`phoenix login\`\n`,
    );
    expect([exitCode, stdout, api.answers]).toEqual([3, '', answers]);
  });

  test('that has ended and can be renewed goes on without a word, and keeps the new token', async () => {
    signedInWith(api.tokenOf('experimenter', -60), api.refreshToken);
    const { exitCode, stderr } = await phoenix(['experiment', 'list']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(api.answers).toEqual(['POST /auth/refresh 200', 'GET /experiments 200']);
    const kept = JSON.parse(readFileSync(join(folder, 'home', 'credentials.json'), 'utf8'));
    expect(kept.accessToken).not.toBe(api.tokenOf('experimenter', -60));
  });

  test('by a variable that has ended: 3, and that a sign-in alone would not help', async () => {
    const { exitCode, stderr } = await phoenix(create, { PHOENIX_TOKEN: api.tokenOf('admin', -1) });
    expect(stderr).toMatch(/^✘ the session has ended.*\n {2}PHOENIX_TOKEN is not accepted: .*phoenix login/);
    expect(exitCode).toBe(3);
  });
});

describe('a cluster', () => {
  const cluster = (port = closedPort) =>
    fileWith(`
name: eu-3
access:
  kind: direct
  endpoint: https://127.0.0.1:6443
  ca_pem: "-----BEGIN CERTIFICATE-----"
  token_secret: eu-3
metrics: { kind: url, url: "http://127.0.0.1:${port}" }
remote_write_url: http://127.0.0.1:${port}/api/v1/write
`);

  test('whose Prometheus is dead is added and found wanting: 2, with the line and what would help', async () => {
    const { exitCode, stdout, stderr } = await as('admin', ['cluster', 'add', '-f', cluster(), '--wait']);
    expect(stderr).toMatch(/^✔ eu-3 is registered as clu-\w+\n◐ checking eu-3\n/);
    expect(stdout).toContain(
      `✘ http://127.0.0.1:${closedPort} does not answer (connect ECONNREFUSED 127.0.0.1:${closedPort})\n    start the Prometheus there`,
    );
    expect(stdout).toContain('✔ namespace phoenix-exp is there');
    expect(exitCode).toBe(2);
  });

  test('whose Prometheus may not be read from here is refused with its place: 2, and not registered', async () => {
    const { exitCode, stderr } = await as('admin', ['cluster', 'add', '-f', cluster(closedPort + 1), '--wait']);
    expect(stderr).toContain('\n  /metrics/url: not on the list of the stage\n');
    expect(exitCode).toBe(2);
    expect((await as('admin', ['cluster', 'list'])).stdout).not.toContain('eu-3');
  });

  test('that does not answer is checked: 6 and what came back; the list says it, too', async () => {
    world.kubernetes.setFailure({ code: 'cluster-unreachable', message: 'the cluster does not answer', facts: {} });
    const { exitCode, stdout, stderr } = await as('admin', ['cluster', 'check', 'eu-1', '--wait']);
    expect(stderr).toContain(
      '✘ eu-1: the cluster does not answer\n  settle this, then ask again: phoenix cluster check eu-1\n',
    );
    expect([exitCode, stdout]).toEqual([6, '']);
    expect((await as('viewer', ['cluster', 'list'])).stdout).toMatch(
      /unreachable[\s\S]*\neu-1: the cluster does not answer/,
    );
  });
});
