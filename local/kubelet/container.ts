import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Exit, signalGroup } from '../processes/child.ts';
import { logTail } from '../processes/log-tail.ts';
import { DUMMY_CREDENTIALS, LIFE_VARIABLE, machineEnvironment } from '../processes/machine.ts';
import { pause } from '../processes/wait.ts';
import type { Container, Pod, SecurityContext } from './pod.ts';
import { type Mount, rootScript } from './root-script.ts';
import type { Isolation } from './settings.ts';
import { rewritePaths } from './shared-root.ts';

export interface ContainerSpecification {
  readonly container: Container;
  readonly security: SecurityContext;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly Mount[];
  readonly isolation: Isolation;
  /** Folder of the pod on the node. */
  readonly folder: string;
  readonly logFile: string;
}

export interface RunningContainer {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** SIGTERM, grace, SIGKILL; resolves when the process is gone. */
  stop(graceSeconds: number): Promise<void>;
}

/** Starts the program of a container as a child process, in a root of its own where the machine permits it. */
export const startContainer = (specification: ContainerSpecification): RunningContainer => {
  const { container, folder, logFile } = specification;
  mkdirSync(folder, { recursive: true });
  const log = openSync(logFile, 'a');
  const { command, args, env } =
    specification.isolation === 'shared-root' ? onSharedRoot(specification) : inOwnRoot(specification);
  const spawned = spawn(command, [...args], {
    env: {
      PATH: machineEnvironment()['PATH'] ?? '',
      ...DUMMY_CREDENTIALS,
      ...env,
      [LIFE_VARIABLE]: machineEnvironment()[LIFE_VARIABLE] ?? '',
    },
    cwd: folder,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  const pid = spawned.pid ?? -1;
  const exited = new Promise<Exit>((resolve) => {
    spawned.once('error', (error) => {
      writeFileSync(logFile, `${container.name}: ${error.message}\n`, { flag: 'a' });
      resolve({ code: 128, signal: null });
    });
    spawned.once('exit', (code, signal) => resolve({ code, signal }));
  });
  return {
    pid,
    exited,
    stop: async (graceSeconds) => {
      signalGroup(pid, 'SIGTERM');
      const over = new AbortController();
      const killLater = pause(graceSeconds * 1000, over.signal).then(
        () => signalGroup(pid, 'SIGKILL'),
        () => {},
      );
      await exited;
      over.abort(new Error('ended'));
      await killLater;
    },
  };
};

/** The last words of a container, within what Kubernetes keeps of them: 80 lines, 2048 bytes. */
export const lastWords = (logFile: string): string => {
  const tail = logTail(logFile, 80, 8192);
  return Buffer.byteLength(tail) <= 2048
    ? tail
    : Buffer.from(tail)
        .subarray(-2048)
        .toString('utf8')
        .replace(/^\uFFFD+/, '');
};

/** Container settings win over those of the pod. */
export const securityOf = (pod: Pod, container: Container): SecurityContext => ({
  ...pod.spec.securityContext,
  ...container.securityContext,
});

interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const inOwnRoot = ({
  container,
  program,
  args,
  env,
  mounts,
  security,
  isolation,
  folder,
}: ContainerSpecification): Launch => {
  const root = join(folder, 'root');
  mkdirSync(root, { recursive: true });
  const inside = `/${container.name}`;
  const script = join(folder, 'start.sh');
  writeFileSync(
    script,
    rootScript({
      root,
      program: inside,
      mounts: [{ source: program, target: inside, readOnly: true, isFile: true }, ...mounts],
      security,
    }),
  );
  const namespaces = isolation === 'user-namespace' ? ['-Urm'] : ['-m'];
  return { command: 'unshare', args: [...namespaces, '--propagation', 'private', 'sh', script, ...args], env };
};

const onSharedRoot = ({ container, program, args, env, mounts, folder }: ContainerSpecification): Launch => {
  // a link of the container's name, so that the process is called like it
  const link = join(folder, container.name);
  if (existsSync(link)) rmSync(link);
  symlinkSync(program, link);
  return {
    command: link,
    args: args.map((arg) => rewritePaths(arg, mounts)),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, rewritePaths(value, mounts)])),
  };
};
