import * as z from 'zod';
import { EXIT } from '../cli/exit-codes.ts';
import { CommandFailure, describeFailure } from '../cli/failure.ts';
import { openInBrowser } from '../cli/open-in-browser.ts';
import { watchPicture } from '../cli/render/experiment.ts';
import { fitToWidth } from '../cli/render/in-place.ts';
import {
  forgetLocalEnvironment,
  type LocalEnvironmentRecord,
  localStateFolder,
  readLocalEnvironment,
  writeLocalEnvironment,
} from '../cli/session/local-environment.ts';
import { isSettled } from '../cli/watch.ts';
import { buildDashboard } from '../dashboard/build.ts';
import type { Client } from '../src/client/client.ts';
import type { ExperimentView } from '../src/experiments/contract/views.ts';
import { makeTimeRecorder, phasesOf, renderBreakdown } from './breakdown.ts';
import { checkEndpoint } from './deploy/endpoint.ts';
import { firstExperiment } from './first-experiment.ts';
import { type Line, type LineProgress, startDemoLoad, startLine } from './line.ts';
import { AlreadyRunning } from './processes/life.ts';
import { startStopwatch } from './processes/machine.ts';
import { pause } from './processes/wait.ts';
import { makeScreen, type ScreenLine } from './screen.ts';
import type { Person } from './seed.ts';
import type { StartOptions } from './start-options.ts';
import { makeProgressBoard } from './web/progress.ts';
import { startWeb } from './web/server.ts';

/** Brings everything up and stays with it; a refusal is said with its exit code before anything has begun. */
export const launch = async (options: StartOptions): Promise<void> => {
  try {
    await start(options);
  } catch (failure) {
    const { text, exitCode } = describeFailure(failure);
    screen.close();
    process.stderr.write(`\n${indent(text)}\n`);
    process.exitCode = exitCode;
  }
};

const LABELS: Readonly<Record<LineProgress['part'] | 'dashboard' | 'load', string>> = {
  emulator: 'AWS emulator',
  prometheus: 'Prometheus',
  collector: 'collector',
  cluster: 'Kubernetes',
  nodes: 'nodes',
  stacks: 'stacks',
  people: 'people',
  'cluster check': 'registration',
  dashboard: 'dashboard',
  load: 'demo load',
};
const REGION = 'us-east-1';

/** What the bootstrap did before this process began. */
const Boot = z.object({
  PHOENIX_STARTED_AT_MS: z.coerce.number().optional(),
  PHOENIX_INSTALL_SECONDS: z.coerce.number().default(0),
});
const boot = Boot.parse(process.env);
const startedAtMs = boot.PHOENIX_STARTED_AT_MS ?? Date.now();
const bootSeconds = (Date.now() - startedAtMs) / 1000;
const stopwatch = startStopwatch();
const since = (): number => bootSeconds + stopwatch();

const isTerminal = process.stdout.isTTY === true;
const print = (text: string): void =>
  void process.stdout.write(isTerminal ? fitToWidth(text, process.stdout.columns) : text);
const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');
const messageOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure));

const screen = makeScreen(process.stdout);
const board = makeProgressBoard();
const times = makeTimeRecorder(since);
const installSeconds = boot.PHOENIX_INSTALL_SECONDS;
if (installSeconds > 0)
  times.add({ part: 'dependencies', doing: 'npm ci', fromSeconds: 0, tookSeconds: installSeconds });
times.add({
  part: 'launcher',
  doing: 'loading',
  fromSeconds: installSeconds,
  tookSeconds: bootSeconds - installSeconds,
});

/** Terminal, dashboard and the table of times are told the same. */
const show = (
  part: keyof typeof LABELS,
  { step, ...shown }: Omit<ScreenLine, 'label'> & { readonly step?: string },
): void => {
  const label = LABELS[part];
  screen.set(part, { ...shown, label });
  board.set(part, { ...shown, label });
  times.tell(label, shown.state === 'working' ? (step ?? shown.detail) : null);
};
const report = ({ part, state, ...progress }: LineProgress): void =>
  show(part, { ...progress, state: state === 'stopping' || state === 'stopped' ? 'waiting' : state });

const beginLine = async ({ endpoint }: StartOptions): Promise<Line> => {
  const stateFolder = localStateFolder();
  try {
    if (endpoint !== undefined) {
      show('emulator', { state: 'working', detail: `asking ${endpoint}` });
      await checkEndpoint(endpoint, REGION).catch((refusal: unknown) => {
        show('emulator', { state: 'failed', detail: endpoint });
        throw refusal;
      });
      show('emulator', { state: 'ready', detail: `${endpoint}, not started here` });
    }
    return await startLine(
      { stateFolder, region: REGION, scrapeIntervalSeconds: 2, ...(endpoint === undefined ? {} : { endpoint }) },
      report,
    );
  } catch (failure) {
    if (!(failure instanceof AlreadyRunning)) throw failure;
    const url = readLocalEnvironment()?.webUrl;
    throw new CommandFailure(
      EXIT.conflict,
      `a local environment runs already (process ${failure.leaderPid}${url ? `, ${url}` : ''})`,
      'use that one, or end it with `npx phoenix down`',
    );
  }
};

