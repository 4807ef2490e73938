import * as z from 'zod';
import { Instant } from '../../kernel/instant.ts';

/** Which programme it is, by its image. `opentelemetry` is every build that reads collector settings and no vendor names. */
export const COLLECTOR_PRODUCTS = {
  opentelemetry: 'OpenTelemetry Collector',
  adot: 'AWS Distro for OpenTelemetry',
  nrdot: 'New Relic distribution of OpenTelemetry',
  splunk: 'Splunk distribution of OpenTelemetry',
  alloy: 'Grafana Alloy',
  grafana_agent: 'Grafana Agent',
  datadog_agent: 'Datadog Agent',
  fluent_bit: 'Fluent Bit',
} as const;
export const CollectorProduct = z.enum(
  Object.keys(COLLECTOR_PRODUCTS) as [keyof typeof COLLECTOR_PRODUCTS, ...(keyof typeof COLLECTOR_PRODUCTS)[]],
);
export type CollectorProduct = z.infer<typeof CollectorProduct>;

export const WORKLOAD_KINDS = ['DaemonSet', 'Deployment', 'StatefulSet', 'OpenTelemetryCollector'] as const;
export type WorkloadKind = (typeof WORKLOAD_KINDS)[number];

/** Where a collector has its settings from, in the order in which it merges them. */
export const SettingsSource = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('config_map'), namespace: z.string(), name: z.string(), key: z.string() }),
  z.object({ kind: z.literal('custom_resource'), namespace: z.string(), name: z.string() }),
  /** a text in the pod's own specification: an argument or a variable */
  z.object({ kind: z.literal('pod'), name: z.string() }),
  /** why nobody here can read them */
  z.object({ kind: z.literal('out_of_reach'), why: z.string() }),
]);
export type SettingsSource = z.infer<typeof SettingsSource>;

/** Where settings are, in few words. */
export const sourceName = (source: SettingsSource): string => {
  switch (source.kind) {
    case 'config_map':
      return `ConfigMap ${source.name}, ${source.key}`;
    case 'custom_resource':
      return `OpenTelemetryCollector ${source.name}`;
    case 'pod':
      return source.name;
    case 'out_of_reach':
      return 'out of reach';
  }
};

/** `workload kind.namespace.name.container`: the same collector has the same id at each look. */
export const CollectorId = z
  .string()
  .regex(/^[a-z]+(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?){2,}$/, 'expected an id such as daemonset.observability.agent.otc')
  .max(420)
  .brand<'CollectorId'>();
export type CollectorId = z.infer<typeof CollectorId>;

/** A collector of somebody's as it is on a cluster; nothing of it was changed to know this. */
export const SeenCollector = z.object({
  id: CollectorId,
  product: CollectorProduct,
  workload: z.object({ kind: z.enum(WORKLOAD_KINDS), namespace: z.string(), name: z.string() }),
  container: z.string(),
  managedBy: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('helm'), release: z.string(), chart: z.string().nullable() }),
    z.object({ kind: z.literal('operator'), name: z.string() }),
    z.object({ kind: z.literal('hand') }),
  ]),
  image: z.string(),
  /** what its pods run; null while they run different ones or none runs */
  imageDigest: z.string().nullable(),
  version: z.string().nullable(),
  nodes: z.array(z.string()),
  settingsFrom: z.array(SettingsSource),
});
export type SeenCollector = z.infer<typeof SeenCollector>;

/** `testable`: can be the baseline of an experiment; `preview_only`: its settings can be played; `not`: neither. */
export const FITNESSES = ['testable', 'preview_only', 'not'] as const;

export const FITNESS_WORDS = {
  testable: 'tested',
  preview_only: 'only previewed',
  not: 'neither tested nor previewed',
} as const satisfies Record<(typeof FITNESSES)[number], string>;

/** What can be done with a collector's settings. */
export const Fitness = z.object({
  fitness: z.enum(FITNESSES),
  /** why no more can be done, and what running them beside the original changes; a sentence each */
  reasons: z.array(z.string()),
  /** its settings with secrets as references; null: they cannot be read, or are none of a collector */
  settings: z.string().nullable(),
});
export type Fitness = z.infer<typeof Fitness>;

export const FoundCollector = SeenCollector.extend(Fitness.shape);
export type FoundCollector = z.infer<typeof FoundCollector>;

/** A right that looking for collectors needs and does not have, and the rule of a ClusterRole that gives it. */
export const MissingRight = z.object({
  resource: z.string(),
  message: z.string(),
  rule: z.object({ apiGroups: z.array(z.string()), resources: z.array(z.string()), verbs: z.array(z.string()) }),
});
export type MissingRight = z.infer<typeof MissingRight>;

/** The rules of a ClusterRole that give what is missing, as YAML: each on a line, ready to be copied. */
export const missingRules = (missing: readonly MissingRight[]): string =>
  ['rules:', ...missing.map(({ rule }) => `  - ${JSON.stringify(rule)}`)].join('\n');

/** What a look for collectors found. */
export const CollectorReport = z.object({
  seenAt: Instant,
  collectors: z.array(FoundCollector),
  missing: z.array(MissingRight),
});
export type CollectorReport = z.infer<typeof CollectorReport>;
