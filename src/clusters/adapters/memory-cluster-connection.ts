import * as z from 'zod';
import type { Epoch } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { accept, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { ClusterConnection, ClusterFailure, SeenNode } from '../application/ports.ts';
import type {
  JobEnd,
  KubernetesObject,
  ObservedObject,
  PreflightReport,
  VariantReadiness,
  WantedObjects,
} from '../domain/cluster.ts';
import { EXPIRES_AT, marked, markOf, mayDeploy, mayWrite, ownerConfigMap, VARIANT } from '../domain/marks.ts';
import { namedNodesOfWorkload } from '../domain/placement.ts';
import { DISCOVERY_RIGHTS, type Right } from '../domain/rights.ts';

type NodeState = VariantReadiness['nodes'][number];

export interface MemoryCluster extends ClusterConnection {
  /** how collectors of a variant are on a node from now on; the default is ready at once */
  setReadiness(variant: string, node: string, state: Omit<NodeState, 'node'>): void;
  /** how a job of this name ends from now on; the default is done at once */
  setJobEnd(job: string, end: JobEnd): void;
  setNodes(nodes: readonly SeenNode[]): void;
  /** every call is refused like this until it is set back to null */
  setFailure(failure: ClusterFailure | null): void;
  /** what others have in namespaces of theirs, and which rights to look for it are missing */
  setOthers(objects: readonly KubernetesObject[], missing?: readonly Right[]): void;
  /** puts an object there as somebody else would */
  put(object: KubernetesObject): void;
}

const WORKLOAD_RIGHTS = [
  ['DaemonSet', DISCOVERY_RIGHTS.daemonsets],
  ['Deployment', DISCOVERY_RIGHTS.deployments],
  ['StatefulSet', DISCOVERY_RIGHTS.statefulsets],
  ['OpenTelemetryCollector', DISCOVERY_RIGHTS.ofOperator],
] as const;

const Texts = z.record(z.string(), z.string());

interface Stored {
  readonly uid: string;
  readonly object: KubernetesObject;
}

/**
 * A cluster in memory that behaves like one: marks, fences, owner references with garbage collection, one namespace.
 * Left out: field validation, admission, controllers. DaemonSets are ready on every node at once unless told otherwise, and
 * jobs done.
 */
export const memoryClusterConnection = ({
  namespace,
  nodes = [],
}: {
  readonly namespace: string;
  readonly nodes?: readonly SeenNode[];
}): MemoryCluster => {
  const stored = new Map<string, Stored>();
  const readinessByPlace = new Map<string, Omit<NodeState, 'node'>>();
  const endByJob = new Map<string, JobEnd>();
  let knownNodes = nodes;
  let failure: ClusterFailure | null = null;
  let uidCount = 0;
  let others: readonly KubernetesObject[] = [];
  let withheld: readonly Right[] = [];
  const isForbidden = (right: Right): boolean => withheld.includes(right);

  const keyOf = ({ kind, metadata }: KubernetesObject): string => `${kind}/${metadata.name}`;
  const write = (into: Map<string, Stored>, object: KubernetesObject): string => {
    const uid = into.get(keyOf(object))?.uid ?? `uid-${++uidCount}`;
    into.set(keyOf(object), { uid, object });
    return uid;
  };
  const collectGarbage = (): void => {
    const uids = new Set([...stored.values()].map(({ uid }) => uid));
    for (const [key, { object }] of stored) {
      const owners = object.metadata.ownerReferences ?? [];
      if (owners.length > 0 && !owners.some((each) => uids.has(uidOf(each)))) stored.delete(key);
    }
  };
  const ours = (owner?: string) =>
    [...stored.values()].flatMap((each) => {
      const mark = markOf(each.object.metadata);
      return mark === null || (owner !== undefined && mark.owner !== owner) ? [] : [{ ...each, ...mark }];
    });
  const answer = async <T>(work: () => Outcome<T, ClusterFailure>): Promise<Outcome<T, ClusterFailure>> =>
    failure === null ? work() : { accepted: false, refusal: failure };

  const apply = (wanted: WantedObjects, dryRun: boolean): Outcome<{ readonly applied: number }, ClusterFailure> => {
    const draft = new Map(stored);
    const writeOne = (object: KubernetesObject): Outcome<string, ClusterFailure> => {
      const live = draft.get(keyOf(object));
      const fence =
        live === undefined
          ? accept(undefined)
          : mayWrite(live.object.metadata, wanted, `${object.kind} ${object.metadata.name}`);
      return fence.accepted ? accept(write(draft, object)) : fence;
    };
    const refused = wanted.objects.map((object) => mayDeploy(object, namespace)).find((each) => !each.accepted);
    if (refused !== undefined && !refused.accepted) return refused;
    const owner = writeOne(ownerConfigMap(wanted, namespace));
    if (!owner.accepted) return owner;
    for (const object of wanted.objects) {
      const written = writeOne(marked(object, wanted, namespace, owner.value));
      if (!written.accepted) return written;
    }
    if (!dryRun) for (const [key, value] of draft) stored.set(key, value);
    return accept({ applied: wanted.objects.length + 1 });
  };

  const observed = (owner?: string): readonly ObservedObject[] =>
    ours(owner).map(({ uid, object, owner: itsOwner, epoch }) => ({
      kind: object.kind,
      name: object.metadata.name,
      namespace,
      uid,
      owner: itsOwner,
      epoch,
      expiresAt: expiryOf(stored.get(`ConfigMap/${itsOwner}`)?.object),
    }));

  const readiness = (owner: string, epoch: Epoch): readonly VariantReadiness[] => {
    const variants = ours(owner)
      .filter(({ object, epoch: itsEpoch }) => object.kind === 'DaemonSet' && itsEpoch === epoch)
      .map(({ object }) => ({
        variant: object.metadata.labels?.[VARIANT] ?? '',
        named: namedNodesOfWorkload(object['spec']),
      }));
    return variants.map(({ variant, named }) => {
      const wantedNodes = named.length > 0 ? named : knownNodes.map(({ name }) => name);
      const states = wantedNodes.toSorted().map((node): NodeState => {
        const told = readinessByPlace.get(`${variant}/${node}`);
        const isKnown = knownNodes.some(({ name }) => name === node);
        const status = isKnown ? ('ready' as const) : ('missing' as const);
        return { node, ...(told ?? { status, restarts: 0, message: null }) };
      });
      const ready = states.filter(({ status }) => status === 'ready').length;
      return { variant, desired: wantedNodes.length, ready, nodes: states };
    });
  };

  return {
    apply: (wanted, { dryRun = false } = {}) => answer(() => apply(wanted, dryRun)),
    runJob: (wanted, job) =>
      answer(() => {
        const applied = apply(wanted, false);
        return applied.accepted ? accept(endByJob.get(job) ?? { is: 'done' }) : applied;
      }),
    readiness: (owner, epoch) => answer(() => accept(readiness(owner, epoch))),
    objects: (owner) => answer(() => accept(observed(owner))),
    remove: (owner, epoch) =>
      answer(() => {
        for (const each of ours(owner)) if (each.epoch <= epoch) stored.delete(keyOf(each.object));
        collectGarbage();
        return accept({ remaining: ours(owner).filter((each) => each.epoch <= epoch).length });
      }),
    nodes: () => answer(() => accept(knownNodes)),
    preflight: (at) =>
      answer(() => {
        const checks: PreflightReport['checks'] = [
          {
            name: 'namespace',
            passed: true,
            severity: 'blocking',
            message: `namespace ${namespace} is there`,
            fix: null,
          },
        ];
        return accept({ at, passed: true, kubernetesVersion: 'v1.36.3', checks });
      }),
    workloads: () =>
      answer(() => {
        const rightByKind = new Map<string, Right>(WORKLOAD_RIGHTS);
        const seen = others.filter(({ kind }) => rightByKind.has(kind));
        const forbidden = [...rightByKind.values()].filter(isForbidden);
        return accept({
          objects: seen.filter(({ kind }) => !forbidden.some((each) => each === rightByKind.get(kind))),
          forbidden,
        });
      }),
    pods: (inNamespace, labels) =>
      answer(() =>
        isForbidden(DISCOVERY_RIGHTS.pods)
          ? refuse('cluster-forbidden', 'may not list pods')
          : accept(
              others.filter(
                ({ kind, metadata }) =>
                  kind === 'Pod' &&
                  metadata.namespace === inNamespace &&
                  Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value),
              ),
            ),
      ),
    configMap: (inNamespace, name) =>
      answer(() => {
        if (isForbidden(DISCOVERY_RIGHTS.configMaps)) return refuse('cluster-forbidden', 'may not get configmaps');
        const found = others.find(
          ({ kind, metadata }) => kind === 'ConfigMap' && metadata.namespace === inNamespace && metadata.name === name,
        );
        return accept(found === undefined ? null : Texts.parse(found['data'] ?? {}));
      }),
    setOthers: (objects, missing = []) => {
      others = objects;
      withheld = missing;
    },
    setReadiness: (variant, node, state) => readinessByPlace.set(`${variant}/${node}`, state),
    setJobEnd: (job, end) => endByJob.set(job, end),
    setNodes: (next) => {
      knownNodes = next;
    },
    setFailure: (next) => {
      failure = next;
    },
    put: (object) => {
      write(stored, object);
    },
  };
};

const uidOf = (reference: unknown): string =>
  typeof reference === 'object' && reference !== null && 'uid' in reference ? String(reference.uid) : '';

const expiryOf = (owner: KubernetesObject | undefined): ObservedObject['expiresAt'] => {
  const expiry = Instant.safeParse(owner?.metadata.annotations?.[EXPIRES_AT]);
  return expiry.success ? expiry.data : null;
};
