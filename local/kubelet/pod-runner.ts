import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isStatus, type KubernetesApi } from '../parts/kubernetes-api.ts';
import type { Exit } from '../processes/child.ts';
import { startStopwatch } from '../processes/machine.ts';
import { firstLine, pause } from '../processes/wait.ts';
import { backOffSeconds, crashesInARow } from './back-off.ts';
import { lastWords, type RunningContainer, securityOf, startContainer } from './container.ts';
import { programOf } from './images.ts';
import { CannotStart, type Container, type Pod } from './pod.ts';
import {
  type ConfigMaps,
  configMapsOfEnvironment,
  expandReferences,
  type Placement,
  resolveEnvironment,
} from './pod-environment.ts';
import { mayRestart, type PodFacts, statusOf, type Termination } from './pod-status.ts';
import { isReady } from './probe.ts';
import type { KubeletSettings } from './settings.ts';
import { configMapsOfVolumes, prepareMounts } from './volumes.ts';

export interface PodRunner {
  /** The pod as last seen; a deletion in it ends the container and then removes the pod from the cluster. */
  update(pod: Pod): void;
  /** The pod is gone from the cluster, or the node goes down: only the process is ended. */
  end(graceSeconds: number): Promise<void>;
  /** Where Prometheus finds the container's own metrics while it runs. */
  readonly target: () => string | undefined;
  readonly over: Promise<void>;
}

export interface Node {
  readonly settings: KubeletSettings;
  readonly api: KubernetesApi;
  readonly placement: Omit<Placement, 'podIp'>;
  readonly clock: () => string;
  readonly log: (line: string) => void;
  readonly onChange: () => void;
}

