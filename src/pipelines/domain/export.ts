import * as z from 'zod';
import { Epoch, type PipelineId } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { counted } from '../../kernel/words.ts';
import { daemonSetSpec, serviceSpec } from './collector-objects.ts';
import { collectorPod, SETTINGS_FILE } from './collector-pod.ts';
import { canonicalType, typeOf } from './components/registry.ts';
import { COLLECTOR_ENVIRONMENT, UNSET_VARIABLE } from './frame.ts';
import { HEALTH_PORT, SELF_PORT } from './labels.ts';
import { fieldErrorsOf, type Revision } from './revision.ts';
import { isSettings, type Settings, settingsAt } from './settings-tree.ts';
import { toYaml } from './settings-yaml.ts';
import { NO_NEEDS } from './template.ts';
import { findTemplate } from './templates.ts';
import { readSettings } from './validation/settings-text.ts';
import { extensionsOf } from './validation/wiring.ts';
import { type UsedVariable, variablesIn } from './variables.ts';

/** `yaml`: plain manifests; `kustomize`: a folder; `helm`: values for the chart opentelemetry-collector. */
export const ExportFormat = z.enum(['yaml', 'kustomize', 'helm']);
export type ExportFormat = z.infer<typeof ExportFormat>;

export const ExportedFile = z.object({ path: z.string(), content: z.string() });
export type ExportedFile = z.infer<typeof ExportedFile>;

export interface ExportWish {
  readonly pipelineId: PipelineId;
  /** of the pipeline; objects are named after it */
  readonly name: string;
  readonly revision: Revision;
  readonly namespace: string;
  readonly image: string;
  /** values of the frame's variables; what is not given is read from the Secret */
  readonly clusterName?: string | undefined;
  readonly remoteWriteUrl?: string | undefined;
}

/**
 * A revision as files for a repository that a cluster follows: a DaemonSet with the settings as they were saved. The same
 * revision gives the same bytes. What is secret is never in them: variables that we do not set come from a Secret of
 * the owner, whose name stands at the top.
 */
export const exportPipeline = (
  wish: ExportWish,
  format: ExportFormat,
): Outcome<readonly ExportedFile[], Refusal<'pipeline-invalid-config'>> => {
  const { revision } = wish;
  const read = readSettings(revision.yaml);
  if (!read.readable || revision.errors > 0) {
    const told = revision.findings.filter(({ severity }) => severity === 'error');
    return refuse(
      'pipeline-invalid-config',
      `revision ${revision.number} has ${counted(revision.errors, 'error')}; a collector would not start with it, so it is not exported`,
      { revision: revision.number, errors: revision.errors },
      fieldErrorsOf(told),
    );
  }
  if (hasNeeds(revision)) {
    return refuse(
      'pipeline-invalid-config',
      'it needs more of its pod than settings can say; `phoenix generator generate` makes the objects of its template',
      { revision: revision.number },
    );
  }
  const parts = partsOf(wish, read.text.settings);
  switch (format) {
    case 'yaml':
      return accept([{ path: `${parts.name}.yaml`, content: manifests(parts, revision.yaml) }]);
    case 'kustomize':
      return accept(kustomizeFolder(parts, revision.yaml));
    case 'helm':
      return accept([{ path: 'values.yaml', content: helmValues(parts, read.text.settings) }]);
  }
};

/** Templates that are no variants read folders of pods, are pushed to, or have to be one alone. */
const hasNeeds = ({ origin }: Revision): boolean => {
  if (origin.kind !== 'template') return false;
  const found = findTemplate(origin.template, origin.version);
  return found.accepted && found.value.template.use !== 'experiment';
};

// ── what all formats share

interface Parts {
  readonly name: string;
  readonly settingsName: string;
  readonly namespace: string;
  readonly secretName: string;
  readonly image: string;
  /** whose revision this is, as comments */
  readonly heading: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly serviceAccount: object;
  readonly service: object | null;
  readonly daemonSet: object;
  readonly pod: ReturnType<typeof podOf>;
}

const partsOf = (wish: ExportWish, settings: Settings): Parts => {
  const { revision, pipelineId } = wish;
  const name = objectName(wish.name, pipelineId);
  const secretName = `${name}-env`;
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/component': 'collector' };
  const annotations = {
    'phoenix.dev/pipeline': pipelineId,
    'phoenix.dev/revision': String(revision.number),
    'phoenix.dev/settings-sha256': revision.sha256,
  };
  const settingsName = `${name}-${revision.sha256.slice(0, 10)}`;
  const { namespace } = wish;
  const metadata = { name, namespace, labels, annotations };
  const pod = podOf(wish, settings, { name, settingsName, secretName, labels, annotations });
  const ports = pod.spec.containers[0].ports.filter(({ name: port }) => port === SELF_PORT.name);
  const fromSecret = secretVariables(wish, settings);
  return {
    name,
    settingsName,
    namespace,
    secretName,
    image: wish.image,
    heading: headingOf(wish, secretName, fromSecret),
    labels,
    annotations,
    serviceAccount: { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false },
    service:
      ports.length === 0
        ? null
        : {
            apiVersion: 'v1',
            kind: 'Service',
            metadata,
            spec: serviceSpec(labels, [SELF_PORT]),
          },
    daemonSet: { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: daemonSetSpec(labels, pod) },
    pod,
  };
};

