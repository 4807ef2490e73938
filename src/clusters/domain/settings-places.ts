import * as z from 'zod';
import type { CollectorProduct, SettingsSource } from './collector.ts';

const Reference = z.object({ name: z.string().nullish(), key: z.string() }).nullish();
const Variable = z.object({
  name: z.string(),
  value: z.string().nullish(),
  valueFrom: z.object({ configMapKeyRef: Reference, secretKeyRef: Reference }).nullish(),
});
export const ContainerSpec = z.object({
  name: z.string(),
  image: z.string().default(''),
  command: z.array(z.string()).nullish(),
  args: z.array(z.string()).nullish(),
  env: z.array(Variable).nullish(),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().nullish() })).nullish(),
});
export type ContainerSpec = z.infer<typeof ContainerSpec>;

const Items = z.array(z.object({ key: z.string(), path: z.string() })).nullish();
const Projection = z.object({ name: z.string().nullish(), items: Items }).nullish();
const Volume = z.object({
  name: z.string(),
  configMap: Projection,
  secret: z.unknown().optional(),
  projected: z
    .object({ sources: z.array(z.object({ configMap: Projection, secret: z.unknown().optional() })).nullish() })
    .nullish(),
});
export const PodSpec = z.object({ containers: z.array(ContainerSpec), volumes: z.array(Volume).nullish() });
type PodSpec = z.infer<typeof PodSpec>;

/** Where settings stand: a text that was seen already, a ConfigMap to look into, or nowhere that we may look. */
export type Place =
  | { readonly kind: 'text'; readonly from: Exclude<SettingsSource, { kind: 'out_of_reach' }>; readonly text: string }
  | { readonly kind: 'config_map'; readonly namespace: string; readonly name: string; readonly key: string }
  | { readonly kind: 'out_of_reach'; readonly why: string };

/** Where a container's settings stand, in the order in which its collector merges them. */
export const settingsPlaces = (
  product: CollectorProduct,
  container: ContainerSpec,
  pod: PodSpec,
  namespace: string,
): readonly Place[] => {
  switch (product) {
    case 'alloy':
    case 'grafana_agent':
    case 'datadog_agent':
    case 'fluent_bit':
      return [];
    case 'opentelemetry':
    case 'adot':
    case 'nrdot':
    case 'splunk':
      break;
  }
  const inside = { container, pod, namespace };
  const given = settingsArguments(container);
  if (given.length > 0) return given.map((argument) => placeOfArgument(argument, inside));
  const ofProduct = DEFAULT_VARIABLES[product];
  const variable = ofProduct === undefined ? undefined : container.env?.find(({ name }) => name === ofProduct.name);
  if (ofProduct !== undefined && variable !== undefined) {
    return [
      ofProduct.holds === 'settings'
        ? placeOfVariable(ofProduct.name, inside)
        : placeOfPath(variable.value ?? '', inside),
    ];
  }
  // an image starts with a file of its own, over which settings may be mounted
  const [mounted] = DEFAULT_PATHS.map((path) => placeOfPath(path, inside)).filter(({ kind }) => kind === 'config_map');
  return [mounted ?? outOfReach('its settings are those that its image came with')];
};

interface Inside {
  readonly container: ContainerSpec;
  readonly pod: PodSpec;
  readonly namespace: string;
}

const outOfReach = (why: string): Place => ({ kind: 'out_of_reach', why });

/** Variables that hold the settings, or say where they are, when no argument does. */
const DEFAULT_VARIABLES: Partial<
  Record<CollectorProduct, { readonly name: string; readonly holds: 'settings' | 'path' }>
> = {
  adot: { name: 'AOT_CONFIG_CONTENT', holds: 'settings' },
  splunk: { name: 'SPLUNK_CONFIG', holds: 'path' },
};

const DEFAULT_PATHS = [
  '/etc/otelcol-contrib/config.yaml',
  '/etc/otelcol-k8s/config.yaml',
  '/etc/otelcol/config.yaml',
  '/etc/otel-config.yaml',
  '/etc/nrdot-collector-k8s/config.yaml',
  '/etc/nrdot-collector-host/config.yaml',
  '/etc/nrdot-collector/config.yaml',
] as const;

/** What stands behind each `--config`, with variables of the pod put in as Kubernetes does. */
const settingsArguments = ({ command, args, env }: ContainerSpec): readonly string[] => {
  const words = [...(command ?? []), ...(args ?? [])].map((word) =>
    word.replace(
      /\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g,
      (whole, name) => env?.find((each) => each.name === name)?.value ?? whole,
    ),
  );
  return words.flatMap((word, index) => {
    const [, joined] = /^--?config=(.*)$/s.exec(word) ?? [];
    if (joined !== undefined) return [joined];
    return word === '--config' || word === '-config' ? (words[index + 1] ?? []) : [];
  });
};

const placeOfArgument = (argument: string, inside: Inside): Place => {
  const [, scheme = 'file', rest = ''] = /^(?:([a-z][a-z0-9]+):)?(.*)$/s.exec(argument) ?? [];
  switch (scheme) {
    case 'file':
      return placeOfPath(rest, inside);
    case 'yaml':
      return { kind: 'text', from: { kind: 'pod', name: 'an argument' }, text: rest };
    case 'env':
      return placeOfVariable(rest, inside);
    default:
      return outOfReach(`its settings come from ${scheme}: and are not on the cluster`);
  }
};

const placeOfVariable = (name: string, { container, namespace }: Inside): Place => {
  const variable = container.env?.find((each) => each.name === name);
  if (variable?.value != null) {
    return { kind: 'text', from: { kind: 'pod', name: `the variable ${name}` }, text: variable.value };
  }
  const { configMapKeyRef, secretKeyRef } = variable?.valueFrom ?? {};
  if (configMapKeyRef?.name != null) {
    return { kind: 'config_map', namespace, name: configMapKeyRef.name, key: configMapKeyRef.key };
  }
  return outOfReach(
    secretKeyRef == null
      ? `the variable ${name}, which holds its settings, is not in its specification`
      : `its settings are in a Secret, behind the variable ${name}, and Secrets are never read`,
  );
};

const placeOfPath = (path: string, { container, pod, namespace }: Inside): Place => {
  const mount = (container.volumeMounts ?? [])
    .filter(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath.replace(/\/$/, '')}/`))
    .toSorted((a, b) => b.mountPath.length - a.mountPath.length)[0];
  const volume = pod.volumes?.find(({ name }) => name === mount?.name);
  if (mount === undefined || volume === undefined) return outOfReach(`its settings, ${path}, are part of its image`);
  const file = [mount.subPath, path.slice(mount.mountPath.length)]
    .flatMap((part) => (part ?? '').split('/'))
    .filter((part) => part !== '')
    .join('/');
  const projections = [
    volume.configMap,
    ...(volume.projected?.sources ?? []).map(({ configMap }) => configMap),
  ].flatMap((projection) => projection ?? []);
  for (const { name, items } of projections) {
    const item = items?.find((each) => each.path === file);
    if (name == null || (items != null && items.length > 0 && item === undefined)) continue;
    // a key is no path: below a folder there is none
    const key = item?.key ?? file;
    if (key !== '' && !key.includes('/')) return { kind: 'config_map', namespace, name, key };
  }
  const isSecret = volume.secret != null || volume.projected?.sources?.some(({ secret }) => secret != null) === true;
  return outOfReach(
    isSecret
      ? `its settings, ${path}, are in a Secret, and Secrets are never read`
      : `its settings, ${path}, are in a volume that is no ConfigMap`,
  );
};
