import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXIT } from '../../../cli/exit-codes.ts';
import { runPhoenixInside } from '../../support/cli.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { type ServedWorld, serveWorld } from '../../support/served-world.ts';
import { makeWorld } from '../../support/world.ts';

let home: string;
let receiver: Receiver;
let served: ServedWorld;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'phoenix-notification-'));
  // the first three attempts fail
  receiver = await startReceiver((nth) => ({ status: nth <= 3 ? 503 : 200 }));
  served = await serveWorld(makeWorld(), { allowedNotificationHosts: receiver.hostAndPort });
});
afterAll(async () => {
  await served?.stop();
  await receiver?.stop();
  rmSync(home, { recursive: true, force: true });
});

const phoenix = (...args: string[]) =>
  runPhoenixInside(['notification', ...args], {
    PHOENIX_HOME: home,
    PHOENIX_STATE: home,
    PHOENIX_API_URL: served.url,
    PHOENIX_TOKEN: served.tokenOf('admin', 600),
  });

test('a channel is made, tested, changed, looked into, sent to again and removed', async () => {
  expect((await phoenix('list')).stdout).toContain('no channel yet');
  const made = await phoenix(
    ...['create', 'on call', '--webhook', `http://${receiver.hostAndPort}/`, '--signing-secret', 'on-call'],
    ...['--types', 'experiment.failed, cluster.*', '--minimum-severity', 'warning', '--subject', 'clu-0123456789ab'],
  );
  expect(made.exitCode).toBe(EXIT.done);
  expect(made.stdout).toMatch(/hears of +experiment\.failed, cluster\.\*/);

  const tried = await phoenix('test', 'on call');
  expect(tried).toMatchObject({ exitCode: EXIT.unavailable });
  expect(tried.stdout).toMatch(/^✘ the receiver answered 503 \(dlv-\w{12}\)$/m);
  expect(receiver.received).toHaveLength(3);

  const changed = await phoenix('change', 'on call', '--types', '*', '--name', 'day shift');
  expect(changed.stdout).toMatch(/hears of +\*/);
  expect(changed.stdout).toMatch(/about +clu-0123456789ab/);

  const { stdout } = await phoenix('deliveries', 'day shift');
  const [, id = ''] = /(dlv-\w{12}) +channel\.tested +failed +3 +the receiver answered 503/.exec(stdout) ?? [];
  const again = await phoenix('replay', 'day shift', id);
  expect(again).toMatchObject({ exitCode: EXIT.done, stdout: `✔ delivered (${id})\n` });
  expect(receiver.received).toHaveLength(4);

  expect((await phoenix('remove', 'day shift')).stderr).toContain('day shift was removed');
  expect((await phoenix('list')).stdout).toContain('no channel yet');
});

test.each([
  [['create', 'x'], EXIT.invalid, 'nothing says where the channel leads'],
  [['create', 'x', '--webhook', 'https://hooks.example.com'], EXIT.invalid, 'a webhook needs a key that signs'],
  [
    ['create', 'x', '--webhook', 'https://10.0.0.1', '--signing-secret', 'k'],
    EXIT.invalid,
    'leads to a private network; only what the stage lists in allowedNotificationHosts may',
  ],
  [['test', 'nobody'], EXIT.notFound, 'no channel is called nobody'],
])('%j is refused in words', async (args, exitCode, sentence) => {
  const ran = await phoenix(...args);
  expect(ran.exitCode).toBe(exitCode);
  expect(ran.stderr).toContain(sentence);
});
