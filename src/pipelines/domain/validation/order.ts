import { type ProcessorRole, roleOf } from '../components/processor-order.ts';
import { canonicalType, typeOf } from '../components/registry.ts';
import { goDurationSeconds } from '../go-duration.ts';
import { type Settings, type SettingsNode, settingsAt } from '../settings-tree.ts';
import { type Path, type Remark, remark } from './finding.ts';
import { LATER, LATER_TEXT, resolveText } from './resolved.ts';
import { type Pipeline, pipelinesOf } from './wiring.ts';

type IsSet = (variable: string) => boolean;

/** Whether processors stand where they can do their work, and counters stay counters on the way. */
export const checkOrder = (settings: Settings, isSet: IsSet): readonly Remark[] => {
  // a processor may stand in very many pipelines
  const roles = new Map(
    Object.entries(settingsAt(settings, 'processors')).map(([id]) => [
      id,
      roleOf(canonicalType('processors', id), settingsAt(settings, 'processors', id)),
    ]),
  );
  const pipelines = pipelinesOf(settings).map((pipeline) => toRoute(settings, pipeline, roles, isSet));
  return [
    ...pipelines.flatMap((route) => [
      ...memoryLimiter(route),
      ...batches(route),
      ...deltaAfterIdentity(route),
      ...identityLost(route),
      ...intervals(route),
      ...truncations(route),
    ]),
    ...deltas(pipelines),
    ...limits(settings),
  ];
};

interface Step {
  readonly id: string;
  readonly type: string;
  readonly path: Path;
  readonly role: ProcessorRole;
}

/** A pipeline with what each part of it is. */
interface Route {
  readonly pipeline: Pipeline;
  readonly steps: readonly Step[];
  readonly receivers: readonly { readonly id: string; readonly type: string; readonly isConnector: boolean }[];
  readonly hosts: readonly Host[];
  readonly sendsTo: readonly { readonly id: string; readonly type: string; readonly path: Path }[];
}

/** A receiver of the host’s metrics. */
interface Host {
  readonly path: Path;
  readonly hasProcesses: boolean;
  readonly collectsPid: boolean;
  readonly intervalSeconds: number | undefined;
}

const toRoute = (
  settings: Settings,
  pipeline: Pipeline,
  roles: ReadonlyMap<string, ProcessorRole>,
  isSet: IsSet,
): Route => {
  const { parts, path } = pipeline;
  const isConnector = (id: string): boolean => Object.hasOwn(settingsAt(settings, 'connectors'), id);
  const receivers = parts.receivers.map((id) => ({
    id,
    type: canonicalType('receivers', id),
    isConnector: isConnector(id),
  }));
  return {
    pipeline,
    receivers,
    steps: parts.processors.map((id, index) => {
      const type = canonicalType('processors', id);
      return {
        id,
        type,
        path: [...path, 'processors', index],
        role: roles.get(id) ?? roleOf(type, {}),
      };
    }),
    hosts: receivers.flatMap(({ id, type, isConnector: isInner }) =>
      type === 'host_metrics' && !isInner
        ? [toHost(settingsAt(settings, 'receivers', id), ['receivers', id], isSet)]
        : [],
    ),
    sendsTo: parts.exporters.map((id, index) => ({
      id,
      type: isConnector(id) ? 'connector' : canonicalType('exporters', id),
      path: [...path, 'exporters', index],
    })),
  };
};

const toHost = (receiver: Settings, path: Path, isSet: IsSet): Host => {
  const scrapers = settingsAt(receiver, 'scrapers');
  const pid = settingsAt(scrapers, 'process', 'resource_attributes', 'process.pid');
  return {
    path,
    hasProcesses: Object.hasOwn(scrapers, 'process'),
    collectsPid: pid['enabled'] !== false,
    intervalSeconds: secondsOf(receiver['collection_interval'] ?? '1m', isSet),
  };
};

const secondsOf = (node: SettingsNode, isSet: IsSet): number | undefined => {
  if (typeof node !== 'string') return undefined;
  const resolved = resolveText(node, isSet);
  return resolved === LATER || resolved === LATER_TEXT ? undefined : goDurationSeconds(resolved.text);
};

const memoryLimiter = ({ pipeline, steps, receivers }: Route): readonly Remark[] => {
  const isFed = receivers.some(({ isConnector }) => !isConnector);
  if (!isFed || steps[0]?.type === 'memory_limiter') return [];
  const late = steps.find(({ type }) => type === 'memory_limiter');
  return [
    remark(
      'memory-limiter-not-first',
      late?.path ?? pipeline.path,
      late === undefined
        ? `pipeline ${pipeline.key} has no memory_limiter`
        : `"${late.id}" stands behind other processors in pipeline ${pipeline.key}`,
      'put memory_limiter first among the processors',
    ),
  ];
};

const limits = (settings: Settings): readonly Remark[] =>
  Object.keys(settingsAt(settings, 'processors')).flatMap((id) => {
    const { limit_mib: fixed, limit_percentage: share } = settingsAt(settings, 'processors', id);
    return typeOf(id) === 'memory_limiter' && Number(fixed) > 0 && Number(share) > 0
      ? [
          remark(
            'limit-passed-over',
            ['processors', id, 'limit_percentage'],
            'limit_mib counts, and limit_percentage is passed over',
            'keep one of them',
          ),
        ]
      : [];
  });

