import { canonicalId } from '../components/registry.ts';
import { COLLECTOR_ENVIRONMENT } from '../frame.ts';
import { isSettings, type Settings, settingsAt } from '../settings-tree.ts';
import { type Definition, definitionsOf, leadsOf, settingsOf } from './components.ts';
import { type Path, type Remark, remark } from './finding.ts';
import type { Lead } from './meanings.ts';
import { type OttlLine, pathsOfLine } from './ottl.ts';
import type { ClusterPolicy } from './policy.ts';
import { extensionsOf, pipelinesOf } from './wiring.ts';

/** Where the pod of a collector of ours finds the node's /proc and /sys. */
const HOST_ROOT = '/hostfs';
const POD_IP = COLLECTOR_ENVIRONMENT.podIp;
const HOST_ROOT_VARIABLE = COLLECTOR_ENVIRONMENT.hostRoot;

/** Where data goes, what is read, whose ear is at the door: whoever writes a pipeline must not see a node’s secrets. */
export const checkAccess = (
  settings: Settings,
  lines: readonly OttlLine[],
  policy: ClusterPolicy,
): readonly Remark[] => {
  const leads = leadsOf(settings);
  const definitions = definitionsOf(settings);
  return [
    ...leads.flatMap((lead) => judgeLead(lead, policy)),
    ...definitions.flatMap((definition) => judgeComponent(definition, policy)),
    ...definitions.flatMap(missingDestination),
    ...definitions.flatMap(debugOutput),
    ...definitions.flatMap(commandLine),
    ...lines.flatMap(callerPaths),
    ...stoppedExtensions(settings, leads),
  ];
};

const judgeComponent = ({ kind, type, shape, path }: Definition, policy: ClusterPolicy): readonly Remark[] => {
  if (kind === 'extensions')
    return policy.extensions.includes(type)
      ? []
      : [
          remark(
            'extension-not-allowed',
            path,
            `extension "${type}" is none of those that the owner of the cluster allows`,
            policy.extensions.length === 0 ? 'leave it out' : `there are ${policy.extensions.join(', ')}`,
          ),
        ];
  return shape !== undefined || policy.trustedComponents.includes(type)
    ? []
    : [
        remark(
          'component-not-trusted',
          path,
          `nobody here knows what "${type}" reads and where it sends`,
          'take another component, or have the owner of the cluster trust it',
        ),
      ];
};

const judgeLead = (
  { means, text, path, kind }: Lead & { readonly kind: string },
  policy: ClusterPolicy,
): readonly Remark[] => {
  switch (means) {
    case 'destination':
      return text === '' || isDestinationAllowed(text, policy)
        ? []
        : [
            remark(
              'destination-not-allowed',
              path,
              `data would go to ${text}, which no owner of a cluster has allowed`,
              `send to ${[...policy.destinationVariables.map((name) => `\${env:${name}}`), ...policy.destinations].join(' or ')}, or have the owner allow it`,
            ),
          ];
    case 'listener':
      return isOnPod(text)
        ? []
        : [
            remark(
              'listener-not-on-pod',
              path,
              `${text} is open to more than the pod`,
              `listen on \${env:${POD_IP}}${/:\d+$/.exec(text)?.[0] ?? ''}`,
            ),
          ];
    case 'path':
      return judgePath(text, path, kind, policy);
    case 'caller':
      return text === 'client.address'
        ? []
        : [
            remark(
              'caller-not-allowed',
              path,
              `${text} is what the sender said of itself, and may be a token`,
              'take it from the data, not from the way it came',
            ),
          ];
    case 'extension':
    case 'secret':
      return [];
  }
};

