import { EXPORTER_SETTINGS } from './exporters.ts';
import { EXTENSION_SETTINGS } from './extensions.ts';
import { PROCESSOR_SETTINGS } from './processors.ts';
import { RECEIVER_SETTINGS } from './receivers.ts';
import { type SectionShape, section } from './shape.ts';

/** The version whose components, settings and functions stand here; a test holds them against the program itself. */
export const COLLECTOR_VERSION = '0.159.0';

export const COMPONENT_KINDS = ['receivers', 'processors', 'exporters', 'connectors', 'extensions'] as const;
export type ComponentKind = (typeof COMPONENT_KINDS)[number];

export const SIGNALS = ['metrics', 'logs', 'traces'] as const;
export type Signal = (typeof SIGNALS)[number];

export type Stability = 'development' | 'alpha' | 'beta' | 'stable';

export interface Component {
  /** names of before that the collector still takes */
  readonly aliases: readonly string[];
  /** signals it carries, each with how settled it is; extensions none */
  readonly signals: Readonly<Partial<Record<Signal, Stability>>>;
  /** what a connector makes of what: from the signal that goes in to those that come out */
  readonly pairs: Readonly<Partial<Record<Signal, Readonly<Partial<Record<Signal, Stability>>>>>>;
  /** undefined: it exists, and our build of the collector does not have it */
  readonly settings: SectionShape | undefined;
  /** of an extension, how settled it is */
  readonly stability?: Stability;
}

const all = (stability: Stability) => ({ metrics: stability, logs: stability, traces: stability });

const built = (settings: SectionShape, signals: Component['signals'], ...aliases: readonly string[]): Component => ({
  aliases,
  signals,
  pairs: {},
  settings,
});

const elsewhere = (signals: Component['signals'], ...aliases: readonly string[]): Component => ({
  aliases,
  signals,
  pairs: {},
  settings: undefined,
});

const connector = (settings: SectionShape | undefined, pairs: Component['pairs'], ...aliases: readonly string[]) => ({
  aliases,
  signals: Object.fromEntries(
    SIGNALS.flatMap((signal) => {
      const stability = pairs[signal] === undefined ? undefined : Object.values(pairs[signal])[0];
      return stability === undefined ? [] : [[signal, stability]];
    }),
  ),
  pairs,
  settings,
});

const toItself = (stability: Stability): Component['pairs'] => ({
  metrics: { metrics: stability },
  logs: { logs: stability },
  traces: { traces: stability },
});

const anyToMetrics = (stability: Stability): Component['pairs'] => ({
  metrics: { metrics: stability },
  logs: { metrics: stability },
  traces: { metrics: stability },
});

/**
 * Components by kind and by their name of today. Those of our build (local/collector/builder.yaml) with their settings;
 * of the others those that templates of a fuller build and many people use, so that a finding can say what is the matter.
 */