const batches = ({ pipeline, steps }: Route): readonly Remark[] => {
  const batch = steps.findIndex(({ role }) => role.batches);
  const after = batch < 0 ? [] : steps.slice(batch + 1);
  const dropping = after.find(({ role }) => role.drops);
  if (dropping !== undefined)
    return [
      remark(
        'drop-after-batch',
        dropping.path,
        `"${dropping.id}" drops from batches that are full already`,
        `put it before "${steps[batch]?.id}"`,
      ),
    ];
  const [first] = after;
  return first === undefined
    ? []
    : [
        remark(
          'batch-not-last',
          first.path,
          `"${first.id}" stands behind the batch in pipeline ${pipeline.key}`,
          'put batch last among the processors',
        ),
      ];
};

const deltaAfterIdentity = ({ steps }: Route): readonly Remark[] =>
  steps.flatMap(({ role, id, path }, index) => {
    const before = steps.slice(0, index).find((step) => step.role.losesIdentity);
    return role.makesDelta && before !== undefined
      ? [
          remark(
            'delta-after-identity',
            path,
            `"${id}" stands behind "${before.id}", which takes away what tells streams apart`,
            `put it before "${before.id}"`,
          ),
        ]
      : [];
  });

const identityLost = ({ steps, hosts }: Route): readonly Remark[] => {
  const processes = hosts.filter(({ hasProcesses }) => hasProcesses);
  const [source] = processes.filter(({ collectsPid }) => !collectsPid);
  const losing = processes.length === 0 ? -1 : steps.findIndex(({ role }) => role.losesPid);
  if (source === undefined && losing < 0) return [];
  const after = steps.slice(Math.max(losing, 0));
  const isMended = after.some(({ role }) => role.regroups) && after.some(({ role }) => role.aggregates);
  return isMended
    ? []
    : [
        remark(
          'identity-lost',
          steps[losing]?.path ?? source?.path ?? [],
          'without process.pid the series of several processes are the same',
          'keep it, or add groupbyattrs: {} and aggregate_on_attributes behind it',
        ),
      ];
};

const intervals = ({ steps, hosts, sendsTo }: Route): readonly Remark[] => {
  const thinning = steps.findIndex(({ type }) => type === 'interval');
  const isGauged = steps.slice(0, Math.max(thinning, 0)).some(({ role }) => role.makesGauges);
  const isPrometheus = sendsTo.some(({ type }) => type.startsWith('prometheus'));
  return [
    ...(thinning >= 0 && hosts.length > 0 && !isGauged
      ? [
          remark(
            'interval-passes-sums',
            steps[thinning]?.path ?? [],
            'sums that may fall, as memory and threads of processes, pass unthinned',
            'turn them into gauges before it: convert_sum_to_gauge()',
          ),
        ]
      : []),
    ...hosts
      .filter(({ intervalSeconds }) => isPrometheus && (intervalSeconds ?? 0) > 120)
      .map(({ path, intervalSeconds }) =>
        remark(
          'interval-too-long',
          [...path, 'collection_interval'],
          `Prometheus forgets a series after five minutes, and this one comes every ${intervalSeconds} s`,
          'collect at least every 120 s',
        ),
      ),
  ];
};

const truncations = ({ steps, hosts }: Route): readonly Remark[] =>
  steps.flatMap(({ role, path, id }) => {
    const other = hosts.find(
      ({ intervalSeconds }) =>
        intervalSeconds !== undefined && role.truncatesTo.some((seconds) => seconds !== intervalSeconds),
    );
    return other === undefined
      ? []
      : [
          remark(
            'truncation-differs',
            path,
            `"${id}" cuts times to ${role.truncatesTo.join(' and ')} s, and data comes every ${other.intervalSeconds} s`,
            'write the same duration in both',
          ),
        ];
  });

/** Follows delta values through the pipelines, and through connectors into the next. */
const deltas = (routes: readonly Route[]): readonly Remark[] => {
  const routesByReceiver = Map.groupBy(
    routes.flatMap((route) => route.receivers.map(({ id }) => ({ id, route }))),
    ({ id }) => id,
  );
  const waiting = routes
    .filter(({ receivers }) => receivers.some(({ isConnector }) => !isConnector))
    .map((route) => ({ route, isDelta: false }));
  const seen = new Set<string>();
  const reached = new Map<string, Remark>();
  for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
    const { route, isDelta: isDeltaBefore } = visit;
    const name = `${isDeltaBefore} ${route.pipeline.key}`;
    if (seen.has(name)) continue;
    seen.add(name);
    const isDelta = route.steps.reduce(
      (delta, { role }) => (role.makesDelta ? true : role.makesCumulative ? false : delta),
      isDeltaBefore,
    );
    for (const { id, type, path } of route.sendsTo) {
      if (type === 'connector')
        for (const next of routesByReceiver.get(id) ?? []) waiting.push({ route: next.route, isDelta });
      if (type === 'prometheus_remote_write' && isDelta)
        reached.set(
          path.join('/'),
          remark(
            'delta-to-remote-write',
            path,
            `"${id}" gets delta values, and drops them`,
            'put delta_to_cumulative before it',
          ),
        );
    }
  }
  return [...reached.values()];
};
