import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Isolation } from './kubelet/settings.ts';
import { type Cluster, type ClusterWithNodes, startControlPlane } from './parts/control-plane.ts';
import { awsEnvironmentOf, type Emulator, startEmulator } from './parts/emulator.ts';
import { type NodeProcess, nodeNamesOf, startNodes } from './parts/kubelet.ts';
import { type Prometheus, remoteWriteUrlOf, startPrometheus } from './parts/prometheus.ts';
import { type Children, type Crash, makeChildren } from './processes/child.ts';
import { beginLife } from './processes/life.ts';
import { cacheFolder, startStopwatch } from './processes/machine.ts';
import { freePorts, holdNetwork, isFree } from './processes/ports.ts';
import {
  COLLECTOR_VERSION,
  ensureCollector,
  ensureControlPlane,
  expectedControlPlaneSeconds,
} from './toolchain/build.ts';
import { type Cache, makeCache } from './toolchain/cache.ts';
import { ensurePrometheus } from './toolchain/prometheus.ts';
import { ensureEmulatorPython } from './toolchain/python.ts';
import type { StepContext } from './toolchain/step.ts';

/** The parts that come up side by side; each is useful as soon as it is ready. */
export type Part = 'emulator' | 'prometheus' | 'collector' | 'cluster' | 'nodes';

/** Where things listen. Chosen before anything starts, so that stacks can be deployed with them at once. */
export interface Addresses {
  /** `http://127.0.0.1:<port>`, the value of AWS_ENDPOINT_URL */
  readonly emulator: string;
  /** `https://127.0.0.1:<port>`, the Kubernetes API */
  readonly kubernetes: string;
  /** `http://127.0.0.1:<port>`, the query API of Prometheus */
  readonly prometheus: string;
  /** `<prometheus>/api/v1/write` */
  readonly remoteWrite: string;
}

export interface EnvironmentOptions {
  /** Logs, data and process records of this life. Emptied at the start, apart from the logs of the life before. */
  readonly stateFolder: string;
  /** Default: all. */
  readonly parts?: readonly Part[];
  /** Default 1. */
  readonly nodeCount?: number;
  readonly region?: string;
  /** How often Prometheus scrapes the collectors' own metrics. Default 5. */
  readonly scrapeIntervalSeconds?: number;
  /** Wishes: taken where the port is free, else another one is picked. */
  readonly ports?: Wishes;
  /** Programs for further images that pods may name, beside the collector's: `{ 'phoenix/load': { program: '/path' } }`. */
  readonly images?: Readonly<Record<string, { readonly program: string }>>;
  /** Default: the best that this machine permits. */
  readonly isolation?: Isolation;
}

export interface Wishes {
  readonly emulator?: number;
  readonly kubernetes?: number;
  readonly prometheus?: number;
}

/** One line of the terminal screen: told at each change, and about once a second while something is worked on. */
export interface Progress {
  readonly part: Part;
  readonly state: 'waiting' | 'working' | 'ready' | 'failed' | 'stopping' | 'stopped';
  /** What is done now (`compiling the collector`), why it failed, or where it listens. */
  readonly detail: string;
  /** What is worked on, where `detail` says how far that is. */
  readonly step?: string;
  /** Of the step that `detail` names; of the whole part once it is ready. */
  readonly elapsedSeconds: number;
  /** How long the step takes, or will take when it is its turn; an honest guess, absent when nobody knows. */
  readonly expectedSeconds?: number;
}

export interface CollectorBinary {
  readonly path: string;
  readonly version: string;
}

export interface Environment {
  readonly addresses: Addresses;
  readonly stateFolder: string;
  /** Carried by every process of this environment: see processes/life.ts. */
  readonly lifeId: string;
  /** Environment variables for every child that talks to the emulator: endpoint, region, dummy keys, no metadata lookups. */
  readonly awsEnvironment: Readonly<Record<string, string>>;
  /** One promise per part. A part that was not asked for rejects; a part that fails rejects with a sentence. */
  readonly ready: {
    readonly emulator: Promise<Emulator>;
    readonly prometheus: Promise<Prometheus>;
    readonly collector: Promise<CollectorBinary>;
    readonly cluster: Promise<Cluster>;
    readonly nodes: Promise<readonly NodeProcess[]>;
  };
  /** Resolves when a part that was running ends by itself; stays pending in a life without accidents. */
  readonly crashed: Promise<Crash>;
  /** Ends everything that was started, and waits for it. Safe to call twice, and while parts are still coming up. */
  stop(): Promise<void>;
}

