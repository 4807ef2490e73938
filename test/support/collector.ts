import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from '../../local/processes/child.ts';
import { childEnvironment } from '../../local/processes/machine.ts';
import { waitForOrElse } from '../../local/processes/wait.ts';
import { ensureCollector } from '../../local/toolchain/build.ts';
import type { Epoch, ExperimentId } from '../../src/kernel/identity.ts';
import { epochLabel } from '../../src/pipelines/domain/labels.ts';
import type { TestStore } from './prometheus.ts';
import { toolCache, toolContext } from './tools.ts';

export interface CollectorOptions {
  readonly yaml: string;
  readonly experimentId: ExperimentId;
  readonly epoch: Epoch;
  readonly variant: string;
  readonly node: string;
  /** an address of 127/8, as the pod's own */
  readonly podIp: string;
}

/** A real collector of this machine's processes that writes to a test's store. */
export interface TestCollector {
  readonly child: Child;
  readonly selfAddress: string;
  /** its own telemetry, read directly: sums of all series of a metric, by its name */
  selfMetrics(): Promise<Readonly<Record<string, number>>>;
}

export const startTestCollector = async (store: TestStore, options: CollectorOptions): Promise<TestCollector> => {
  const program = await ensureCollector(toolCache(), toolContext());
  const name = `${options.variant}-${options.node}-${options.epoch}`;
  const folder = join(store.folder, 'collectors');
  mkdirSync(folder, { recursive: true });
  const settings = join(folder, `${name}.yaml`);
  writeFileSync(settings, options.yaml);
  const child = store.children.start({
    name: `collector ${name}`,
    command: program,
    args: [`--config=${settings}`],
    env: collectorEnvironment(options, store.prometheus.remoteWriteUrl),
    logFile: join(store.folder, 'logs', `${name}.log`),
  });
  await waitForOrElse({ what: `collector ${name} to be healthy`, deadlineSeconds: 30 }, child.died, async () =>
    (await fetch(`http://${options.podIp}:13133/`)).ok ? true : undefined,
  );
  const selfAddress = `${options.podIp}:8888`;
  return {
    child,
    selfAddress,
    selfMetrics: async () => sumsOf(await (await fetch(`http://${selfAddress}/metrics`)).text()),
  };
};

/** What the real collector says about settings: empty when they are right. */
export const validateWithCollector = async (yaml: string, folder: string): Promise<string> => {
  const program = await ensureCollector(toolCache(), toolContext());
  const file = join(folder, 'validate.yaml');
  writeFileSync(file, yaml);
  const answer = spawnSync(program, ['validate', `--config=${file}`], {
    env: validationEnvironment(),
    encoding: 'utf8',
  });
  return answer.status === 0 ? '' : `${answer.stdout}${answer.stderr}`;
};

/** The environment of a collector that is only asked about settings. */
export const validationEnvironment = (): Record<string, string> =>
  collectorEnvironment({
    experimentId: 'exp-0123456789ab',
    epoch: 1,
    variant: 'baseline',
    node: 'n',
    podIp: '127.0.0.1',
  });

const collectorEnvironment = (
  options: {
    readonly experimentId: string;
    readonly epoch: number;
    readonly variant: string;
    readonly node: string;
    readonly podIp: string;
  },
  remoteWriteUrl = 'http://127.0.0.1:9/api/v1/write',
): Record<string, string> =>
  childEnvironment({
    K8S_POD_IP: options.podIp,
    K8S_NODE_NAME: options.node,
    PHX_HOSTFS: '/',
    PHX_CLUSTER: 'this-machine',
    PHX_RW_URL: remoteWriteUrl,
    PHX_EXPERIMENT: options.experimentId,
    PHX_EPOCH: epochLabel(options.epoch as Epoch),
    PHX_VARIANT: options.variant,
    AWS_REGION: 'eu-west-1',
  });

const sumsOf = (exposition: string): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {};
  for (const line of exposition.split('\n')) {
    const [, name = '', value] = /^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)$/.exec(line) ?? [];
    if (value !== undefined) sums[name] = (sums[name] ?? 0) + Number(value);
  }
  return sums;
};
