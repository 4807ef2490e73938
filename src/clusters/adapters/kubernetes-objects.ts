import type { Epoch } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import type { ObservedObject } from '../domain/cluster.ts';
import { EXPIRES_AT, markOf, OUR_KINDS, type OurKind, ourSelector } from '../domain/marks.ts';
import {
  againOnConflict,
  type KubernetesContext,
  type LiveMetadata,
  metadataOf,
  readOrNull,
} from './kubernetes-context.ts';
import { statusOf } from './kubernetes-errors.ts';

interface OurObject extends LiveMetadata {
  readonly kind: OurKind;
  readonly owner: string;
  readonly epoch: Epoch;
}

const listOurs = async (context: KubernetesContext, owner?: string): Promise<readonly OurObject[]> => {
  const { kinds, namespace, persist } = context;
  const lists = await Promise.all(
    OUR_KINDS.map(async (kind) => {
      const { items } = await persist(() => kinds[kind].list({ namespace, labelSelector: ourSelector(owner) }));
      return items.map((item) => ({ kind, ...metadataOf(item) }));
    }),
  );
  return lists.flat().flatMap((each) => {
    const mark = markOf(each);
    return mark === null ? [] : [{ ...each, ...mark }];
  });
};

const isOwnerConfigMap = ({ kind, name, owner }: OurObject): boolean => kind === 'ConfigMap' && name === owner;

/** Everything of ours in the namespace; the expiry of an object is that of its owner ConfigMap. */
export const observeObjects = async (
  context: KubernetesContext,
  owner?: string,
): Promise<readonly ObservedObject[]> => {
  const ours = await listOurs(context, owner);
  const expiryByOwner = new Map(
    ours.filter(isOwnerConfigMap).map((each) => {
      const expiry = Instant.safeParse(each.annotations[EXPIRES_AT]);
      return [each.owner, expiry.success ? expiry.data : null];
    }),
  );
  return ours.map(({ kind, name, uid, owner: itsOwner, epoch }) => ({
    kind,
    name,
    namespace: context.namespace,
    uid,
    owner: itsOwner,
    epoch,
    expiresAt: expiryByOwner.get(itsOwner) ?? null,
  }));
};

const READ_BACK_TRIES = 10;
const READ_BACK_WAIT_MS = 300;

/**
 * Deletes what carries this owner and an epoch up to `epoch`, the owner ConfigMap first so that the cluster's own garbage
 * collector helps. Then reads back for about three seconds; pods that need longer to end keep their DaemonSet counted.
 */
export const removeObjects = async (
  context: KubernetesContext,
  owner: string,
  epoch: Epoch,
): Promise<{ readonly remaining: number }> => {
  const outdated = async () => (await listOurs(context, owner)).filter((each) => each.epoch <= epoch);
  const found = (await outdated()).toSorted((a, b) => Number(isOwnerConfigMap(b)) - Number(isOwnerConfigMap(a)));
  for (const each of found) if (!each.isBeingDeleted) await removeOne(context, each, epoch);
  for (let tries = 1; ; tries++) {
    const remaining = (await outdated()).length;
    if (remaining === 0 || tries >= READ_BACK_TRIES) return { remaining };
    await context.patience.sleep(READ_BACK_WAIT_MS);
  }
};

/** Deletes exactly what was checked: the UID guards against a namesake, the resource version against a newer epoch. */
const removeOne = (context: KubernetesContext, { kind, name, uid, owner }: OurObject, epoch: Epoch): Promise<void> =>
  againOnConflict(async () => {
    const live = await readOrNull(context, kind, name);
    if (live === null || live.uid !== uid || live.isBeingDeleted) return;
    const mark = markOf(live);
    if (mark === null || mark.owner !== owner || mark.epoch > epoch) return;
    const { kinds, namespace, persist } = context;
    const preconditions = { uid, resourceVersion: live.resourceVersion };
    try {
      await persist(() =>
        kinds[kind].remove({ name, namespace, body: { propagationPolicy: 'Foreground', preconditions } }),
      );
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  });