/**
 * Brings up everything that stands for a cloud on this machine. Answers as soon as the addresses are known; the parts
 * come up side by side and are told of through `report` and `ready`. Refuses with AlreadyRunning while another
 * environment lives in the same state folder.
 */
export const startEnvironment = async (
  options: EnvironmentOptions,
  report: (progress: Progress) => void,
): Promise<Environment> => {
  const { stateFolder, region = 'us-east-1', nodeCount = 1, scrapeIntervalSeconds = 5 } = options;
  const life = await beginLife(stateFolder);
  const network = await holdNetwork();
  keepLogsOfEarlierLife(stateFolder);
  const ports = await choosePorts(options.ports ?? {});
  const addresses = addressesOf(ports);
  const stopping = new AbortController();
  const children = makeChildren(life);
  const cache = makeCache(cacheFolder());
  const targetsFolder = join(stateFolder, 'targets');
  const setup: Setup = {
    options,
    report,
    children,
    cache,
    abort: stopping.signal,
    logFolder: join(stateFolder, 'logs'),
  };
  const common = { stateFolder, abort: stopping.signal };

  const emulator = runPart(setup, 'emulator', async ({ context, working }) => {
    const python = await ensureEmulatorPython(cache, context);
    working('starting', 1);
    const started = await startEmulator(children, { ...common, python, port: ports.emulator, region });
    return { value: started, where: started.endpoint };
  });

  const prometheus = runPart(setup, 'prometheus', async ({ context, working }) => {
    const binary = await ensurePrometheus(cache, context);
    working('starting', 1);
    const port = ports.prometheus;
    const started = await startPrometheus(children, { ...common, binary, port, targetsFolder, scrapeIntervalSeconds });
    return { value: started, where: started.url };
  });

  const collector = runPart(setup, 'collector', async ({ context }) => {
    const path = await ensureCollector(cache, context);
    return { value: { path, version: COLLECTOR_VERSION }, where: COLLECTOR_VERSION };
  });

  const cluster = runPart<ClusterWithNodes>(setup, 'cluster', async ({ context, working, waiting }) => {
    // the collector compiles first: it is the shorter one, and useful alone
    waiting('for the collector', expectedControlPlaneSeconds(cache));
    await collector.catch(() => {});
    const binary = await ensureControlPlane(cache, context);
    working('starting', 5);
    const started = await startControlPlane(children, {
      ...common,
      binary,
      port: ports.kubernetes,
      etcdPort: ports.etcd,
      etcdPeerPort: ports.etcdPeer,
      nodeNames: nodeNamesOf(nodeCount),
    });
    return { value: started, where: started.endpoint };
  });

  const nodes = runPart(setup, 'nodes', async ({ working, waiting }) => {
    waiting('for the cluster');
    const [runningCluster, { path }] = await Promise.all([cluster, collector]);
    working('joining', 2);
    const started = await startNodes(children, {
      ...common,
      cluster: runningCluster,
      collectorProgram: path,
      targetsFolder,
      networkNumber: network.number,
      ...(options.images === undefined ? {} : { images: options.images }),
      ...(options.isolation === undefined ? {} : { isolation: options.isolation }),
    });
    const shared = started.some(({ isolation }) => isolation === 'shared-root');
    return {
      value: started,
      where: `${started.length}${shared ? ', without roots of their own (this machine permits no mount namespaces)' : ''}`,
    };
  });

  children.crashed.then(({ name, sentence }) =>
    report({ part: partOf(name), state: 'failed', detail: sentence, elapsedSeconds: 0 }),
  );

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const elapsedSeconds = startStopwatch();
    const parts = options.parts ?? ALL_PARTS;
    for (const part of parts) report({ part, state: 'stopping', detail: '', elapsedSeconds: 0 });
    stopping.abort(new Error('the environment is being stopped'));
    await children.stopAll();
    await Promise.allSettled([emulator, prometheus, collector, cluster, nodes]);
    await network.release();
    life.end();
    for (const part of parts) report({ part, state: 'stopped', detail: '', elapsedSeconds: elapsedSeconds() });
  };

  return {
    addresses,
    stateFolder,
    lifeId: life.id,
    awsEnvironment: awsEnvironmentOf(addresses.emulator, region),
    ready: { emulator, prometheus, collector, cluster, nodes },
    crashed: children.crashed,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
};

const ALL_PARTS: readonly Part[] = ['emulator', 'prometheus', 'collector', 'cluster', 'nodes'];