/** Lives the life of one pod: prepares, starts, watches, restarts, reports, ends. */
export const runPod = (node: Node, firstSeen: Pod, podIp: string): PodRunner => {
  const { settings, api, clock, log } = node;
  const { name, namespace, uid } = firstSeen.metadata;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const folder = join(settings.folder, 'pods', uid);
  const logFile = join(settings.folder, 'logs', `${namespace}_${name}.log`);
  const placement: Placement = { ...node.placement, podIp };
  const [container] = firstSeen.spec.containers;
  const ending = new AbortController();
  let latest = firstSeen;
  let running: RunningContainer | undefined;
  let graceSeconds = 30;
  let facts: PodFacts = {
    podIp,
    hostIp: placement.hostIp,
    startedAt: clock(),
    state: { is: 'waiting', reason: 'ContainerCreating' },
    restartCount: 0,
    isReady: false,
    containerId: '',
  };

  // one after the other: an older status must not arrive behind a newer one
  let reports: Promise<void> = Promise.resolve();
  const tell = (change: Partial<PodFacts>): Promise<void> => {
    facts = { ...facts, ...change };
    node.onChange();
    const told = facts;
    reports = reports.then(() => report(told));
    return reports;
  };
  const report = async (told: PodFacts): Promise<void> => {
    if (container === undefined) return;
    const content = { metadata: { uid }, status: statusOf(latest, container, told, clock()) };
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      try {
        await api.request('PATCH', `${path}/status`, { type: 'application/strategic-merge-patch+json', content });
        return;
      } catch (error) {
        if (isStatus(error, 404) || isStatus(error, 409)) return;
        log(`${name}: status not written (${firstLine(error)}), attempt ${attempt}`);
        await pause(200 * attempt);
      }
    }
  };

  const live = async (): Promise<void> => {
    if (
      container === undefined ||
      firstSeen.spec.containers.length > 1 ||
      (firstSeen.spec.initContainers ?? []).length > 0
    )
      return refuse(
        new CannotStart('CreateContainerConfigError', 'this node runs pods of exactly one container', false),
      );
    let crashes = 0;
    for (;;) {
      const start = await prepare(container);
      if (start === undefined) return;
      ending.signal.throwIfAborted();
      const elapsedSeconds = startStopwatch();
      const startedAt = clock();
      const child = start();
      running = child;
      log(`${name}: ${container.name} started as process ${child.pid} on ${podIp}`);
      await tell({ state: { is: 'running', startedAt }, containerId: `process://${uid}-${child.pid}` });
      const probing = new AbortController();
      const ready = watchReadiness(container, AbortSignal.any([probing.signal, ending.signal]));
      const exit = await child.exited;
      probing.abort();
      await ready;
      running = undefined;
      const ended = terminationOf(container, exit, startedAt);
      log(`${name}: ${container.name} ended with code ${ended.exitCode} after ${elapsedSeconds().toFixed(1)} s`);
      if (ending.signal.aborted) return;
      await tell({ state: { is: 'terminated', ...ended }, isReady: false });
      if (!mayRestart(latest.spec.restartPolicy ?? 'Always', ended.exitCode)) return;
      crashes = crashesInARow(crashes, elapsedSeconds());
      const seconds = backOffSeconds(crashes);
      if (seconds > 0)
        await tell({
          state: {
            is: 'waiting',
            reason: 'CrashLoopBackOff',
            message: `back-off ${seconds}s restarting failed container=${container.name} pod=${name}_${namespace}(${uid})`,
          },
          last: ended,
        });
      await pause(seconds * 1000, ending.signal);
      facts = { ...facts, last: ended, restartCount: facts.restartCount + 1 };
    }
  };

  /** Everything that must be there before a start. Undefined: it never will be, and the pod says why. */
  const prepare = async (chosen: Container): Promise<(() => RunningContainer) | undefined> => {
    for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 5000)) {
      try {
        const program = programOf(chosen.image, settings.images);
        if (program === undefined)
          throw new CannotStart('ErrImagePull', `no program on this node stands for image ${chosen.image}`, false);
        const configMaps = await readConfigMaps(chosen);
        const env = resolveEnvironment(latest, chosen, placement, configMaps);
        const mounts = prepareMounts(latest, chosen, {
          folder,
          configMaps,
          allowedHostPaths: settings.allowedHostPaths,
        });
        mkdirSync(join(settings.folder, 'logs'), { recursive: true });
        // the first word of a command is the path of the program in its image, which here is the program itself
        const words = [...(chosen.command ?? []).slice(1), ...(chosen.args ?? [])];
        const args = words.map((word) => expandReferences(word, env));
        const security = securityOf(latest, chosen);
        return () =>
          startContainer({
            container: chosen,
            security,
            program,
            args,
            env,
            mounts,
            isolation: settings.isolation,
            folder,
            logFile,
          });
      } catch (error) {
        ending.signal.throwIfAborted();
        if (error instanceof CannotStart && !error.canHelpItself) {
          await refuse(error);
          return undefined;
        }
        const reason = error instanceof CannotStart ? error.reason : 'ContainerCreating';
        await tell({ state: { is: 'waiting', reason, message: firstLine(error) } });
        await pause(waitMs, ending.signal);
      }
    }
  };

  const refuse = async (error: CannotStart): Promise<void> => {
    log(`${name}: ${error.message}`);
    await tell({ state: { is: 'waiting', reason: error.reason, message: error.message } });
  };

  const readConfigMaps = async (chosen: Container): Promise<ConfigMaps> => {
    const wanted = [...configMapsOfVolumes(latest), ...configMapsOfEnvironment(chosen)];
    const read = await Promise.all(
      wanted.map(async ({ name: configMap, optional }) => {
        try {
          const found = await api.request<{ readonly data?: Readonly<Record<string, string>> }>(
            'GET',
            `/api/v1/namespaces/${namespace}/configmaps/${configMap}`,
          );
          return [configMap, found.data ?? {}] as const;
        } catch (error) {
          if (!isStatus(error, 404)) throw error;
          if (optional) return [configMap, {}] as const;
          throw new CannotStart('CreateContainerConfigError', `configmap "${configMap}" not found`, true);
        }
      }),
    );
    return Object.fromEntries(read);
  };

  const watchReadiness = async (chosen: Container, abort: AbortSignal): Promise<void> => {
    const probe = chosen.readinessProbe;
    const periodMs = (probe?.periodSeconds ?? 10) * 1000;
    const allowedFailures = probe?.failureThreshold ?? 3;
    let failures = 0;
    try {
      await pause((probe?.initialDelaySeconds ?? 0) * 1000, abort);
      for (;;) {
        const answered = await isReady(probe, chosen, podIp);
        if (abort.aborted) return;
        failures = answered ? 0 : failures + 1;
        if (answered && !facts.isReady) await tell({ isReady: true });
        if (facts.isReady && failures >= allowedFailures) await tell({ isReady: false });
        if (probe === undefined) return;
        // until the first yes it is asked often: an experiment begins as soon as its collectors are ready
        await pause(facts.isReady ? periodMs : Math.min(periodMs, 100), abort);
      }
    } catch {
      // aborted: the container has ended
    }
  };

  const terminationOf = (chosen: Container, exit: Exit, startedAt: string): Termination => {
    const exitCode = exit.code ?? 128 + (SIGNAL_NUMBERS[exit.signal ?? ''] ?? 0);
    const speaks = chosen.terminationMessagePolicy === 'FallbackToLogsOnError' && exitCode !== 0;
    return {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      ...(speaks ? { message: lastWords(logFile) } : {}),
      startedAt,
      finishedAt: clock(),
    };
  };

  const endContainer = async (seconds: number): Promise<void> => {
    ending.abort(new Error('the pod is being removed'));
    await running?.stop(seconds);
    await life;
    await reports;
    rmSync(folder, { recursive: true, force: true });
    node.onChange();
  };

  const removeFromCluster = async (): Promise<void> => {
    await api
      .request('DELETE', path, { type: 'application/json', content: { gracePeriodSeconds: 0, preconditions: { uid } } })
      .catch((error: unknown) => {
        if (!isStatus(error, 404) && !isStatus(error, 409)) log(`${name}: not removed (${firstLine(error)})`);
      });
  };

  const over = Promise.withResolvers<void>();
  let isEnding = false;
  const finish = (seconds: number, afterwards: () => Promise<void>): Promise<void> => {
    if (!isEnding) {
      isEnding = true;
      endContainer(seconds).then(afterwards).then(over.resolve, over.resolve);
    }
    return over.promise;
  };

  const life = live().catch((error: unknown) => {
    if (!ending.signal.aborted) log(`${name}: ${firstLine(error)}`);
  });
  if (firstSeen.metadata.deletionTimestamp !== undefined)
    finish(firstSeen.metadata.deletionGracePeriodSeconds ?? graceSeconds, removeFromCluster);

  return {
    over: over.promise,
    update: (pod) => {
      latest = pod;
      graceSeconds = pod.metadata.deletionGracePeriodSeconds ?? graceSeconds;
      if (pod.metadata.deletionTimestamp !== undefined) finish(graceSeconds, removeFromCluster);
    },
    end: (seconds) => finish(seconds, async () => {}),
    target: () => (running === undefined || container === undefined ? undefined : targetOf(container, podIp)),
  };
};

/** The address of a container's own metrics: its port called `self`, or the collector's 8888. */
const targetOf = (container: Container, podIp: string): string | undefined => {
  const port = container.ports?.find(({ name, containerPort }) => name === 'self' || containerPort === 8888);
  return port === undefined ? undefined : `${podIp}:${port.containerPort}`;
};

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};
