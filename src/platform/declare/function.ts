import type { HandleOf, Needs, ResourceName } from '../resources.ts';

/** What wakes a function. */
export type Trigger =
  | { readonly on: 'http'; readonly prefixes: readonly HttpPrefix[] }
  | { readonly on: 'queue'; readonly queue: ResourceName; readonly batchSize: number; readonly maxConcurrency?: number }
  | { readonly on: 'stream'; readonly table: 'core'; readonly keyPrefix: string }
  | { readonly on: 'schedule'; readonly everyMinutes: number; readonly name: string; readonly retry?: number }
  /** says whether a service key opens the API for programs */
  | { readonly on: 'authorizer' }
  | { readonly on: 'machine' };

/** Where programs send their service key: what an authorizer reads. */
export const KEY_HEADER = 'x-api-key';

/** `ANY /api/v1/<prefix>` and `/api/v1/<prefix>/{proxy+}` in the gateway; `open` ones have no authorizer. */
export interface HttpPrefix {
  readonly prefix: string;
  readonly open?: true;
  /** also at `/<prefix>`, outside `/api/v1` */
  readonly root?: true;
}

/** How a function wants to be deployed: pure data, read by the stacks, by the runtime and by tests. */
export interface FunctionManifest<N extends Needs = Needs> {
  /** kebab-case, the folder below functions/ */
  readonly name: string;
  readonly summary: string;
  readonly triggers: readonly Trigger[];
  readonly needs: N;
  readonly memoryMb: 256 | 512 | 1024;
  readonly timeoutSeconds: number;
  /** at most this many at once; absent: no reservation */
  readonly reservedConcurrency?: number;
  /** what it counts and somebody has to hear of: an alarm at the first */
  readonly counts?: readonly { readonly metric: string; readonly means: string; readonly runbook: string }[];
  /** plain settings of the stage that it reads, by name in lib/stage.ts */
  readonly settings?: readonly StageSetting[];
  /** reaches Kubernetes or Prometheus, so it runs in the private network where the stage has one */
  readonly network?: 'cluster';
}

/** Settings of the stage that functions may read; text in the environment: lists have commas or are `none`. */
export type StageSetting =
  | 'stageName'
  | 'passwordSignIn'
  | 'apiAddress'
  | 'keyApiAddress'
  | 'settleSeconds'
  | 'minimumHorizonSeconds'
  | 'minimumWarmupSeconds'
  | 'allowedDirectClusters'
  | 'allowedMetricSources'
  | 'allowedNotificationHosts'
  | 'promoteFromScreening'
  | 'collectorImage';

export const defineFunction = <const N extends Needs, const M extends FunctionManifest<N>>(
  manifest: M & { needs: N },
): M => manifest;

export const fromQueue = (queue: ResourceName, batchSize = 1): Trigger => ({ on: 'queue', queue, batchSize });

/** The environment a handler sees: only what its manifest named. */
export type EnvironmentOf<M extends FunctionManifest> = {
  readonly [N in Extract<keyof M['needs'], ResourceName>]: HandleOf<N>;
} & { readonly settings: { readonly [S in NonNullable<M['settings']>[number]]: string } };
