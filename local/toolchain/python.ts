import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { machineEnvironment } from '../processes/machine.ts';
import { run } from '../processes/run.ts';
import { type Cache, cacheKey } from './cache.ts';
import { runStep, type StepContext } from './step.ts';

export const EMULATOR_VERSION = '1.5.33';

/** Something of PyPI in an environment of its own. */
interface PythonTool {
  /** of its folder in the cache */
  readonly name: string;
  /** what people know it as */
  readonly title: string;
  /** with exact versions */
  readonly packages: readonly string[];
  readonly expectedSeconds: number;
}

/** The Python in which the AWS emulator is installed. */
export const ensureEmulatorPython = (cache: Cache, context: StepContext): Promise<string> =>
  ensurePython(cache, context, {
    name: 'emulator',
    title: `the AWS emulator ${EMULATOR_VERSION}`,
    packages: [`ministack==${EMULATOR_VERSION}`, 'cryptography==50.0.2'],
    expectedSeconds: 15,
  });

/** The Python in which the tester of APIs is installed: it makes requests from a description and checks the answers by it. */
export const ensureConformancePython = (cache: Cache, context: StepContext): Promise<string> =>
  ensurePython(cache, context, {
    name: 'conformance',
    title: 'Schemathesis 4.32.5',
    packages: ['schemathesis==4.32.5', 'hypothesis==6.170.17', 'jsonschema_rs==0.60.3'],
    expectedSeconds: 30,
  });

const ensurePython = async (
  cache: Cache,
  context: StepContext,
  { name, title, packages, expectedSeconds }: PythonTool,
): Promise<string> => {
  const python = findPython();
  const abort = context.abort === undefined ? {} : { abort: context.abort };
  const folder = await cache.entry({
    name,
    // not relocatable between Pythons: another interpreter is another environment
    key: cacheKey({ packages: packages.join(' '), interpreter: interpreterOf(python) }),
    deadlineSeconds: 300,
    ...abort,
    fill: (into) =>
      runStep({ step: `installing ${title}`, expectedSeconds, report: context.report }, async () => {
        const common = {
          env: machineEnvironment(),
          logFile: join(context.logFolder, `${name}-install.log`),
          ...abort,
        };
        await run({
          ...common,
          what: 'making a Python environment (on Debian it needs the package python3-venv)',
          command: python,
          args: ['-m', 'venv', into],
          deadlineSeconds: 120,
        });
        await run({
          ...common,
          what: `installing ${title} from PyPI`,
          command: join(into, 'bin', 'python'),
          args: ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages],
          deadlineSeconds: 300,
        });
      }),
  });
  // called as a module: the scripts in bin/ still name the folder in which they were installed
  return join(folder, 'bin', 'python');
};

const MINIMUM = [3, 10] as const;
const NAMES = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'] as const;

/** The first Python on the path that is new enough. Throws a sentence that says what to install. */
export const findPython = (): string => {
  const found = NAMES.map((name) => ({ name, version: versionOf(name) }));
  const good = found.find(({ version }) => version !== undefined && isPythonNewEnough(version));
  if (good !== undefined) return good.name;
  const newest = found.find(({ version }) => version !== undefined);
  throw new Error(
    newest === undefined
      ? 'the AWS emulator needs Python 3.10 or newer and none was found; install it (Debian, Ubuntu: apt-get install python3 python3-venv; macOS: brew install python3) and start again'
      : `the AWS emulator needs Python 3.10 or newer; ${newest.name} is ${newest.version?.join('.')}; install a newer one beside it (python3.12, say) and start again`,
  );
};

export const isPythonNewEnough = ([major, minor]: readonly [number, number]): boolean =>
  major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1]);

/** Path and version of the program itself, behind names and links. */
const interpreterOf = (name: string): string =>
  spawnSync(name, ['-c', 'import os, sys; print(os.path.realpath(sys.executable), sys.version_info[:2])'], {
    encoding: 'utf8',
  }).stdout.trim();

const versionOf = (name: string): readonly [number, number] | undefined => {
  const answer = spawnSync(name, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], { encoding: 'utf8' });
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(answer.stdout ?? '') ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)];
};
