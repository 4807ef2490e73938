// npm start: everything on this machine, a first experiment, and its verdict. Ctrl-C ends what it started.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { openInBrowser } from '../cli/open-in-browser.ts';
import { watchPicture } from '../cli/render/experiment.ts';
import { type LocalEnvironmentRecord, localRecordFile, localStateFolder } from '../cli/session/local-environment.ts';
import { isSettled } from '../cli/watch.ts';
import { buildDashboard } from '../dashboard/build.ts';
import type { Client } from '../src/client/client.ts';
import type { ExperimentView } from '../src/experiments/contract/views.ts';
import { firstExperiment } from './first-experiment.ts';
import { type LineProgress, startDemoLoad, startLine } from './line.ts';
import { makeScreen, type ScreenLine } from './screen.ts';
import { makeProgressBoard } from './web/progress.ts';
import { startWeb } from './web/server.ts';

const LABELS: Readonly<Record<LineProgress['part'] | 'dashboard' | 'load', string>> = {
  emulator: 'AWS emulator',
  prometheus: 'Prometheus',
  collector: 'collector',
  cluster: 'Kubernetes',
  nodes: 'nodes',
  stacks: 'stacks deployed',
  people: 'people',
  'cluster check': 'cluster registered',
  dashboard: 'dashboard',
  load: 'demo load',
};

const startedAt = performance.now();
const since = (): number => (performance.now() - startedAt) / 1000;
const screen = makeScreen(process.stdout);
const { values: given } = parseArgs({
  options: {
    /** a compatible emulator that runs already: docs/localstack.md */
    endpoint: { type: 'string' },
    'no-open': { type: 'boolean', default: false },
    'no-experiment': { type: 'boolean', default: false },
    'until-verdict': { type: 'boolean', default: false },
  },
});
const withExperiment = !given['no-experiment'];

process.stdout.write('\n  Phoenix · everything on this machine, nothing leaves it\n\n');

const board = makeProgressBoard();
/** The terminal and the dashboard are told the same. */
const show = (key: string, shown: ScreenLine): void => {
  screen.set(key, shown);
  board.set(key, shown);
};
const report = (progress: LineProgress): void => {
  const state = progress.state === 'stopping' || progress.state === 'stopped' ? 'waiting' : progress.state;
  show(progress.part, { ...progress, label: LABELS[progress.part], state });
};

const line = await startLine(
  {
    stateFolder: localStateFolder(),
    scrapeIntervalSeconds: 2,
    ...(given.endpoint === undefined ? {} : { endpoint: given.endpoint }),
  },
  report,
);
let record: LocalEnvironmentRecord = {
  pid: process.pid,
  startedAt: new Date().toISOString(),
  webUrl: '',
  apiUrl: null,
  users: [],
  clusterId: null,
  experimentId: null,
};
const remember = (change: Partial<LocalEnvironmentRecord>): void => {
  record = { ...record, ...change };
  mkdirSync(dirname(localRecordFile()), { recursive: true });
  writeFileSync(localRecordFile(), JSON.stringify(record, null, 2), { mode: 0o600 });
};

let apiUrl: string | null = null;
const stops: (() => Promise<void>)[] = [() => line.stop()];
let ending: Promise<void> | null = null;

/** Ends everything once; the sentence says why, when it was not a person's wish. */
const end = (sentence: string | null, exitCode: number): Promise<void> => {
  ending ??= (async () => {
    screen.close();
    process.stdout.write(sentence === null ? '\n  ending everything that was started\n' : `\n  ✘ ${sentence}\n`);
    await Promise.allSettled([...stops].reverse().map((stop) => stop()));
    rmSync(localRecordFile(), { force: true });
    process.exit(exitCode);
  })();
  return ending;
};
process.on('SIGINT', () => void end(null, 0));
process.on('SIGTERM', () => void end(null, 0));
process.on('SIGHUP', () => void end(null, 0));
process.on('uncaughtException', (failure) => void end(failure.message, 1));
line.environment.crashed.then((crash) => end(crash.sentence, 1));

const web = await (async () => {
  show('dashboard', {
    label: LABELS.dashboard,
    state: 'working',
    detail: 'building',
    elapsedSeconds: since(),
    expectedSeconds: 10,
  });
  const { folder } = await buildDashboard();
  const started = await startWeb({
    port: 8080,
    apiBaseUrl: () => apiUrl,
    distFolder: folder,
    progress: board,
  });
  stops.push(() => started.stop());
  remember({ webUrl: started.url });
  if (!given['no-open'] && process.stdout.isTTY === true) openInBrowser(started.url);
  show('dashboard', { label: LABELS.dashboard, state: 'ready', detail: started.url, elapsedSeconds: since() });
  return started;
})();

const follow = async (client: Client, begun: ExperimentView): Promise<ExperimentView> => {
  let view = begun;
  while (!isSettled(view)) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    view = (await client.getExperiment({ params: { experimentId: view.id } })).body;
    screen.note(
      process.stdout.isTTY
        ? indent(watchPicture(view, Date.now()))
        : `  ${view.state}  ${view.slotsMeasured} of ${view.slotsPlanned} slots`,
    );
  }
  return view;
};

const indent = (text: string): string => text.replaceAll(/^/gm, '  ');

try {
  const deployment = await line.deployment;
  apiUrl = deployment.apiUrl;
  const people = await line.people;
  remember({ apiUrl: web.url, users: people.map(({ email, password, role }) => ({ email, password, role })) });
  screen.note(
    indent(
      [
        'sign in at the dashboard:',
        ...people.map(({ email, password, role }) => `  ${email.padEnd(30)}${password}   ${role}`),
      ].join('\n'),
    ),
  );

  const clusterId = await line.clusterId;
  remember({ clusterId });
  const load = startDemoLoad(line.environment);
  stops.push(() => load.stop());
  show('load', {
    label: LABELS.load,
    state: 'ready',
    detail: `${load.processCount} processes with well-known names`,
  });

  if (withExperiment) {
    const client = await line.clientOf('experimenter');
    const draft = await client.createExperiment({ body: firstExperiment(clusterId) });
    const begun = await client.startExperiment({
      params: { experimentId: draft.body.id },
      ifMatch: draft.body.version,
    });
    remember({ experimentId: begun.body.id });
    const settled = await follow(client, begun.body);
    screen.close();
    process.stdout.write(`\n${indent(watchPicture(settled, Date.now()))}\n\n`);
    process.stdout.write(`  ${web.url}/experiments/${settled.id}   ${settled.state}, after ${Math.round(since())} s\n`);
    process.stdout.write('  sign in with:\n');
    for (const { email, password, role } of people)
      process.stdout.write(`    ${email.padEnd(30)}${password}   ${role}\n`);
    process.stdout.write('  Ctrl-C ends everything.\n');
    if (given['until-verdict']) await end(null, settled.verdict === null ? 1 : 0);
  }
} catch (failure) {
  if (ending === null) await end(failure instanceof Error ? failure.message : String(failure), 1);
}