const headingOf = ({ name, pipelineId, revision }: ExportWish, secretName: string, variables: readonly string[]) =>
  [
    `${name}, revision ${revision.number} of ${pipelineId}`,
    `settings sha256 ${revision.sha256}`,
    ...(variables.length === 0
      ? []
      : [`the Secret ${secretName} is yours to make, with the keys ${variables.join(', ')}`]),
  ]
    .map((line) => `# ${line.replaceAll(/\s+/g, ' ')}\n`)
    .join('');

/** Kubernetes takes 63 characters; a suffix has to fit as well. */
const MOST_NAME = 40;

/** A legal name made of what people call the pipeline; of its id where nothing legal is left. */
export const objectName = (name: string, pipelineId: PipelineId): string => {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MOST_NAME)
    .replaceAll(/^[-0-9]+|-+$/g, '');
  return slug === '' ? pipelineId : slug;
};

interface Names {
  readonly name: string;
  readonly settingsName: string;
  readonly secretName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The pod of our collectors, on every node, with the variables and listeners that these settings have. */
const podOf = (wish: ExportWish, settings: Settings, names: Names) => {
  const { pipelineId, revision, image, clusterName = '', remoteWriteUrl = '' } = wish;
  const { metadata, spec } = collectorPod({
    owner: pipelineId,
    epoch: Epoch.parse(revision.number),
    variant: 'promoted',
    rendered: { sha256: revision.sha256, needs: NO_NEEDS },
    nodeNames: [],
    image,
    clusterName,
    remoteWriteUrl,
    names: { workload: names.name, settings: names.settingsName },
    labels: names.labels,
  });
  const { affinity: _, ...everywhere } = spec;
  const [container] = spec.containers;
  const { readinessProbe, livenessProbe, ...plain } = container;
  const listens = { self: listensForScrapes(settings), health: listensForProbes(settings) };
  return {
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...names.annotations } },
    spec: {
      ...everywhere,
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      containers: [
        {
          ...plain,
          env: environmentOf(wish, settings, container.env, names.secretName),
          ports: container.ports.filter(({ name }) => (name === SELF_PORT.name ? listens.self : listens.health)),
          ...(listens.health ? { readinessProbe, livenessProbe } : {}),
        },
      ] as const,
    },
  };
};

interface Environment {
  readonly name: string;
}

/** What the settings use and nothing else: values that we know, and references to the Secret for the rest. */
const environmentOf = (
  wish: ExportWish,
  settings: Settings,
  ours: readonly Environment[],
  secretName: string,
): readonly Environment[] => {
  const secret = secretVariables(wish, settings);
  return [
    ...variablesToSet(settings).map(({ name, hasDefault }) =>
      secret.includes(name)
        ? {
            name,
            valueFrom: { secretKeyRef: { name: secretName, key: name, ...(hasDefault ? { optional: true } : {}) } },
          }
        : (ours.find((each) => each.name === name) ?? { name }),
    ),
    ...ours.filter(({ name }) => name === 'GOMEMLIMIT'),
  ];
};

const variablesToSet = (settings: Settings): readonly UsedVariable[] =>
  variablesIn(settings).filter(({ name }) => name !== UNSET_VARIABLE);

const secretVariables = ({ clusterName, remoteWriteUrl }: ExportWish, settings: Settings): readonly string[] => {
  const { cluster, remoteWriteUrl: url, awsRegion, ...always } = COLLECTOR_ENVIRONMENT;
  const known = new Set<string>([
    ...Object.values(always),
    ...(clusterName === undefined ? [] : [cluster]),
    ...(remoteWriteUrl === undefined ? [] : [url]),
  ]);
  return variablesToSet(settings)
    .map(({ name }) => name)
    .filter((name) => !known.has(name));
};

/** Whether the kubelet can ask the collector how it is: an extension that runs, on our port and not on the loopback. */
const listensForProbes = (settings: Settings): boolean => {
  return extensionsOf(settings).some((id) => {
    const type = canonicalType('extensions', id);
    const endpoint = settingsAt(settings, 'extensions', id)['endpoint'];
    return type === 'health_check' && typeof endpoint === 'string' && isOpenOn(endpoint, HEALTH_PORT.number);
  });
};

const isOpenOn = (endpoint: string, port: number): boolean =>
  endpoint.endsWith(`:${port}`) && !/^(localhost|127\.|\[::1\])/.test(endpoint);

