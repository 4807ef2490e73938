import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { systemClock } from '../../src/kernel/system.ts';
import { nodeAddress, registerNode, renewLease } from '../kubelet/node-object.ts';
import type { Pod } from '../kubelet/pod.ts';
import { type Node, type PodRunner, runPod } from '../kubelet/pod-runner.ts';
import { type ScrapeTarget, writeTargets } from '../kubelet/scrape-targets.ts';
import { KubeletSettings } from '../kubelet/settings.ts';
import { watchPods } from '../kubelet/watch-pods.ts';
import { firstLine, pause, waitFor } from '../processes/wait.ts';
import { makeKubernetesApi } from './kubernetes-api.ts';

// A node of the local cluster: runs each pod that the scheduler gives it as a child process. One process per node.

const settings = KubeletSettings.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
const { nodeName, nodeNumber, networkNumber } = settings;
const api = makeKubernetesApi(settings);
const clock = (): string => systemClock.now();
const log = (line: string): void => console.log(`${clock()} ${line}`);
const goingDown = new AbortController();

interface Entry {
  readonly pod: Pod;
  readonly podIp: string;
  readonly runner: PodRunner;
}
const entries = new Map<string, Entry>();

const targets = (): readonly ScrapeTarget[] =>
  [...entries.values()].flatMap(({ pod, runner }) => {
    const address = runner.target();
    return address === undefined
      ? []
      : [{ address, namespace: pod.metadata.namespace, pod: pod.metadata.name, node: nodeName }];
  });

let lastTargets = '';
const publishTargets = (): void => {
  const now = targets();
  if (JSON.stringify(now) === lastTargets) return;
  lastTargets = JSON.stringify(now);
  writeTargets(settings.targetsFile, now);
};

const node: Node = {
  settings,
  api,
  placement: {
    hostIp: nodeAddress(settings),
    nodeName,
    nodeCpuCores: availableParallelism(),
    nodeMemoryBytes: totalmem(),
  },
  clock,
  log,
  onChange: publishTargets,
};

let lastNumber = 1;
/** The next free address, going round: one that was just given back is not given to the next pod. */
const nextAddress = (): string => {
  const used = new Set([...entries.values()].map(({ podIp }) => podIp));
  for (let tries = 0; tries < 253; tries += 1) {
    lastNumber = lastNumber >= 254 ? 2 : lastNumber + 1;
    const address = `127.${networkNumber}.${nodeNumber}.${lastNumber}`;
    if (!used.has(address)) return address;
  }
  throw new Error('all addresses of this node are in use');
};

const onPod = (pod: Pod): void => {
  const { uid } = pod.metadata;
  const known = entries.get(uid);
  if (known !== undefined) {
    known.runner.update(pod);
    return;
  }
  if (isFinished(pod) && pod.metadata.deletionTimestamp === undefined) return;
  const podIp = nextAddress();
  const runner = runPod(node, pod, podIp);
  entries.set(uid, { pod, podIp, runner });
  runner.over.then(() => {
    entries.delete(uid);
    publishTargets();
  });
};

const isFinished = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

const GONE_GRACE_SECONDS = 2;
const onGone = (uid: string): void => {
  entries.get(uid)?.runner.end(GONE_GRACE_SECONDS);
};

const renewForEver = async (): Promise<void> => {
  while (!goingDown.signal.aborted) {
    await renewLease(api, settings, clock()).catch((error: unknown) => log(`lease not renewed (${firstLine(error)})`));
    await pause((settings.leaseSeconds * 1000) / 4, goingDown.signal).catch(() => {});
  }
};

const goDown = async (): Promise<void> => {
  if (goingDown.signal.aborted) return;
  goingDown.abort(new Error('the node goes down'));
  log('going down');
  await Promise.all([...entries.values()].map(({ runner }) => runner.end(GONE_GRACE_SECONDS)));
  process.exit(0);
};

process.on('SIGTERM', goDown);
process.on('SIGINT', goDown);

await waitFor({ what: 'the cluster to accept this node', deadlineSeconds: 60, everyMs: 200 }, async () => {
  await registerNode(api, settings, clock());
  return true;
});
publishTargets();
log(`node ${nodeName} is ready (${settings.isolation})`);
renewForEver();
await watchPods(
  api,
  nodeName,
  {
    onPod,
    onGone,
    onAll: (pods) => {
      const there = new Set(pods.map(({ metadata }) => metadata.uid));
      [...entries.keys()].filter((uid) => !there.has(uid)).forEach(onGone);
      pods.forEach(onPod);
    },
    log,
  },
  goingDown.signal,
);
