import type { KubernetesObject as LiveObject } from '@kubernetes/client-node';
import type { OurKind } from '../domain/marks.ts';
import type { KubernetesClient } from './kubernetes-client.ts';
import { RefusedByCluster, statusOf } from './kubernetes-errors.ts';
import type { KindAccess } from './kubernetes-kinds.ts';
import type { Patience, Persist } from './kubernetes-patience.ts';

/** What every part of a connection works with. */
export interface KubernetesContext {
  readonly client: KubernetesClient;
  readonly kinds: Readonly<Record<OurKind, KindAccess>>;
  readonly namespace: string;
  readonly persist: Persist;
  readonly patience: Patience;
}

export interface LiveMetadata {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly isBeingDeleted: boolean;
}

/** The server fills these in for every stored object. */
export const metadataOf = ({ metadata }: LiveObject): LiveMetadata => ({
  name: metadata?.name ?? '',
  uid: metadata?.uid ?? '',
  resourceVersion: metadata?.resourceVersion ?? '',
  labels: metadata?.labels ?? {},
  annotations: metadata?.annotations ?? {},
  isBeingDeleted: metadata?.deletionTimestamp !== undefined,
});

/** Reads one object; null when it is not there. */
export const readOrNull = async (
  { kinds, namespace, persist }: KubernetesContext,
  kind: OurKind,
  name: string,
): Promise<LiveMetadata | null> => {
  try {
    return metadataOf(await persist(() => kinds[kind].read({ name, namespace })));
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
};

const CONFLICT_TRIES = 3;

/** Reads again and tries again when somebody was faster; three times, then the conflict is told. */
export const againOnConflict = async <T>(step: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await step();
    } catch (error) {
      if (error instanceof RefusedByCluster || statusOf(error) !== 409 || tries >= CONFLICT_TRIES) throw error;
    }
  }
};
