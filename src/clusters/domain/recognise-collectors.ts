import * as z from 'zod';
import type { KubernetesObject } from './cluster.ts';
import { CollectorId, type CollectorProduct, type SeenCollector, WORKLOAD_KINDS } from './collector.ts';
import { markOf } from './marks.ts';
import { type ContainerSpec, type Place, PodSpec, settingsPlaces } from './settings-places.ts';

const Texts = z.record(z.string(), z.string()).nullish();
const Metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  labels: Texts,
  annotations: Texts,
  ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).nullish(),
});
const Workload = z.object({
  kind: z.enum(WORKLOAD_KINDS).exclude(['OpenTelemetryCollector']),
  metadata: Metadata,
  spec: z.object({ selector: z.object({ matchLabels: Texts }), template: z.object({ spec: PodSpec }) }),
});
type Workload = z.infer<typeof Workload>;
const OfOperator = z.object({
  kind: z.literal('OpenTelemetryCollector'),
  metadata: Metadata,
  spec: z.object({
    mode: z.string().nullish(),
    image: z.string().nullish(),
    /** a map since v1beta1, a text before */
    config: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  }),
});
type OfOperator = z.infer<typeof OfOperator>;

/** A collector among the workloads of a cluster, before its pods and its settings were looked at. */
export interface Recognised {
  readonly seen: Omit<SeenCollector, 'imageDigest' | 'nodes' | 'settingsFrom'>;
  /** labels of its pods; null: it has none of its own */
  readonly podLabels: Readonly<Record<string, string>> | null;
  /** where its settings stand, in the order in which it merges them */
  readonly places: readonly Place[];
  /** its settings as the operator was given them */
  readonly ofOperator: Place | null;
}

/** Collectors among workloads and the operator's objects; ours are none of them. */
export const recogniseCollectors = (objects: readonly KubernetesObject[]): readonly Recognised[] => {
  const ofOperator = objects.flatMap((object) => OfOperator.safeParse(object).data ?? []);
  const inWorkloads = objects
    .filter(({ metadata }) => markOf(metadata) === null)
    .flatMap((object) => Workload.safeParse(object).data ?? [])
    .flatMap((workload) => collectorsIn(workload, ofOperator));
  const deployed = new Set(inWorkloads.flatMap(({ ofOperator: place }) => (place === null ? [] : [nameOf(place)])));
  const alone = ofOperator.filter(({ metadata }) => !deployed.has(`${metadata.namespace}/${metadata.name}`));
  return [...inWorkloads, ...alone.map(withoutWorkload)].toSorted((a, b) => (a.seen.id < b.seen.id ? -1 : 1));
};

const nameOf = (place: Place): string =>
  place.kind === 'text' && place.from.kind === 'custom_resource' ? `${place.from.namespace}/${place.from.name}` : '';

const collectorsIn = (workload: Workload, ofOperator: readonly OfOperator[]): readonly Recognised[] => {
  const { kind, metadata, spec } = workload;
  const { namespace, name } = metadata;
  const pod = spec.template.spec;
  return pod.containers.flatMap((container): readonly Recognised[] => {
    const product = productOf(container, name);
    if (product === null) return [];
    const managedBy = managerOf(metadata);
    const resource =
      managedBy.kind === 'operator'
        ? ofOperator.find((each) => each.metadata.namespace === namespace && each.metadata.name === managedBy.name)
        : undefined;
    return [
      {
        seen: {
          id: idOf(kind, namespace, name, container.name),
          product,
          workload: { kind, namespace, name },
          container: container.name,
          managedBy,
          image: container.image,
          version: versionOf(container.image, metadata.labels?.['app.kubernetes.io/version']),
        },
        podLabels: spec.selector.matchLabels ?? null,
        places: settingsPlaces(product, container, pod, namespace),
        ofOperator: resource === undefined ? null : placeOf(resource),
      },
    ];
  });
};

/** A sidecar runs in pods of others; anything else has no workload yet, or none that we may see. */
const withoutWorkload = (resource: OfOperator): Recognised => {
  const { namespace, name, labels } = resource.metadata;
  const place = placeOf(resource);
  return {
    seen: {
      id: idOf('OpenTelemetryCollector', namespace, name),
      product: productOf({ name: '', image: resource.spec.image ?? '' }, '') ?? 'opentelemetry',
      workload: { kind: 'OpenTelemetryCollector', namespace, name },
      container: resource.spec.mode === 'sidecar' ? 'a sidecar in pods of others' : 'none that was seen',
      managedBy: { kind: 'operator', name },
      image: resource.spec.image ?? '',
      version: versionOf(resource.spec.image ?? '', labels?.['app.kubernetes.io/version']),
    },
    podLabels: null,
    places: [place],
    ofOperator: place,
  };
};

