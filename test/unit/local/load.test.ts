import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { CRITICAL_PROCESSES, startLoad } from '../../../local/demo/load.ts';
import { pidsMarkedWith } from '../../../local/processes/life.ts';
import { randomLife } from '../../../local/processes/machine.ts';
import { waitFor } from '../../../local/processes/wait.ts';

const folder = mkdtempSync(join(tmpdir(), 'phoenix-load-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const namesOf = (lifeId: string): readonly string[] =>
  pidsMarkedWith(lifeId).map((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim());

/** A process bears the mark of its life from its exec on, and its name a little later; the short-lived come and go. */
const untilNamed = (lifeId: string, leastCount: number) =>
  waitFor({ what: `${leastCount} processes to have their names`, deadlineSeconds: 20 }, () => {
    const names = namesOf(lifeId);
    const areNamed = CRITICAL_PROCESSES.every((name) => names.includes(name)) && !names.includes('setpriv');
    return areNamed && names.length >= leastCount ? names : undefined;
  });

test('the load is seen by its well-known names, and none of it is left after its stop', async () => {
  const lifeId = randomLife();
  const load = startLoad({ folder: join(folder, 'one'), lifeId });
  try {
    expect(await untilNamed(lifeId, load.processCount)).toHaveLength(load.processCount);
  } finally {
    await load.stop();
  }
  expect(pidsMarkedWith(lifeId)).toEqual([]);
});

test('kill -9 of the launcher ends the load, too', async () => {
  const lifeId = randomLife();
  const launcher = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { startLoad } from '${join(import.meta.dirname, '../../../local/demo/load.ts')}';
       startLoad({ folder: ${JSON.stringify(join(folder, 'two'))}, lifeId: '${lifeId}' });
       setInterval(() => {}, 1000);`,
    ],
    { stdio: 'ignore' },
  );
  await untilNamed(lifeId, CRITICAL_PROCESSES.length);
  launcher.kill('SIGKILL');
  await waitFor({ what: 'the load of a killed launcher to be gone', deadlineSeconds: 10 }, () =>
    pidsMarkedWith(lifeId).length === 0 ? true : undefined,
  );
});
