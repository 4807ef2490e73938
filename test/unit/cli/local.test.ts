import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderStatus, statusOf } from '../../../cli/render/local-status.ts';
import {
  endLocalEnvironment,
  findLocalEnvironment,
  type LocalEnvironmentRecord,
  writeLocalEnvironment,
} from '../../../cli/session/local-environment.ts';
import type { LifeRecord } from '../../../local/processes/life.ts';
import { LIFE_VARIABLE, processBegin, randomLife } from '../../../local/processes/machine.ts';
import { waitFor } from '../../../local/processes/wait.ts';
import { startProgram } from '../../support/program.ts';

let stateFolder: string;
let started: ChildProcess[];
beforeEach(() => {
  stateFolder = mkdtempSync(join(tmpdir(), 'phoenix-local-'));
  started = [];
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(stateFolder, { recursive: true, force: true });
});

/** A process that stands for a launcher or for one of its parts. */
const stand = async (script: string, lifeId?: string): Promise<LifeRecord['leader']> => {
  const child = spawn('sh', ['-c', `${script} echo up; while true; do sleep 0.1; done`], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...(lifeId === undefined ? {} : { [LIFE_VARIABLE]: lifeId }) },
  });
  started.push(child);
  await once(child.stdout, 'data');
  const pid = child.pid ?? -1;
  return { name: 'stand-in', pid, began: processBegin(pid) ?? '' };
};

const remember = (life: LifeRecord): LifeRecord => {
  mkdirSync(stateFolder, { recursive: true });
  writeFileSync(join(stateFolder, 'life.json'), JSON.stringify(life));
  return life;
};
const lifeOf = async (script = ''): Promise<LifeRecord> =>
  remember({ id: randomLife(), leader: await stand(script), processes: [] });
const GONE = { name: 'launcher', pid: 999_999_999, began: '1' };

const recordOf = (life: LifeRecord): LocalEnvironmentRecord => ({
  lifeId: life.id,
  startedAt: '2026-01-01T10:00:00.000Z',
  webUrl: 'http://127.0.0.1:8080',
  apiUrl: null,
  users: [{ email: 'admin@phoenix.local', password: 'secret-of-admin', role: 'admin' }],
  clusterId: null,
  experimentId: null,
});

const phoenix = (...args: readonly string[]) =>
  startProgram('cli/phoenix.ts', args, { env: { ...process.env, PHOENIX_STATE: stateFolder } }).ended;

describe('what is found in the state folder', () => {
  test('is nothing where nothing was started, and where its record cannot be read', () => {
    expect(findLocalEnvironment(stateFolder).state).toBe('none');
    writeFileSync(join(stateFolder, 'life.json'), '{"id": "half');
    expect(findLocalEnvironment(stateFolder).state).toBe('none');
  });

  test('is an environment that runs, with what it says about itself', async () => {
    const life = await lifeOf();
    expect(findLocalEnvironment(stateFolder)).toEqual({ state: 'running', life, record: null });
    writeLocalEnvironment(recordOf(life), stateFolder);
    expect(findLocalEnvironment(stateFolder)).toEqual({ state: 'running', life, record: recordOf(life) });
  });

  test('says nothing of an earlier life', async () => {
    const life = await lifeOf();
    writeLocalEnvironment({ ...recordOf(life), lifeId: 'earlier' }, stateFolder);
    expect(findLocalEnvironment(stateFolder)).toMatchObject({ state: 'running', record: null });
  });

  test('is stale when the launcher is gone, or another program has its number', async () => {
    remember({ id: 'killed', leader: GONE, processes: [] });
    expect(findLocalEnvironment(stateFolder).state).toBe('stale');
    const other = await stand('');
    remember({ id: 'killed', leader: { ...other, began: '1' }, processes: [] });
    expect(findLocalEnvironment(stateFolder).state).toBe('stale');
  });
});

describe('the end', () => {
  test('is waited for, that of every part too', async () => {
    const id = randomLife();
    const [leader, part] = [await stand(''), await stand('', id)];
    const life = remember({ id, leader, processes: [part] });
    started.at(0)?.once('exit', () => started.at(1)?.kill('SIGTERM'));
    const { left } = await endLocalEnvironment(life, 20);
    expect(left).toEqual([]);
    expect(processBegin(part.pid)).toBeUndefined();
  });

  test('that does not come is told with the processes that are left', async () => {
    const life = await lifeOf("trap '' TERM;");
    expect((await endLocalEnvironment(life, 0.3)).left).toEqual([life.leader.pid]);
  });
});

test('the status names parts, processes, address and age, and no password', async () => {
  const life = { id: 'one', leader: GONE, processes: [{ name: 'Prometheus', pid: 42, began: '1' }] };
  const status = statusOf(
    { state: 'running', life, record: recordOf(life) },
    [{ label: 'Kubernetes', state: 'working', detail: 'compiling' }],
    { stateFolder: '/state', nowMs: Date.parse('2026-01-01T10:02:00.000Z') },
  );
  const text = renderStatus(status, recordOf(life).users);
  expect(text).toMatch(/^running +for 2 min$/m);
  expect(text).toMatch(/^dashboard +http:\/\/127\.0\.0\.1:8080$/m);
  expect(text).toMatch(/^Kubernetes +working +compiling$/m);
  expect(text).toMatch(/^Prometheus +42$/m);
  expect(`${text}${JSON.stringify(status)}`).not.toContain('secret-of-admin');
});

describe('phoenix', () => {
  test('status ends with 4 when none runs, down says so and is content', async () => {
    const status = await phoenix('status');
    expect(status).toMatchObject({ exitCode: 4, stdout: '' });
    expect(status.stderr).toContain('no local environment is running\n  start one with');
    expect(await phoenix('down')).toMatchObject({ exitCode: 0, stderr: 'no local environment is running\n' });
  });

  test('recognises a number that belongs to another program, leaves that alone and ends what was left behind', async () => {
    const id = randomLife();
    const [other, left] = [await stand(''), await stand('', id)];
    remember({ id, leader: { ...other, began: '1' }, processes: [left] });
    const status = await phoenix('status', '-o', 'json');
    expect(status.exitCode).toBe(4);
    expect(status.stderr).toContain(`process ${other.pid} is another program now`);
    expect(status.stderr).toContain('`phoenix down` ends what it has left behind');
    const down = await phoenix('down');
    expect(down).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('have been ended') });
    await waitFor({ what: 'the part to be gone', deadlineSeconds: 5 }, () =>
      processBegin(left.pid) === undefined ? true : undefined,
    );
    expect(processBegin(other.pid)).toBe(other.began);
    expect(findLocalEnvironment(stateFolder).state).toBe('none');
  });

  test('status as JSON has stable names', async () => {
    const life = await lifeOf();
    writeLocalEnvironment({ ...recordOf(life), webUrl: 'http://127.0.0.1:9' }, stateFolder);
    const { exitCode, stdout } = await phoenix('status', '-o', 'json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      pid: life.leader.pid,
      web_url: 'http://127.0.0.1:9',
      api_url: null,
      // nobody answers at that address
      parts: null,
      processes: [],
      state_folder: stateFolder,
    });
  });

  test('up refuses an unknown option with the nearest one, before anything is started', async () => {
    const { exitCode, stderr } = await phoenix('up', '--no-opn');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean --no-open?');
  });
});
