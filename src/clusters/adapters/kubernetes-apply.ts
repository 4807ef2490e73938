import { PatchStrategy, setHeaderOptions } from '@kubernetes/client-node';
import { refuse } from '../../kernel/outcome.ts';
import type { KubernetesObject, WantedObjects } from '../domain/cluster.ts';
import {
  EXPIRES_AT,
  FIELD_MANAGER,
  marked,
  mayDeploy,
  mayWrite,
  type OurKind,
  ownerConfigMap,
} from '../domain/marks.ts';
import { againOnConflict, type KubernetesContext, metadataOf, readOrNull } from './kubernetes-context.ts';
import { RefusedByCluster } from './kubernetes-errors.ts';
import { serverSideApply } from './kubernetes-kinds.ts';

/**
 * Writes everything of one owner: its ConfigMap first, under optimistic lock, then each object by server-side apply.
 * Each write names the resource version that was checked, so a newer epoch in between makes it fail. Creation cannot be
 * fenced like that: a late, stale creation may land on an object that was written a moment before. Therefore what was
 * created is looked at once more, and the owner too.
 */
export const applyObjects = async (
  context: KubernetesContext,
  wanted: WantedObjects,
  dryRun: boolean,
): Promise<{ readonly applied: number }> => {
  const objects = wanted.objects.map((object) => ({ object, kind: accepted(mayDeploy(object, context.namespace)) }));
  const ownerUid = await writeOwner(context, wanted, dryRun);
  const created: (() => Promise<unknown>)[] = [];
  for (const { kind, object } of objects) {
    const write = () => applyOne(context, kind, marked(object, wanted, context.namespace, ownerUid), wanted, dryRun);
    if ((await write()) === 'created') created.push(write);
  }
  if (!dryRun) {
    await assertStillOurs(context, wanted, ownerUid);
    for (const write of created) await write();
  }
  return { applied: wanted.objects.length + 1 };
};

const accepted = <T>(
  outcome:
    | { readonly accepted: true; readonly value: T }
    | { readonly accepted: false; readonly refusal: RefusedByCluster['refusal'] },
): T => {
  if (outcome.accepted) return outcome.value;
  throw new RefusedByCluster(outcome.refusal);
};

/** Creates the owner ConfigMap or raises its epoch; answers its UID. */
const writeOwner = (context: KubernetesContext, wanted: WantedObjects, dryRun: boolean): Promise<string> =>
  againOnConflict(async () => {
    const { client, kinds, namespace, persist } = context;
    const owner = ownerConfigMap(wanted, namespace);
    const settings = { fieldManager: FIELD_MANAGER, fieldValidation: 'Strict', ...(dryRun ? { dryRun: 'All' } : {}) };
    const live = await ownerOnceItIsNotEnding(context, wanted.owner);
    if (live === null) {
      const { name, labels, annotations } = owner.metadata;
      const body = { metadata: { name, namespace, labels: { ...labels }, annotations: { ...annotations } } };
      return metadataOf(await persist(() => client.core.createNamespacedConfigMap({ namespace, body, ...settings })))
        .uid;
    }
    accepted(mayWrite(live, wanted, `ConfigMap ${wanted.owner}`));
    const { uid, resourceVersion } = live;
    const annotations = { [EXPIRES_AT]: wanted.expiresAt };
    const body = { metadata: { uid, resourceVersion, labels: owner.metadata.labels, annotations } };
    const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
    await persist(() => kinds.ConfigMap.patch({ name: wanted.owner, namespace, body, ...settings }, merge));
    return uid;
  });

const ENDING_WAIT_MS = 500;
const ENDING_TRIES = 20;

/** Objects hung under an owner that is being deleted would go with it, so we wait until it is gone. */
const ownerOnceItIsNotEnding = async (context: KubernetesContext, owner: string) => {
  for (let tries = 1; tries <= ENDING_TRIES; tries++) {
    const live = await readOrNull(context, 'ConfigMap', owner);
    if (live === null || !live.isBeingDeleted) return live;
    await context.patience.sleep(ENDING_WAIT_MS);
  }
  throw new RefusedByCluster(
    refuse('cluster-busy', `earlier objects of ${owner} are still being removed; try again in a minute`, { owner })
      .refusal,
  );
};

const applyOne = (
  context: KubernetesContext,
  kind: OurKind,
  object: KubernetesObject,
  wanted: WantedObjects,
  dryRun: boolean,
): Promise<'created' | 'updated'> =>
  againOnConflict(async () => {
    const { kinds, namespace, persist } = context;
    const { name } = object.metadata;
    const live = await readOrNull(context, kind, name);
    if (live !== null) accepted(mayWrite(live, wanted, `${kind} ${name}`));
    const body =
      live === null ? object : { ...object, metadata: { ...object.metadata, resourceVersion: live.resourceVersion } };
    const { settings, header } = serverSideApply({ dryRun });
    await persist(() => kinds[kind].patch({ name, namespace, body, force: live !== null, ...settings }, header));
    return live === null ? 'created' : 'updated';
  });

const assertStillOurs = async (context: KubernetesContext, wanted: WantedObjects, ownerUid: string): Promise<void> => {
  const live = await readOrNull(context, 'ConfigMap', wanted.owner);
  if (live !== null && live.uid === ownerUid) {
    accepted(mayWrite(live, wanted, `ConfigMap ${wanted.owner}`));
    return;
  }
  throw new RefusedByCluster(
    refuse('cluster-conflict', `${wanted.owner} was removed while its objects were written`, { owner: wanted.owner })
      .refusal,
  );
};
