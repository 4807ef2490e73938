import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../../cli/exit-codes.ts';
import { memoryAuditLog } from '../../../src/audit/adapters/memory-audit-log.ts';
import { makeWriteAudit } from '../../../src/audit/application/write-audit.ts';
import type { Epoch } from '../../../src/kernel/identity.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { CheckId } from '../../../src/truth/domain/check.ts';
import type { CheckStatus } from '../../../src/truth/domain/finding.ts';
import { beginning, type CheckState } from '../../../src/truth/domain/state.ts';
import { runPhoenixInside } from '../../support/cli.ts';
import { type ServedWorld, serveWorld } from '../../support/served-world.ts';
import { makeWorld } from '../../support/world.ts';

let home: string;
let served: ServedWorld;
const world = makeWorld();
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'phoenix-truth-'));
  served = await serveWorld(world);
});
afterAll(async () => {
  await served?.stop();
  rmSync(home, { recursive: true, force: true });
});

const environment = () => ({
  PHOENIX_HOME: home,
  PHOENIX_STATE: home,
  PHOENIX_API_URL: served.url,
  PHOENIX_TOKEN: served.tokenOf('admin', 600),
});
const phoenix = (...args: string[]) => runPhoenixInside(['truth', ...args], environment());

const fileOf = (name: string, text: string): string => {
  const file = join(home, name);
  writeFileSync(file, text);
  return file;
};

test('rules are imported from files, listed and shown with what can never be evaluated', async () => {
  expect((await phoenix('list')).stdout).toContain('nothing was imported yet');
  const rules = 'groups: [{ name: cpu, rules: [{ alert: Busy, expr: x > 1 }, { record: "a:b", expr: "sum(" }] }]';
  const imported = await phoenix('import', 'node-alerts', fileOf('node.yaml', rules));
  expect(imported).toMatchObject({ exitCode: EXIT.done });
  expect(imported.stderr).toContain('node-alerts is at revision 1');
  expect((await phoenix('import', 'node-alerts', fileOf('node.yaml', rules))).stderr).toContain('is at revision 1');
  expect((await phoenix('list')).stdout).toMatch(/^node-alerts +1 +1 +1 +0 +1 /m);
  expect((await phoenix('show', 'node-alerts')).stdout).toMatch(/alert +Busy +node\.yaml › cpu +–$/m);
});

test('a variable has the value that it was given', async () => {
  const dashboard = { title: 'Hosts', panels: [{ title: 'CPU', targets: [{ expr: 'cpu{h="$host"}', refId: 'A' }] }] };
  const file = fileOf('hosts.json', JSON.stringify(dashboard));
  expect((await phoenix('import', 'panels', file, '--variable', 'host=web=1')).exitCode).toBe(EXIT.done);
  const { stdout } = await phoenix('show', 'panels', '-o', 'json');
  expect(JSON.parse(stdout).checks).toMatchObject([{ evaluated: 'cpu{h="web=1"}' }]);
});

test.each([
  [['import', 'Node Alerts', 'x.yaml'], EXIT.invalid, 'cannot be read'],
  [['import', 'alerts', 'EMPTY'], EXIT.invalid, 'empty.yaml'],
  [['import', 'alerts', 'EMPTY', '--variable', 'host'], EXIT.invalid, 'write it as name=value'],
  [['show', 'nobody'], EXIT.notFound, 'nothing was imported as nobody'],
  [['show', 'No Name'], EXIT.invalid, 'neither an experiment nor the name of imported rules'],
  [['accept', 'exp-0123456789ab', 'CPU', '-r', 'why'], EXIT.notFound, 'there is no experiment'],
])('%j ends with %i', async (args, exitCode, sentence) => {
  const empty = fileOf('empty.yaml', 'hello: world');
  const ended = await phoenix(...args.map((each) => (each === 'EMPTY' ? empty : each)));
  expect(ended.stderr).toContain(sentence);
  expect(ended.exitCode).toBe(exitCode);
});

test('what stops a promotion is shown first and accepted by name, once it is clear which is meant', async () => {
  const ref = await world.begin();
  const check = (id: string, name: string, status: CheckStatus): CheckState => ({
    ...{ id: CheckId.parse(`chk-${id.padEnd(12, '0')}`), kind: 'alert', name, place: 'node.yaml › cpu', status },
    ...{
      isAsked: true,
      answered: 9,
      since: null,
      sentence: status === 'same' ? '' : 'the candidate has no such series',
    },
  });
  await world.truths.save(
    { ...ref, epoch: 1 as Epoch },
    {
      ...beginning([], []),
      ...{ version: 1, isComplete: true },
      checks: [
        ...[check('a', 'Busy', 'same'), check('b', 'Full', 'no_data'), check('c', 'DiskFull', 'lost')],
        ...[check('d', 'Twice', 'differs'), check('e', 'Twice', 'same')],
      ],
    },
  );
  const shown = (await phoenix('show', ref.experimentId)).stdout;
  expect(shown).toMatch(/^5 alerts and panels checked: 2 the same, 1 differs, 1 lost, 1 without data\.\n/);
  expect(shown).toMatch(/DiskFull[^\n]*needs acceptance[^\n]*\n[^\n]*Twice[^\n]*needs acceptance[^\n]*\n[^\n]*Full/);
  const experiment = await runPhoenixInside(['experiment', 'show', ref.experimentId], environment());
  expect(experiment.stdout).toMatch(/^5 alerts and panels checked: /);
  expect(shown).not.toContain('Busy');
  expect((await phoenix('show', ref.experimentId, '--all')).stdout).toContain('Busy');

  const accept = (name: string) => phoenix('accept', ref.experimentId, name, '-r', 'goes with the old dashboard');
  const accepted = await accept('DiskFull');
  expect(accepted.stderr).toContain('✔ DiskFull is accepted as lost');
  expect(accepted.stdout).toMatch(/DiskFull.*accepted.*accepted: goes with the old dashboard/);
  const told = (args: readonly string[]) => runPhoenixInside(['experiment', ...args, ref.experimentId], environment());
  expect((await told(['history'])).stdout).toContain('accepted that DiskFull is lost: goes with the old dashboard');
  expect(JSON.parse((await told(['export'])).stdout).accepted).toMatchObject([{ name: 'DiskFull', status: 'lost' }]);
  const audit = memoryAuditLog({ sha256 });
  for (const event of world.experiments.said) await makeWriteAudit({ log: audit })(event);
  expect(audit.entries).toContainEqual(
    expect.objectContaining({ action: 'experiment.check_accepted', subject: ref.experimentId, outcome: 'done' }),
  );
  expect(await accept('Twice')).toMatchObject({ exitCode: EXIT.invalid });
  expect(await accept('chk-d00000000000')).toMatchObject({ exitCode: EXIT.done });
  expect(await accept('nobody')).toMatchObject({ exitCode: EXIT.notFound });
  expect((await accept('Busy')).stderr).toContain('Busy stops nobody: it is same');
});