const judgePath = (text: string, path: Path, kind: string, policy: ClusterPolicy): readonly Remark[] => {
  const key = path.findLast((step) => typeof step === 'string');
  if (key === 'output_paths' || key === 'error_output_paths' || key === 'directory')
    return text === 'stdout' || text === 'stderr'
      ? []
      : [
          remark(
            'output-not-allowed',
            path,
            `${text} would be written, where others may read it`,
            key === 'directory' ? 'leave out the log on disk' : 'write to stderr or stdout, or leave it out',
          ),
        ];
  if (kind === 'receivers' && !path.includes('tls')) {
    if (isHostRoot(text) || policy.readablePaths.some((folder) => isBelow(text, folder))) return [];
    return [
      remark(
        'path-not-allowed',
        path,
        `a collector of ours does not read ${text}`,
        key === 'root_path'
          ? `write \${env:${HOST_ROOT_VARIABLE}:-${HOST_ROOT}}`
          : `it reads ${policy.readablePaths.join(', ')}`,
      ),
    ];
  }
  return text === '' || policy.certificatePaths.some((folder) => isBelow(text, folder))
    ? []
    : [
        remark(
          'path-not-allowed',
          path,
          `a collector of ours does not read ${text}`,
          `certificates are in ${policy.certificatePaths.join(' or ')}`,
        ),
      ];
};

const HOST_ROOTS = ['', HOST_ROOT, `\${env:${HOST_ROOT_VARIABLE}}`, `\${env:${HOST_ROOT_VARIABLE}:-${HOST_ROOT}}`];

const isHostRoot = (text: string): boolean => HOST_ROOTS.includes(text);