/** Whether somebody can scrape the collector's own telemetry from outside of its pod, on our port. */
const listensForScrapes = (settings: Settings): boolean => {
  const { readers } = settingsAt(settings, 'service', 'telemetry', 'metrics');
  return (Array.isArray(readers) ? readers : []).some((reader) => {
    const { host, port } = isSettings(reader) ? settingsAt(reader, 'pull', 'exporter', 'prometheus') : {};
    return typeof host === 'string' && isOpenOn(`${host}:${port}`, SELF_PORT.number);
  });
};

// ── formats

const manifests = (parts: Parts, settings: string): string => {
  const { namespace, labels, annotations, settingsName, serviceAccount, service, daemonSet } = parts;
  const configMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: settingsName, namespace, labels, annotations },
    immutable: true,
    data: { [SETTINGS_FILE]: settings },
  };
  const objects = [serviceAccount, configMap, ...(service === null ? [] : [service]), daemonSet];
  return `${parts.heading}${objects.map(toYaml).join('---\n')}`;
};

/** The generator names the settings by their hash and puts the name into the DaemonSet, so a change rolls out. */
const kustomizeFolder = (parts: Parts, settings: string): readonly ExportedFile[] => {
  const { name, namespace, heading, serviceAccount, service, daemonSet } = parts;
  const objects = [
    ['service-account.yaml', serviceAccount],
    ...(service === null ? [] : [['service.yaml', service] as const]),
    ['daemon-set.yaml', replaced(daemonSet, parts.settingsName, `${name}-settings`)],
  ] as const;
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    namespace,
    resources: objects.map(([path]) => path),
    configMapGenerator: [{ name: `${name}-settings`, files: [SETTINGS_FILE] }],
  };
  return [
    { path: 'kustomization.yaml', content: `${heading}${toYaml(kustomization)}` },
    ...objects.map(([path, object]) => ({ path, content: toYaml(object) })),
    { path: SETTINGS_FILE, content: settings },
  ];
};

const replaced = (node: object, text: string, by: string): object =>
  JSON.parse(JSON.stringify(node).replaceAll(JSON.stringify(text), JSON.stringify(by))) as object;

/** The settings stand under `alternateConfig`, which the chart does not mix with settings of its own. */
const helmValues = (parts: Parts, settings: Settings): string => {
  const [container] = parts.pod.spec.containers;
  const receives = Object.keys(settingsAt(settings, 'receivers')).some((id) => typeOf(id) === 'otlp');
  const closed = [
    'jaeger-compact',
    'jaeger-thrift',
    'jaeger-grpc',
    'zipkin',
    ...(receives ? [] : ['otlp', 'otlp-http']),
  ];
  const values = {
    mode: 'daemonset',
    fullnameOverride: parts.name,
    image: imageParts(parts.image),
    command: { name: '' },
    podAnnotations: parts.annotations,
    serviceAccount: { automountServiceAccountToken: false },
    alternateConfig: untemplated(withHealth(settings)),
    // the chart sets MY_POD_IP and GOMEMLIMIT by itself
    extraEnvs: container.env.filter(({ name }) => name !== 'GOMEMLIMIT'),
    extraVolumes: parts.pod.spec.volumes.filter(({ name }) => name !== 'settings'),
    extraVolumeMounts: container.volumeMounts.filter(({ name }) => name !== 'settings'),
    ports: Object.fromEntries(closed.map((port) => [port, { enabled: false }])),
    resources: container.resources,
    securityContext: container.securityContext,
    tolerations: parts.pod.spec.tolerations,
    nodeSelector: parts.pod.spec.nodeSelector,
  };
  return `${parts.heading}# values of the chart opentelemetry-collector, namespace ${parts.namespace}\n${toYaml(values)}`;
};

/** The chart's probes ask the extension health_check on this address. */
const withHealth = (settings: Settings): Settings => {
  if (listensForProbes(settings)) return settings;
  const service = settingsAt(settings, 'service');
  return {
    ...settings,
    extensions: {
      ...settingsAt(settings, 'extensions'),
      health_check: { endpoint: `\${env:MY_POD_IP}:${HEALTH_PORT.number}` },
    },
    service: { ...service, extensions: [...new Set([...extensionsOf(settings), 'health_check'])] },
  };
};

/** The chart reads values as templates; in backticks two braces are two braces. */
const untemplated = (settings: Settings): Settings =>
  JSON.parse(JSON.stringify(settings), (_, value: unknown) =>
    typeof value === 'string' && value.includes('{{') ? value.replaceAll(/\{\{|\}\}/g, '{{`$&`}}') : value,
  ) as Settings;

const imageParts = (
  image: string,
): { readonly repository: string; readonly tag?: string; readonly digest?: string } => {
  const [named = '', digest] = image.split('@');
  if (digest !== undefined) return { repository: named, digest };
  const [, repository = named, tag] = /^(.*?)(?::([^:/]+))?$/.exec(named) ?? [];
  return tag === undefined ? { repository } : { repository, tag };
};