const start = async (options: StartOptions): Promise<void> => {
  const line = await beginLine(options);
  const stops: (() => Promise<void>)[] = [() => line.stop()];
  let ending: Promise<void> | null = null;

  /** Ends everything once; the sentence says why, when it was not a person's wish. */
  const end = (sentence: string | null, exitCode: number): Promise<void> => {
    ending ??= (async () => {
      screen.close();
      print(sentence === null ? '\n' : `\n  ✘ ${sentence}\n\n`);
      print(`  ending ${sentence === null ? 'everything that was started' : 'everything else'}\n`);
      await Promise.allSettled([...stops].reverse().map((stop) => stop()));
      forgetLocalEnvironment();
      print(`  ✔ ${sentence === null ? 'everything' : 'everything else'} has ended\n`);
      if (options.endpoint !== undefined) print(`    the emulator at ${options.endpoint} goes on, with the stacks\n`);
      process.exit(exitCode);
    })();
    return ending;
  };
  const endForPerson = (): void => {
    if (ending !== null) print('  still ending\n');
    void end(null, EXIT.done);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, endForPerson);
  process.on('uncaughtException', (failure) => void end(failure.message, EXIT.unexpected));
  line.environment.crashed.then(({ sentence }) => end(sentence, EXIT.unexpected));

  let record: LocalEnvironmentRecord = {
    lifeId: line.environment.lifeId,
    startedAt: new Date(startedAtMs).toISOString(),
    webUrl: null,
    apiUrl: null,
    users: [],
    clusterId: null,
    experimentId: null,
  };
  const remember = (change: Partial<LocalEnvironmentRecord>): void => {
    record = { ...record, ...change };
    writeLocalEnvironment(record);
  };
  remember({});

  try {
    let api: { readonly apiUrl: string; readonly keyApiUrl: string | null } | null = null;
    const elapsedSeconds = startStopwatch();
    show('dashboard', { state: 'working', detail: 'building', elapsedSeconds: 0, expectedSeconds: 10 });
    const { folder } = await buildDashboard();
    const web = await startWeb({
      port: 8080,
      apiBaseUrl: () => api?.apiUrl ?? null,
      keyApiBaseUrl: () => api?.keyApiUrl ?? null,
      distFolder: folder,
      progress: board,
    });
    stops.push(() => web.stop());
    remember({ webUrl: web.url });
    if (options.open && isTerminal) openInBrowser(web.url);
    show('dashboard', { state: 'ready', detail: web.url, elapsedSeconds: elapsedSeconds() });

    api = await line.deployment;
    const people = await line.people;
    remember({ apiUrl: web.url, users: [...people] });
    screen.note(indent(describePeople(people)));

    const clusterId = await line.clusterId;
    remember({ clusterId });
    const load = startDemoLoad(line.environment);
    stops.push(() => load.stop());
    show('load', { state: 'ready', detail: `${load.processCount} processes with well-known names` });

    if (!options.experiment) {
      screen.close();
      print(`\n${indent(breakdown())}\n\n  ${web.url}   Ctrl-C ends everything.\n`);
      return;
    }
    const client = await line.clientOf('experimenter');
    const draft = await client.createExperiment({ body: firstExperiment(clusterId) });
    const begun = await client.startExperiment({
      params: { experimentId: draft.body.id },
      ifMatch: draft.body.version,
    });
    remember({ experimentId: begun.body.id });
    const settled = await follow(client, begun.body);
    const { body: history } = await client.listTransitions({ params: { experimentId: settled.id } });
    phasesOf(history.items, { startedAtMs, seenAtMs: Date.now() }).forEach(times.add);
    screen.note('');
    screen.close();
    print(`\n${indent(watchPicture(settled, Date.now()))}\n`);
    print(`\n  ${web.url}/experiments/${settled.id}\n${indent(describePeople(people))}\n`);
    print(`\n${indent(breakdown())}\n`);
    if (options.untilVerdict) return await end(null, settled.verdict === null ? EXIT.unexpected : EXIT.done);
    print('\n  Ctrl-C ends everything.\n');
  } catch (failure) {
    // whoever misses a part notices at the same moment as the part's own end, which says more
    await Promise.race([line.environment.crashed, pause(500)]);
    await end(messageOf(failure), EXIT.unexpected);
  }
};

const describePeople = (people: readonly Person[]): string =>
  ['sign in with:', ...people.map(({ email, password, role }) => `  ${email.padEnd(30)}${password}   ${role}`)].join(
    '\n',
  );

const breakdown = (): string => renderBreakdown(times.steps(), { totalSeconds: since(), isTerminal });

const follow = async (client: Client, begun: ExperimentView): Promise<ExperimentView> => {
  let view = begun;
  while (!isSettled(view)) {
    await pause(2000);
    view = (await client.getExperiment({ params: { experimentId: view.id } })).body;
    screen.note(
      indent(
        isTerminal
          ? watchPicture(view, Date.now())
          : `${view.state}  ${view.slotsMeasured} of ${view.slotsPlanned} slots`,
      ),
    );
  }
  return view;
};