/** What a process has open, its environment and the files that it sees are its own. */
const OF_ONE_PROCESS = /^\/proc\/+([0-9]|self|thread-self|.*[*?[{\\])/;

const isBelow = (text: string, folder: string): boolean =>
  (text === folder || text.startsWith(`${folder}/`)) &&
  !text.split('/').includes('..') &&
  !text.includes('$') &&
  !OF_ONE_PROCESS.test(text);

const POD_ADDRESSES = [`\${env:${POD_IP}}`, 'localhost', '127.0.0.1', '[::1]'];

const isOnPod = (text: string): boolean => POD_ADDRESSES.includes(text.replace(/:\d{1,5}$/, ''));

const isDestinationAllowed = (text: string, policy: ClusterPolicy): boolean => {
  const [, name, fallback] = /^\$\{env:([A-Za-z_][A-Za-z0-9_]*)(?::-([^${}]*))?\}$/.exec(text) ?? [];
  if (name !== undefined)
    return policy.destinationVariables.includes(name) && (!fallback || isDestinationAllowed(fallback, policy));
  const address = addressOf(text);
  return (
    address !== undefined &&
    (policy.destinations.includes(address.host) || policy.destinations.includes(`${address.host}:${address.port}`))
  );
};

const PORTS: Readonly<Record<string, string>> = { http: '80', https: '443' };

/** Host and port, of the forms that leave no doubt about them. */
const addressOf = (text: string): { readonly host: string; readonly port: string } | undefined => {
  const [, scheme = '', host = '', port, rest] =
    /^(?:(https?):\/\/|dns:\/\/\/)?([A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(\d{1,5}))?([/?#][!-~]*)?$/.exec(
      text,
    ) ?? [];
  // behind a name without a scheme, or with the one of gRPC, there is no place for a path
  if (host === '' || (scheme === '' && rest !== undefined)) return undefined;
  return { host: host.toLowerCase(), port: port ?? PORTS[scheme] ?? '' };
};

/** Remote write has an address of its own if nobody names one. */
const missingDestination = (definition: Definition): readonly Remark[] => {
  if (definition.type !== 'prometheus_remote_write') return [];
  const given = settingsOf(definition);
  const { http } = given;
  if (http !== undefined && http !== null && !isSettings(http)) return [];
  const endpoint = http === undefined ? given['endpoint'] : settingsAt(given, 'http')['endpoint'];
  return endpoint === undefined || endpoint === null
    ? [
        remark(
          'destination-missing',
          definition.path,
          'it names no place to send to, and would try http://some.url:9411',
          'write http: {endpoint: https://host/api/v1/write}',
        ),
      ]
    : [];
};

const debugOutput = (definition: Definition): readonly Remark[] => {
  const { verbosity, use_internal_logger: internal } = settingsOf(definition);
  if (definition.kind !== 'exporters' || definition.type !== 'debug') return [];
  const isTelling = typeof verbosity === 'string' && verbosity.toLowerCase() !== 'basic';
  return isTelling || internal === false
    ? [
        remark(
          'output-not-allowed',
          [...definition.path, isTelling ? 'verbosity' : 'use_internal_logger'],
          'all data would stand in the log of the collector, where others read it',
          'write verbosity: basic',
        ),
      ]
    : [];
};

const commandLine = (definition: Definition): readonly Remark[] => {
  if (definition.type !== 'host_metrics') return [];
  const scrapers = settingsAt(settingsOf(definition), 'scrapers');
  if (!Object.hasOwn(scrapers, 'process')) return [];
  const { enabled } = settingsAt(scrapers, 'process', 'resource_attributes', 'process.command_line');
  return enabled === false
    ? []
    : [
        remark(
          'command-line-collected',
          [...definition.path, 'scrapers', 'process'],
          'the command line of each process would be collected, and with it passwords that stand there',
          'write resource_attributes: {process.command_line: {enabled: false}}',
        ),
      ];
};

const callerPaths = (line: OttlLine): readonly Remark[] =>
  pathsOfLine(line).flatMap(({ segments, start }) => {
    const names = segments.map(({ name }) => name);
    const isCaller = names[0] === 'otelcol' && names.slice(0, 3).join('.') !== 'otelcol.client.addr';
    return isCaller
      ? [
          {
            ...remark(
              'caller-not-allowed',
              line.path,
              `${names.join('.')} is what the sender said of itself, and may be a token`,
              `take it from the data, as ${line.scope.context}.attributes`,
            ),
            at: start,
          },
        ]
      : [];
  });

/** Whoever signs or stores has to run: what names an extension names one that the service starts. */
const stoppedExtensions = (settings: Settings, leads: readonly Lead[]): readonly Remark[] => {
  const running = extensionsOf(settings).map((id) => canonicalId('extensions', id));
  return leads.flatMap(({ means, text, path }) =>
    means !== 'extension' || text === '' || text.includes('${') || running.includes(canonicalId('extensions', text))
      ? []
      : [
          remark(
            'extension-not-running',
            path,
            `extension "${text}" is not started`,
            `define it under extensions and name it under service.extensions`,
          ),
        ],
  );
};

interface Listener {
  readonly host: string;
  readonly port: string;
  readonly path: Path;
  readonly what: string;
}

/** No two listen at the same address. Only what runs listens; what nobody names has the collector’s own address. */
export const checkListeners = (settings: Settings): readonly Remark[] => {
  const listeners = listenersOf(settings);
  return listeners.flatMap((listener, index) => {
    const other = listeners.slice(0, index).find((earlier) => isSamePlace(earlier, listener));
    return other === undefined
      ? []
      : [
          remark(
            'address-taken',
            listener.path,
            `${listener.host}:${listener.port} is taken by ${other.what}`,
            'take another port',
          ),
        ];
  });
};

const isSamePlace = (one: Listener, other: Listener): boolean =>
  one.port === other.port &&
  one.port !== '0' &&
  (one.host === other.host || [one.host, other.host].some((host) => ['', '0.0.0.0', '[::]'].includes(host)));

const listenersOf = (settings: Settings): readonly Listener[] => {
  const parts = pipelinesOf(settings).flatMap(({ parts }) => [...parts.receivers, ...parts.exporters]);
  const used = new Set([...parts, ...extensionsOf(settings)]);
  return definitionsOf(settings).flatMap((definition) => {
    if (!used.has(definition.id)) return [];
    const given = settingsOf(definition);
    const at = (usual: string, ...keys: readonly string[]): readonly Listener[] => {
      const section = settingsAt(given, ...keys);
      const endpoint = typeof section['endpoint'] === 'string' ? section['endpoint'] : usual;
      const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(endpoint) ?? [];
      return port === ''
        ? []
        : [{ host, port, path: [...definition.path, ...keys, 'endpoint'], what: [definition.id, ...keys].join('.') }];
    };
    const isOn = (name: string): boolean => {
      const protocol = settingsAt(given, 'protocols')[name];
      return protocol !== undefined && !(isSettings(protocol) && protocol['enabled'] === false);
    };
    switch (`${definition.kind}/${definition.type}`) {
      case 'receivers/otlp':
        return [
          ...(isOn('grpc') ? at('localhost:4317', 'protocols', 'grpc') : []),
          ...(isOn('http') ? at('localhost:4318', 'protocols', 'http') : []),
        ];
      case 'exporters/prometheus':
        return at('');
      case 'extensions/health_check':
        return at('localhost:13133');
      default:
        return [];
    }
  });
};