export const COMPONENTS: Readonly<Record<ComponentKind, Readonly<Record<string, Component>>>> = {
  receivers: {
    file_log: elsewhere({ logs: 'beta' }, 'filelog'),
    host_metrics: built(RECEIVER_SETTINGS.host_metrics, { metrics: 'beta', logs: 'development' }, 'hostmetrics'),
    otlp: built(RECEIVER_SETTINGS.otlp, all('stable')),
    prometheus: elsewhere({ metrics: 'beta' }),
  },
  processors: {
    attributes: built(PROCESSOR_SETTINGS.attributes, all('beta')),
    batch: built(PROCESSOR_SETTINGS.batch, all('beta')),
    cardinality_guardian: elsewhere({ metrics: 'alpha' }),
    cumulative_to_delta: built(PROCESSOR_SETTINGS.cumulative_to_delta, { metrics: 'beta' }, 'cumulativetodelta'),
    delta_to_cumulative: built(PROCESSOR_SETTINGS.delta_to_cumulative, { metrics: 'alpha' }, 'deltatocumulative'),
    filter: built(PROCESSOR_SETTINGS.filter, all('alpha')),
    groupbyattrs: built(PROCESSOR_SETTINGS.groupbyattrs, all('beta')),
    interval: built(PROCESSOR_SETTINGS.interval, { metrics: 'alpha' }),
    k8s_attributes: elsewhere(all('beta'), 'k8sattributes'),
    log_dedup: elsewhere({ logs: 'alpha' }, 'logdedup'),
    memory_limiter: built(PROCESSOR_SETTINGS.memory_limiter, all('beta')),
    metric_start_time: elsewhere({ metrics: 'beta' }),
    metrics_transform: built(PROCESSOR_SETTINGS.metrics_transform, { metrics: 'beta' }, 'metricstransform'),
    metricsgeneration: elsewhere({ metrics: 'alpha' }),
    probabilistic_sampler: elsewhere({ traces: 'beta', logs: 'alpha' }),
    resource: built(PROCESSOR_SETTINGS.resource, all('beta')),
    resource_detection: elsewhere(all('beta'), 'resourcedetection'),
    tail_sampling: elsewhere({ traces: 'beta' }),
    transform: built(PROCESSOR_SETTINGS.transform, all('beta')),
  },
  exporters: {
    debug: built(EXPORTER_SETTINGS.debug, all('alpha')),
    file: elsewhere(all('alpha')),
    load_balancing: elsewhere({ traces: 'beta', logs: 'beta', metrics: 'development' }, 'loadbalancing'),
    nop: built(EXPORTER_SETTINGS.nop, all('beta')),
    otlp_grpc: built(EXPORTER_SETTINGS.otlp_grpc, all('stable'), 'otlp'),
    otlp_http: built(EXPORTER_SETTINGS.otlp_http, all('stable'), 'otlphttp'),
    prometheus: built(EXPORTER_SETTINGS.prometheus, { metrics: 'beta' }),
    prometheus_remote_write: built(
      EXPORTER_SETTINGS.prometheus_remote_write,
      { metrics: 'beta' },
      'prometheusremotewrite',
    ),
  },
  connectors: {
    count: connector(undefined, anyToMetrics('alpha')),
    forward: connector(section({}), toItself('beta')),
    round_robin: connector(undefined, toItself('beta'), 'roundrobin'),
    routing: connector(undefined, toItself('alpha')),
    signal_to_metrics: connector(undefined, anyToMetrics('alpha'), 'signaltometrics'),
    span_metrics: connector(undefined, { traces: { metrics: 'alpha' } }, 'spanmetrics'),
    sum: connector(undefined, anyToMetrics('alpha')),
  },
  extensions: {
    cgroup_runtime: elsewhere({}, 'cgroupruntime'),
    file_storage: elsewhere({}),
    health_check: { ...built(EXTENSION_SETTINGS.health_check, {}), stability: 'alpha' },
    opamp: elsewhere({}),
    sigv4auth: elsewhere({}),
    zpages: elsewhere({}),
  },
};

/** The component of this type under its name of today; undefined where nobody here has heard of it. */
export const findComponent = (kind: ComponentKind, type: string): NamedComponent | undefined => BY_TYPE[kind].get(type);

interface NamedComponent {
  readonly name: string;
  readonly component: Component;
}

const byType = (kind: ComponentKind): ReadonlyMap<string, NamedComponent> =>
  new Map(
    Object.entries(COMPONENTS[kind]).flatMap(([name, component]) =>
      [...component.aliases, name].map((type) => [type, { name, component }]),
    ),
  );

const BY_TYPE: Readonly<Record<ComponentKind, ReadonlyMap<string, NamedComponent>>> = {
  receivers: byType('receivers'),
  processors: byType('processors'),
  exporters: byType('exporters'),
  connectors: byType('connectors'),
  extensions: byType('extensions'),
};

/** `prometheus_remote_write/second` → `prometheus_remote_write`. */
export const typeOf = (id: string): string => id.split('/')[0] ?? '';

/** The id with the name of today in front, so that an alias and its component are the same. */
export const canonicalId = (kind: ComponentKind, id: string): string => {
  const [, ...name] = id.split('/');
  return [canonicalType(kind, id), ...name].join('/');
};

/** `prometheusremotewrite/second` → `prometheus_remote_write`; the type itself where nobody here has heard of it. */
export const canonicalType = (kind: ComponentKind, id: string): string =>
  findComponent(kind, typeOf(id))?.name ?? typeOf(id);
