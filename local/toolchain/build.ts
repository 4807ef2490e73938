import { join } from 'node:path';
import { machineEnvironment } from '../processes/machine.ts';
import { run } from '../processes/run.ts';
import { type Cache, cacheKey, sourcesOf } from './cache.ts';
import { ensureGo, type Go } from './go.ts';
import { expectedCompileSeconds, runStep, type StepContext } from './step.ts';

export const COLLECTOR_VERSION = '0.159.0';
export const KUBERNETES_VERSION = '1.36.3';

/** A program of ours that is compiled from Go sources in this repository. */
interface GoProgram {
  readonly name: string;
  readonly title: string;
  readonly folder: string;
  readonly package: string;
  readonly linkerFlags: string;
  readonly tags?: string;
  /** Fetching modules and compiling, on two cores with empty caches. */
  readonly secondsOnTwoCores: number;
}

const linkedVersion = (name: string, value: string): string => `-X k8s.io/component-base/version.${name}=${value}`;

const COLLECTOR: GoProgram = {
  name: 'otelcol',
  title: 'the collector',
  folder: join(import.meta.dirname, '..', 'collector'),
  package: '.',
  linkerFlags: '-s -w',
  secondsOnTwoCores: 175,
};

/** What templates of logs and traces need besides; nothing of the local environment runs it. */
const FULL_COLLECTOR: GoProgram = {
  name: 'otelcol-full',
  title: 'the collector with logs and traces',
  folder: join(import.meta.dirname, '..', 'collector-full'),
  package: '.',
  linkerFlags: '-s -w',
  secondsOnTwoCores: 220,
};

const CONTROL_PLANE: GoProgram = {
  name: 'kubelite',
  title: 'the Kubernetes control plane',
  folder: join(import.meta.dirname, '..', 'control-plane'),
  package: '.',
  linkerFlags: [
    '-s -w',
    linkedVersion('gitVersion', `v${KUBERNETES_VERSION}`),
    linkedVersion('gitMajor', '1'),
    linkedVersion('gitMinor', '36'),
  ].join(' '),
  secondsOnTwoCores: 345,
};

const PROMETHEUS: GoProgram = {
  name: 'prometheus',
  title: 'Prometheus',
  folder: join(import.meta.dirname, '..', 'prometheus-build'),
  package: 'github.com/prometheus/prometheus/cmd/prometheus',
  linkerFlags: '-s -w -X github.com/prometheus/common/version.Version=3.15.0',
  // scraping is told by files: the clients of every cloud are left out
  tags: 'remove_all_sd',
  secondsOnTwoCores: 155,
};

/** Path of the collector binary; compiled once. */
export const ensureCollector = (cache: Cache, context: StepContext): Promise<string> =>
  ensureBuilt(cache, COLLECTOR, context);

/** Path of the collector that has the components of logs and traces as well; compiled once. */
export const ensureFullCollector = (cache: Cache, context: StepContext): Promise<string> =>
  ensureBuilt(cache, FULL_COLLECTOR, context);

/** Path of `kubelite`: etcd, API server, controllers and scheduler in one binary; compiled once. */
export const ensureControlPlane = (cache: Cache, context: StepContext): Promise<string> =>
  ensureBuilt(cache, CONTROL_PLANE, context);

/** How long the control plane will take to compile; undefined when one is there already. */
export const expectedControlPlaneSeconds = (cache: Cache): number | undefined =>
  cache.hasAny(CONTROL_PLANE.name) ? undefined : expectedCompileSeconds(CONTROL_PLANE.secondsOnTwoCores);

/** Path of a Prometheus compiled from source, for machines without Debian's package. */
export const ensurePrometheusFromSource = (cache: Cache, context: StepContext): Promise<string> =>
  ensureBuilt(cache, PROMETHEUS, context);

const ensureBuilt = async (cache: Cache, program: GoProgram, context: StepContext): Promise<string> => {
  const go = await ensureGo(cache, context);
  const abort = context.abort === undefined ? {} : { abort: context.abort };
  const waiting = (): void => context.report({ step: `waiting for another compilation`, elapsedSeconds: 0 });
  const folder = await cache.entry({
    name: program.name,
    key: keyOf(program, go),
    deadlineSeconds: 1800,
    onWaiting: waiting,
    ...abort,
    // two compilations at once only fight for the same cores and for memory
    fill: (into) =>
      cache.exclusively('go-compilation', { deadlineSeconds: 1800, onWaiting: waiting, ...abort }, () =>
        compile(program, go, into, context),
      ),
  });
  return join(folder, program.name);
};

const compile = (program: GoProgram, go: Go, into: string, context: StepContext): Promise<void> =>
  runStep(
    {
      step: `compiling ${program.title}`,
      expectedSeconds: expectedCompileSeconds(program.secondsOnTwoCores),
      report: context.report,
    },
    () =>
      run({
        what: `compiling ${program.title}`,
        command: go.path,
        args: [
          'build',
          '-trimpath',
          ...(program.tags === undefined ? [] : ['-tags', program.tags]),
          `-ldflags=${program.linkerFlags}`,
          '-o',
          join(into, program.name),
          program.package,
        ],
        cwd: program.folder,
        env: {
          ...machineEnvironment(),
          CGO_ENABLED: '0',
          GOFLAGS: '-buildvcs=false -mod=readonly',
          GOTOOLCHAIN: 'local',
        },
        logFile: join(context.logFolder, `build-${program.name}.log`),
        deadlineSeconds: 1800,
        ...(context.abort === undefined ? {} : { abort: context.abort }),
      }),
  );

const keyOf = (program: GoProgram, go: Go): string =>
  cacheKey({
    ...sourcesOf(program.folder, (name) => name.endsWith('.go') || name === 'go.mod' || name === 'go.sum'),
    go: go.version,
    platform: process.platform,
    arch: process.arch,
    linkerFlags: program.linkerFlags,
    tags: program.tags ?? '',
  });
