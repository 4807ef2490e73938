import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildDashboard } from '../../dashboard/build.ts';
import type { Load } from '../../local/demo/load.ts';
import { type Line, startDemoLoad, startLine } from '../../local/line.ts';
import { freePorts } from '../../local/processes/ports.ts';
import { type Person, seedPeople } from '../../local/seed.ts';
import { makeProgressBoard } from '../../local/web/progress.ts';
import { startWeb } from '../../local/web/server.ts';
import { describeDuration } from '../../src/kernel/duration.ts';

/** What tests of the whole line are given: the line runs in another process, so these are addresses and names. */
export interface RunningLine {
  readonly apiUrl: string;
  readonly webUrl: string;
  readonly people: readonly Person[];
  /** somebody whose sessions a test may end */
  readonly leaver: Person;
  readonly clusterId: string;
  readonly nodes: readonly string[];
  readonly prometheusUrl: string;
  readonly remoteWriteUrl: string;
  readonly kubernetesUrl: string;
  readonly caPem: string;
  readonly adminToken: string;
  readonly emulatorUrl: string;
  /** of the loopback: listed by the stage, and nobody listens there until a test does */
  readonly closedPorts: readonly number[];
  readonly region: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    line: RunningLine;
  }
}

/** one for each experiment that may run at the same time: files of the suite run side by side */
const NODE_COUNT = 9;

/** one for each test that needs something that does not answer, or a receiver of its own */
const CLOSED_PORTS = 4;

/** Starts the real line once for all files of a project, and ends it by its ids. */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const stateFolder = mkdtempSync(join(tmpdir(), 'phoenix-line-'));
  const startedAt = performance.now();
  let line: Line | undefined;
  let load: Load | undefined;
  let web: Awaited<ReturnType<typeof startWeb>> | undefined;
  const stop = async (): Promise<void> => {
    await load?.stop();
    await web?.stop();
    await line?.stop();
    rmSync(stateFolder, { recursive: true, force: true });
  };
  try {
    const closedPorts = await freePorts(CLOSED_PORTS);
    const alsoListed = closedPorts.map((port) => `127.0.0.1:${port}`);
    line = await startLine(
      { stateFolder, nodeCount: NODE_COUNT, scrapeIntervalSeconds: 2, alsoListed },
      ({ part, state, detail, elapsedSeconds }) => {
        if (state === 'ready' || state === 'failed')
          process.stderr.write(
            `  ${state === 'ready' ? '✔' : '✘'} ${part} ${describeDuration(elapsedSeconds)} ${detail}\n`,
          );
      },
    );
    const { environment } = line;
    const [deployment, people, clusterId, cluster, nodes] = await Promise.all([
      line.deployment,
      line.people,
      line.clusterId,
      environment.ready.cluster,
      environment.ready.nodes,
    ]);
    const [leaver] = await seedPeople({
      deployment,
      awsEnvironment: environment.awsEnvironment,
      wanted: [{ name: 'leaver', role: 'viewer' }],
    });
    if (leaver === undefined) throw new Error('nobody was seeded');
    load = startDemoLoad(environment);
    const { folder } = await buildDashboard();
    web = await startWeb({
      port: 0,
      apiBaseUrl: () => deployment.apiUrl,
      keyApiBaseUrl: () => deployment.keyApiUrl,
      distFolder: folder,
      progress: makeProgressBoard(),
    });
    project.provide('line', {
      apiUrl: deployment.apiUrl,
      webUrl: web.url,
      people,
      leaver,
      clusterId,
      nodes: nodes.map(({ name }) => name),
      prometheusUrl: environment.addresses.prometheus,
      remoteWriteUrl: environment.addresses.remoteWrite,
      kubernetesUrl: environment.addresses.kubernetes,
      caPem: cluster.caPem,
      adminToken: cluster.adminToken,
      emulatorUrl: environment.addresses.emulator,
      closedPorts,
      region: deployment.region,
    });
    process.stderr.write(
      `  the line is up after ${describeDuration((performance.now() - startedAt) / 1000)}; logs in ${stateFolder}/logs\n`,
    );
    return stop;
  } catch (failure) {
    await stop();
    throw failure;
  }
};
