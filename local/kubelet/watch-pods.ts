import { isStatus, type KubernetesApi } from '../parts/kubernetes-api.ts';
import { firstLine, pause } from '../processes/wait.ts';
import type { Pod } from './pod.ts';

export interface PodListener {
  readonly onPod: (pod: Pod) => void;
  readonly onGone: (uid: string) => void;
  /** Everything that there is; a pod that is not among these is gone. */
  readonly onAll: (pods: readonly Pod[]) => void;
  readonly log: (line: string) => void;
}

interface PodList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Pod[];
}

/** Follows the pods of a node until aborted: a list, then a watch from there, and again when the watch ends. */
export const watchPods = async (
  api: KubernetesApi,
  nodeName: string,
  { onPod, onGone, onAll, log }: PodListener,
  abort: AbortSignal,
): Promise<void> => {
  const path = `/api/v1/pods?fieldSelector=spec.nodeName%3D${nodeName}`;
  let resourceVersion: string | undefined;
  while (!abort.aborted) {
    try {
      if (resourceVersion === undefined) {
        const list = await api.request<PodList>('GET', path);
        resourceVersion = list.metadata.resourceVersion;
        onAll(list.items);
      }
      await api.watch<Pod & { readonly metadata: { readonly resourceVersion: string } }>(
        `${path}&watch=1&allowWatchBookmarks=true&timeoutSeconds=240&resourceVersion=${resourceVersion}`,
        ({ type, object }) => {
          // too old, most of all: begin again with a list
          if (type === 'ERROR') {
            resourceVersion = undefined;
            return;
          }
          if (resourceVersion !== undefined) resourceVersion = object.metadata.resourceVersion;
          if (type === 'DELETED') onGone(object.metadata.uid);
          else if (type !== 'BOOKMARK') onPod(object);
        },
        abort,
      );
    } catch (error) {
      if (abort.aborted) return;
      if (isStatus(error, 410)) resourceVersion = undefined;
      log(`watch of pods interrupted (${firstLine(error)}), again in 0.5 s`);
      await pause(500, abort).catch(() => {});
    }
  }
};
