import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Children } from '../processes/child.ts';
import { childEnvironment, DUMMY_CREDENTIALS } from '../processes/machine.ts';
import { waitForOrElse } from '../processes/wait.ts';
import { EMULATOR_VERSION } from '../toolchain/python.ts';

export interface Emulator {
  /** The value of AWS_ENDPOINT_URL. */
  readonly endpoint: string;
  readonly region: string;
  readonly version: string;
  readonly logFile: string;
  /** Forgets everything: all services, files and function processes. */
  reset(): Promise<void>;
}

export interface EmulatorOptions {
  /** A Python in which the emulator is installed. */
  readonly python: string;
  readonly port: number;
  readonly region: string;
  readonly stateFolder: string;
  /**
   * Keeps data over clean stops. Off by default: a restart fails running executions and stalls stream consumers, so
   * the environment begins fresh instead and is seeded again.
   */
  readonly keepData?: boolean;
  readonly abort?: AbortSignal;
}

/** What everything that talks to the emulator needs in its environment; the same variables point at AWS elsewhere. */
export const awsEnvironmentOf = (endpoint: string, region: string): Readonly<Record<string, string>> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: region,
  AWS_DEFAULT_REGION: region,
  ...DUMMY_CREDENTIALS,
});

/** Starts the AWS emulator, empty, on 127.0.0.1. Resolves when it answers. */
export const startEmulator = async (children: Children, options: EmulatorOptions): Promise<Emulator> => {
  const { port, region, stateFolder, abort } = options;
  const folder = join(stateFolder, 'emulator');
  const temporary = join(folder, 'tmp');
  if (options.keepData !== true) rmSync(folder, { recursive: true, force: true });
  // unpacked function code stays behind in the temporary folder: it gets one of its own, emptied at each start
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });

  const endpoint = `http://127.0.0.1:${port}`;
  const child = children.start({
    name: 'AWS emulator',
    command: options.python,
    args: ['-m', 'ministack'],
    env: childEnvironment({
      ...awsEnvironmentOf(endpoint, region),
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      MINISTACK_HOST: 'localhost',
      MINISTACK_REGION: region,
      // both would open ports of their own
      IOT_MTLS_ENABLED: '0',
      SFTP_ENABLED: '0',
      PERSIST_STATE: options.keepData === true ? '1' : '0',
      STATE_DIR: join(folder, 'state'),
      S3_PERSIST: options.keepData === true ? '1' : '0',
      S3_DATA_DIR: join(folder, 's3'),
      TMPDIR: temporary,
      LOG_LEVEL: 'WARNING',
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      NODE_OPTIONS: '--no-deprecation',
    }),
    cwd: folder,
    logFile: join(stateFolder, 'logs', 'emulator.log'),
  });
  await waitForOrElse(
    { what: 'the AWS emulator to answer', deadlineSeconds: 30, ...(abort === undefined ? {} : { abort }) },
    child.died,
    async () =>
      (await fetch(`${endpoint}/_ministack/ready`, { signal: AbortSignal.timeout(2000) })).ok ? true : undefined,
  );
  return {
    endpoint,
    region,
    version: EMULATOR_VERSION,
    logFile: child.logFile,
    reset: async () => {
      const answer = await fetch(`${endpoint}/_ministack/reset`, {
        method: 'POST',
        signal: AbortSignal.timeout(10_000),
      });
      if (!answer.ok) throw new Error(`the AWS emulator refused to reset: ${answer.status} ${await answer.text()}`);
    },
  };
};
