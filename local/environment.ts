import type { Cluster } from './parts/control-plane.ts';
import type { Emulator } from './parts/emulator.ts';
import type { NodeProcess } from './parts/kubelet.ts';
import type { Prometheus } from './parts/prometheus.ts';
import type { Crash } from './processes/child.ts';

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
  /** Ports that must be used; the others are picked among the free ones. */
  readonly ports?: { readonly emulator?: number; readonly kubernetes?: number; readonly prometheus?: number };
}

/** One line of the terminal screen: told at each change, and about once a second while something is worked on. */
export interface Progress {
  readonly part: Part;
  readonly state: 'waiting' | 'working' | 'ready' | 'failed' | 'stopping' | 'stopped';
  /** What is done now (`compiling the collector`), why it failed, or where it listens. */
  readonly detail: string;
  /** Since the part was started. */
  readonly elapsedSeconds: number;
  /** Of the whole part, an honest guess; absent when nobody knows. */
  readonly expectedSeconds?: number;
}

export interface CollectorBinary {
  readonly path: string;
  readonly version: string;
}

export interface Environment {
  readonly addresses: Addresses;
  readonly stateFolder: string;
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
