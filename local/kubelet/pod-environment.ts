import { CannotStart, type Container, type EnvironmentVariable, type Pod } from './pod.ts';
import { quantityOf } from './quantity.ts';

/** What is known about a pod only once it is on a node. */
export interface Placement {
  readonly podIp: string;
  readonly hostIp: string;
  readonly nodeName: string;
  /** Limits fall back to what the node has. */
  readonly nodeCpuCores: number;
  readonly nodeMemoryBytes: number;
}

export type ConfigMaps = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The environment of a container: `value` with `$(NAME)` references, fields of the pod, keys of ConfigMaps, resources. */
export const resolveEnvironment = (
  pod: Pod,
  container: Container,
  placement: Placement,
  configMaps: ConfigMaps,
): Record<string, string> => {
  const resolved: Record<string, string> = {};
  for (const { prefix = '', configMapRef } of container.envFrom ?? [])
    if (configMapRef !== undefined)
      for (const [key, value] of Object.entries(configMaps[configMapRef.name] ?? {}))
        resolved[`${prefix}${key}`] = value;
  // in order: a reference sees only what stands before it
  for (const variable of container.env ?? []) {
    const value = valueOfVariable(variable, pod, container, placement, configMaps, resolved);
    if (value !== undefined) resolved[variable.name] = value;
  }
  return resolved;
};

/** `$(NAME)` → its value, `$$(NAME)` → `$(NAME)`; an unknown name stays as it is written. */
export const expandReferences = (text: string, known: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (written, name?: string) =>
    name === undefined ? '$' : (known[name] ?? written),
  );

/** Names of the ConfigMaps that the variables of a container read. */
export const configMapsOfEnvironment = (
  container: Container,
): readonly { readonly name: string; readonly optional: boolean }[] =>
  [
    ...(container.envFrom ?? []).flatMap(({ configMapRef }) => (configMapRef === undefined ? [] : [configMapRef])),
    ...(container.env ?? []).flatMap(({ valueFrom }) =>
      valueFrom?.configMapKeyRef === undefined ? [] : [valueFrom.configMapKeyRef],
    ),
  ].map(({ name, optional }) => ({ name, optional: optional === true }));

const valueOfVariable = (
  variable: EnvironmentVariable,
  pod: Pod,
  container: Container,
  placement: Placement,
  configMaps: ConfigMaps,
  known: Readonly<Record<string, string>>,
): string | undefined => {
  const from = variable.valueFrom;
  if (from === undefined) return expandReferences(variable.value ?? '', known);
  if (from.fieldRef !== undefined) return fieldOf(pod, from.fieldRef.fieldPath, placement);
  if (from.resourceFieldRef !== undefined)
    return resourceOf(container, from.resourceFieldRef.resource, from.resourceFieldRef.divisor, placement);
  if (from.configMapKeyRef !== undefined) {
    const { name, key, optional } = from.configMapKeyRef;
    const value = configMaps[name]?.[key];
    if (value === undefined && optional !== true)
      throw new CannotStart('CreateContainerConfigError', `couldn't find key ${key} in ConfigMap ${name}`, true);
    return value;
  }
  throw new CannotStart(
    'CreateContainerConfigError',
    `variable ${variable.name}: this node resolves no secrets`,
    false,
  );
};

const SUBSCRIPT = /^metadata\.(labels|annotations)\['(.+)'\]$/;

const fieldOf = (pod: Pod, path: string, placement: Placement): string => {
  const [, map, key] = SUBSCRIPT.exec(path) ?? [];
  if (key !== undefined) return (map === 'labels' ? pod.metadata.labels : pod.metadata.annotations)?.[key] ?? '';
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name;
    case 'metadata.namespace':
      return pod.metadata.namespace;
    case 'metadata.uid':
      return pod.metadata.uid;
    case 'spec.nodeName':
      return placement.nodeName;
    case 'spec.serviceAccountName':
      return pod.spec.serviceAccountName ?? 'default';
    case 'status.podIP':
    case 'status.podIPs':
      return placement.podIp;
    case 'status.hostIP':
    case 'status.hostIPs':
      return placement.hostIp;
    default:
      throw new CannotStart('CreateContainerConfigError', `field ${path} is not known on this node`, false);
  }
};

const resourceOf = (
  container: Container,
  resource: string,
  divisor: string | undefined,
  placement: Placement,
): string => {
  const [kind = '', name = ''] = resource.split('.');
  const wholeNode = name === 'cpu' ? placement.nodeCpuCores : placement.nodeMemoryBytes;
  const declared = (kind === 'limits' ? container.resources?.limits : container.resources?.requests)?.[name];
  const amount = declared === undefined ? (kind === 'limits' ? wholeNode : 0) : quantityOf(declared);
  const unit = divisor === undefined || divisor === '0' ? 1 : quantityOf(divisor);
  return String(Math.ceil(amount / unit));
};
