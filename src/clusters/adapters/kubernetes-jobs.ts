import type { V1Job, V1Pod } from '@kubernetes/client-node';
import type { JobEnd } from '../domain/cluster.ts';
import type { KubernetesContext } from './kubernetes-context.ts';

const LOOKS = 60;
const BETWEEN_LOOKS_MS = 500;

/** How a job of ours has ended; looks for about half a minute, then says what it waits for. */
export const awaitJob = async (context: KubernetesContext, name: string): Promise<JobEnd> => {
  for (let looks = 1; ; looks++) {
    const end = await readJob(context, name);
    if (end.is !== 'running' || looks >= LOOKS) return end;
    await context.patience.sleep(BETWEEN_LOOKS_MS);
  }
};

const readJob = async ({ client, namespace, persist }: KubernetesContext, name: string): Promise<JobEnd> => {
  const labelSelector = `batch.kubernetes.io/job-name=${name}`;
  const [job, pods] = await Promise.all([
    persist(() => client.batch.readNamespacedJob({ name, namespace })),
    persist(() => client.core.listNamespacedPod({ namespace, labelSelector })),
  ]);
  return jobEndOf(job, pods.items);
};

/** From this exit code on it was not the program that ended itself. */
const ENDED_BY_OTHERS = 126;

/** Pure: what the program of a job of one pod said at its end, or why it did not come to that. */
export const jobEndOf = ({ status }: V1Job, pods: readonly V1Pod[]): JobEnd => {
  const containers = pods.flatMap((pod) => pod.status?.containerStatuses ?? []);
  const ended = containers.flatMap(({ state }) => state?.terminated ?? [])[0];
  if (ended?.exitCode === 0) return { is: 'done' };
  const waiting = containers.flatMap(({ state }) => state?.waiting ?? [])[0];
  if (ended !== undefined) {
    const message = ended.message?.trim() || `it ended with ${ended.exitCode}${inBrackets(ended.reason)}`;
    return ended.exitCode < ENDED_BY_OTHERS ? { is: 'refused', message } : { is: 'broken', message };
  }
  const unscheduled = pods
    .flatMap((pod) => pod.status?.conditions ?? [])
    .find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
  const waitsFor = [waiting?.reason, waiting?.message ?? unscheduled?.message].filter(Boolean).join(': ');
  const failed = status?.conditions?.find(({ type, status: is }) => type === 'Failed' && is === 'True');
  if (failed !== undefined) {
    return { is: 'broken', message: waitsFor || (failed.message ?? failed.reason ?? 'the job failed') };
  }
  return { is: 'running', waitsFor: waitsFor || 'its pod' };
};

const inBrackets = (text: string | undefined): string => (text === undefined ? '' : ` (${text})`);