const placeOf = ({ metadata: { namespace, name }, spec: { config } }: OfOperator): Place =>
  config === undefined || config === null
    ? { kind: 'out_of_reach', why: `the OpenTelemetryCollector ${name} has no settings` }
    : {
        kind: 'text',
        from: { kind: 'custom_resource', namespace, name },
        // JSON is YAML
        text: typeof config === 'string' ? config : JSON.stringify(config),
      };

const idOf = (...parts: readonly string[]): CollectorId => CollectorId.parse(parts.join('.').toLowerCase());

const managerOf = ({
  name,
  labels,
  annotations,
  ownerReferences,
}: z.infer<typeof Metadata>): SeenCollector['managedBy'] => {
  const owner = ownerReferences?.find(({ kind }) => kind === 'OpenTelemetryCollector');
  if (owner !== undefined) return { kind: 'operator', name: owner.name };
  const release = annotations?.['meta.helm.sh/release-name'];
  if (release === undefined && labels?.['app.kubernetes.io/managed-by'] !== 'Helm') return { kind: 'hand' };
  const chart = labels?.['helm.sh/chart'] ?? null;
  return { kind: 'helm', release: release ?? labels?.['app.kubernetes.io/instance'] ?? name, chart };
};

// ── which programme

/** By the path of the image, without registry mirrors: the first that fits. */
const PRODUCTS: readonly (readonly [RegExp, CollectorProduct | null])[] = [
  // programmes around collectors
  [/opentelemetry-operator|target-allocator|opamp-bridge|autoinstrumentation|config-reloader|cluster-agent/, null],
  [/aws-otel-collector|adot-collector/, 'adot'],
  [/nrdot-collector/, 'nrdot'],
  [/splunk-otel-collector/, 'splunk'],
  [/opentelemetry-collector|otelcol/, 'opentelemetry'],
  [/(^|\/)grafana\/alloy$/, 'alloy'],
  [/(^|\/)grafana\/agent$/, 'grafana_agent'],
  [/(^|\/)datadog(hq)?\/agent$/, 'datadog_agent'],
  [/fluent-bit/, 'fluent_bit'],
];

const productOf = (container: Pick<ContainerSpec, 'name' | 'image' | 'args' | 'command'>, workload: string) => {
  const { repository } = imageParts(container.image);
  const known = PRODUCTS.find(([pattern]) => pattern.test(repository));
  if (known !== undefined) return known[1];
  // a build of somebody's own under a name of their own: it is started as a collector is, and called like one
  const isStartedLikeOne = [...(container.command ?? []), ...(container.args ?? [])].some((word) =>
    /^--?config(=|$)/.test(word),
  );
  const isCalledLikeOne = [repository, container.name, workload].some((word) => /otel|opentelemetry/.test(word));
  return isStartedLikeOne && isCalledLikeOne ? 'opentelemetry' : null;
};

/** `registry/path:tag@digest`; a port of the registry is no tag. */
export const imageParts = (image: string) => {
  const [, repository = '', tag = null, digest = null] =
    /^(.*?)(?::([\w][\w.-]{0,127}))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  return { repository: repository.toLowerCase(), tag, digest };
};

const versionOf = (image: string, label: string | undefined): string | null => {
  const version = /^v?(\d+\.\d+\.\d+)/;
  return version.exec(imageParts(image).tag ?? '')?.[1] ?? version.exec(label ?? '')?.[1] ?? null;
};

// ── its pods

const Pod = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({ nodeName: z.string().nullish() }),
  status: z
    .object({
      phase: z.string().nullish(),
      containerStatuses: z.array(z.object({ name: z.string(), imageID: z.string().nullish() })).nullish(),
    })
    .nullish(),
});

/** Where it runs, and what: the digest that all of its running pods have in common. */
export const runningOf = (
  pods: readonly KubernetesObject[],
  container: string,
): Pick<SeenCollector, 'nodes' | 'imageDigest'> => {
  const running = pods
    .flatMap((pod) => Pod.safeParse(pod).data ?? [])
    .filter(({ status }) => status?.phase === 'Running');
  const digests = new Set(
    running.map(({ status }) => {
      const { imageID } = status?.containerStatuses?.find(({ name }) => name === container) ?? {};
      // a bare sha256 is the node's own name of an image, and nothing that a registry knows
      return /@(sha256:[0-9a-f]{64})$/.exec(imageID ?? '')?.[1] ?? null;
    }),
  );
  const [digest = null] = digests;
  return {
    nodes: [...new Set(running.flatMap(({ spec }) => spec.nodeName ?? []))].toSorted(),
    imageDigest: digests.size === 1 ? digest : null,
  };
};
