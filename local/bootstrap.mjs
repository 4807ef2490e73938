// The first file that runs: plain JavaScript for any Node from 20 on. It installs what the lock file names,
// then goes on under the Node 24 that came with it: node local/bootstrap.mjs FILE [ARGS]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';

const startedAtMs = Date.now();
const root = resolve(import.meta.dirname ?? join(process.argv[1], '..'), '..');
const [file, ...args] = process.argv.slice(2);
const say = (text) => process.stderr.write(`${text}\n`);
const giveUp = (text) => {
  say(text);
  process.exit(1);
};

const major = Number(process.versions.node.split('.')[0]);
if (major < 20)
  giveUp(`Phoenix starts with Node 20 or newer; this is ${process.version}. Install a newer Node and try again.`);

const nodeFolder = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.phoenix-installed');
const lockHash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const isInstalled = () =>
  existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash && existsSync(join(nodeFolder, 'node'));

let installSeconds = 0;
if (!isInstalled()) {
  say('  ◐ dependencies  npm ci, about 40 s the first time');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0)
    giveUp('npm ci failed; its message is above. Check the network and the registry settings of npm, then try again.');
  writeFileSync(stamp, lockHash);
  installSeconds = (Date.now() - startedAtMs) / 1000;
  say(`  ✔ dependencies  ${Math.round(installSeconds)} s`);
}

const child = spawn(join(nodeFolder, 'node'), ['--disable-warning=ExperimentalWarning', join(root, file), ...args], {
  cwd: process.cwd(),
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: `${nodeFolder}:${process.env.PATH}`,
    // for the table of where the time went: it begins when the person pressed Enter
    PHOENIX_STARTED_AT_MS: String(startedAtMs),
    PHOENIX_INSTALL_SECONDS: String(installSeconds),
  },
});
// A terminal sends Ctrl-C to the whole group; other signals are passed on. The child decides when it is done.
process.on('SIGINT', () => {});
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
