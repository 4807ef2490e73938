/** What the pinned collector (0.159) holds, proven against the program itself by test/e2e/validation.test.ts. */
export const COMPONENT_KINDS = ['receivers', 'processors', 'exporters', 'connectors', 'extensions'] as const;
export type ComponentKind = (typeof COMPONENT_KINDS)[number];

export const SIGNALS = ['metrics', 'logs', 'traces'] as const;
export type Signal = (typeof SIGNALS)[number];

export type Stability = 'development' | 'alpha' | 'beta' | 'stable';

export interface Component {
  /** names of before that the collector still takes */
  readonly aliases: readonly string[];
  /** signals it carries, each with how settled it is; connectors carry each to the same; extensions none */
  readonly signals: Readonly<Partial<Record<Signal, Stability>>>;
}

const all = (stability: Stability) => ({ metrics: stability, logs: stability, traces: stability });
const component = (signals: Component['signals'], ...aliases: readonly string[]): Component => ({ aliases, signals });

export const COMPONENTS: Readonly<Record<ComponentKind, Readonly<Record<string, Component>>>> = {
  receivers: {
    host_metrics: component({ metrics: 'beta', logs: 'development' }, 'hostmetrics'),
    otlp: component(all('stable')),
  },
  processors: {
    attributes: component(all('beta')),
    batch: component(all('beta')),
    cumulative_to_delta: component({ metrics: 'beta' }, 'cumulativetodelta'),
    delta_to_cumulative: component({ metrics: 'alpha' }, 'deltatocumulative'),
    filter: component(all('alpha')),
    groupbyattrs: component(all('beta')),
    interval: component({ metrics: 'alpha' }),
    memory_limiter: component(all('beta')),
    metrics_transform: component({ metrics: 'beta' }, 'metricstransform'),
    resource: component(all('beta')),
    transform: component(all('beta')),
  },
  exporters: {
    debug: component(all('alpha')),
    nop: component(all('beta')),
    otlp_grpc: component(all('stable'), 'otlp'),
    otlp_http: component(all('stable'), 'otlphttp'),
    prometheus: component({ metrics: 'beta' }),
    prometheus_remote_write: component({ metrics: 'beta' }, 'prometheusremotewrite'),
  },
  connectors: { forward: component(all('beta')) },
  extensions: { health_check: component({}) },
};

/** The component of this type under its name of today; undefined where the pinned collector has none. */
export const findComponent = (
  kind: ComponentKind,
  type: string,
): { readonly name: string; readonly component: Component } | undefined => {
  const found = Object.entries(COMPONENTS[kind]).find(([name, { aliases }]) => name === type || aliases.includes(type));
  return found === undefined ? undefined : { name: found[0], component: found[1] };
};
