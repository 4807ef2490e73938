import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child, Children } from '../../local/processes/child.ts';
import { childEnvironment } from '../../local/processes/machine.ts';
import { waitForOrElse } from '../../local/processes/wait.ts';
import { ensureCollector } from '../../local/toolchain/build.ts';
import type { Epoch, ExperimentId } from '../../src/kernel/identity.ts';
import { SECRET_ENVIRONMENT } from '../../src/pipelines/domain/destination.ts';
import { epochLabel } from '../../src/pipelines/domain/labels.ts';
import { toolCache, toolContext } from './tools.ts';

/** Where collectors of a test live and write to; a test's store is one. */
export interface CollectorHome {
  readonly children: Pick<Children, 'start'>;
  readonly folder: string;
  readonly prometheus: { readonly remoteWriteUrl: string };
}

export interface CollectorOptions {
  readonly yaml: string;
  readonly experimentId: ExperimentId;
  readonly epoch: Epoch;
  readonly variant: string;
  readonly node: string;
  /** an address of 127/8, as the pod's own */
  readonly podIp: string;
  /** the folder that it takes for the root of its host; this machine's own without */
  readonly hostRoot?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A real collector of this machine's processes that writes to a test's store. */
export interface TestCollector {
  readonly child: Child;
  readonly selfAddress: string;
  /** its own telemetry, read directly: sums of all series of a metric, by its name */
  selfMetrics(): Promise<Readonly<Record<string, number>>>;
  /** the same as it stands there */
  exposition(): Promise<string>;
}

export const startTestCollector = async (
  store: CollectorHome,
  options: CollectorOptions,
  program?: string,
): Promise<TestCollector> => {
  const command = program ?? (await ensureCollector(toolCache(), toolContext()));
  const name = `${options.variant}-${options.node}-${options.epoch}`;
  const folder = join(store.folder, 'collectors');
  mkdirSync(folder, { recursive: true });
  const settings = join(folder, `${name}.yaml`);
  writeFileSync(settings, options.yaml);
  const child = store.children.start({
    name: `collector ${name}`,
    command,
    args: [`--config=${settings}`],
    env: collectorEnvironment(options, store.prometheus.remoteWriteUrl),
    logFile: join(store.folder, 'logs', `${name}.log`),
  });
  await waitForOrElse({ what: `collector ${name} to be healthy`, deadlineSeconds: 30 }, child.died, async () =>
    (await fetch(`http://${options.podIp}:13133/`)).ok ? true : undefined,
  );
  const selfAddress = `${options.podIp}:8888`;
  const exposition = async (): Promise<string> => (await fetch(`http://${selfAddress}/metrics`)).text();
  return { child, selfAddress, exposition, selfMetrics: async () => sumsOf(await exposition()) };
};

/** The environment of a collector that is only asked about settings. */
export const validationEnvironment = (): Record<string, string> =>
  collectorEnvironment({
    experimentId: 'exp-0123456789ab',
    epoch: 1,
    variant: 'baseline',
    node: 'n',
    podIp: '127.0.0.1',
    environment: SECRETS_AND_ADDRESSES,
  });

/** What the objects around a collector set where its settings need it. */
const SECRETS_AND_ADDRESSES = {
  PHX_LOGS_OTLP: 'http://127.0.0.1:9',
  PHX_TRACES_OTLP: 'http://127.0.0.1:9',
  ...Object.fromEntries(Object.values(SECRET_ENVIRONMENT).map((name) => [name, 'secret-of-a-test'])),
};

const collectorEnvironment = (
  options: {
    readonly experimentId: string;
    readonly epoch: number;
    readonly variant: string;
    readonly node: string;
    readonly podIp: string;
    readonly hostRoot?: string;
    readonly environment?: Readonly<Record<string, string>>;
  },
  remoteWriteUrl = 'http://127.0.0.1:9/api/v1/write',
): Record<string, string> =>
  childEnvironment({
    K8S_POD_IP: options.podIp,
    K8S_NODE_NAME: options.node,
    PHX_HOSTFS: options.hostRoot ?? '/',
    PHX_CLUSTER: 'this-machine',
    PHX_RW_URL: remoteWriteUrl,
    PHX_EXPERIMENT: options.experimentId,
    PHX_EPOCH: epochLabel(options.epoch as Epoch),
    PHX_VARIANT: options.variant,
    AWS_REGION: 'eu-west-1',
    ...options.environment,
  });

const sumsOf = (exposition: string): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {};
  for (const line of exposition.split('\n')) {
    const [, name = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (value !== undefined) sums[name] = (sums[name] ?? 0) + Number(value);
  }
  return sums;
};