interface Setup {
  readonly options: EnvironmentOptions;
  readonly report: (progress: Progress) => void;
  readonly children: Children;
  readonly cache: Cache;
  readonly abort: AbortSignal;
  readonly logFolder: string;
}

interface PartTools {
  readonly context: StepContext;
  readonly working: (detail: string, expectedSeconds?: number) => void;
  readonly waiting: (detail: string, expectedSeconds?: number) => void;
}

/** Runs one part and tells how it goes; the promise never ends in an unhandled rejection. */
const runPart = <T>(
  { options, report, abort, logFolder }: Setup,
  part: Part,
  bringUp: (tools: PartTools) => Promise<{ readonly value: T; readonly where: string }>,
): Promise<T> => {
  const isWanted = (options.parts ?? ALL_PARTS).includes(part);
  const totalSeconds = startStopwatch();
  const tell = (progress: Omit<Progress, 'part'>): void => report({ part, ...progress });
  // set while the part itself knows what it does; the steps of the toolchain tell for themselves
  let ticking: NodeJS.Timeout | undefined;
  const begin = (state: 'working' | 'waiting', detail: string, expectedSeconds?: number): void => {
    const elapsed = startStopwatch();
    const expected = expectedSeconds === undefined ? {} : { expectedSeconds };
    const tick = (): void => tell({ state, detail, elapsedSeconds: elapsed(), ...expected });
    clearInterval(ticking);
    ticking = setInterval(tick, 1000);
    tick();
  };
  const tools: PartTools = {
    context: {
      logFolder,
      abort,
      report: ({ step, ...times }) => {
        clearInterval(ticking);
        tell({ state: 'working', detail: step, ...times });
      },
    },
    working: (detail, expectedSeconds) => begin('working', detail, expectedSeconds),
    waiting: (detail, expectedSeconds) => begin('waiting', detail, expectedSeconds),
  };
  const run = async (): Promise<T> => {
    if (!isWanted) throw new Error(`the part "${part}" was not asked for`);
    try {
      const { value, where } = await bringUp(tools);
      abort.throwIfAborted();
      clearInterval(ticking);
      tell({ state: 'ready', detail: where, elapsedSeconds: totalSeconds() });
      return value;
    } catch (error) {
      clearInterval(ticking);
      const detail = error instanceof Error ? error.message : String(error);
      if (!abort.aborted) tell({ state: 'failed', detail, elapsedSeconds: totalSeconds() });
      throw error;
    }
  };
  const promise = run();
  promise.catch(() => {});
  return promise;
};

const partOf = (childName: string): Part => {
  if (childName.startsWith('Kubernetes')) return 'cluster';
  if (childName.startsWith('node ')) return 'nodes';
  return childName === 'Prometheus' ? 'prometheus' : 'emulator';
};

interface Ports {
  readonly emulator: number;
  readonly kubernetes: number;
  readonly prometheus: number;
  readonly etcd: number;
  readonly etcdPeer: number;
}

const choosePorts = async (wishes: Wishes): Promise<Ports> => {
  const [emulator = 0, kubernetes = 0, prometheus = 0, etcd = 0, etcdPeer = 0] = await freePorts(5);
  const wishOr = async (wish: number | undefined, otherwise: number): Promise<number> =>
    wish !== undefined && (await isFree(wish)) ? wish : otherwise;
  return {
    emulator: await wishOr(wishes.emulator, emulator),
    kubernetes: await wishOr(wishes.kubernetes, kubernetes),
    prometheus: await wishOr(wishes.prometheus, prometheus),
    etcd,
    etcdPeer,
  };
};

const addressesOf = (ports: Ports): Addresses => {
  const prometheus = `http://127.0.0.1:${ports.prometheus}`;
  return {
    emulator: `http://127.0.0.1:${ports.emulator}`,
    kubernetes: `https://127.0.0.1:${ports.kubernetes}`,
    prometheus,
    remoteWrite: remoteWriteUrlOf(prometheus),
  };
};

/** The logs of the life before stay readable beside those of this one. */
const keepLogsOfEarlierLife = (stateFolder: string): void => {
  const logs = join(stateFolder, 'logs');
  rmSync(`${logs}.previous`, { recursive: true, force: true });
  if (existsSync(logs)) renameSync(logs, `${logs}.previous`);
  for (const folder of ['targets', 'nodes']) rmSync(join(stateFolder, folder), { recursive: true, force: true });
  mkdirSync(logs, { recursive: true });
};
