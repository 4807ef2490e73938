import { pointerOf } from '../../kernel/pointer.ts';
import { type ComponentKind, canonicalType } from './components/registry.ts';
import { remoteWriteExporter, STORE } from './frame.ts';
import { isHostMetrics } from './metric-set.ts';
import { type Settings, settingsAt } from './settings-tree.ts';
import { extensionsOf, type Pipeline, pipelinesOf } from './validation/wiring.ts';

/** What of settings does not run beside the original, and why; the pointer is into the settings as they were. */
export interface ShadowChange {
  readonly pointer: string;
  readonly sentence: string;
}

export interface Shadow {
  /** pipelines of metrics that read the node, with their exporters as they were */
  readonly pipelines: readonly Pipeline[];
  readonly changes: readonly ShadowChange[];
}

/**
 * What of a collector's settings can run a second time on the same node without touching the original: what reads the
 * node itself, and what is done with that. Whatever is pushed to the original, exists once per cluster, or keeps a place
 * of its own is left out, each with a sentence.
 */
export const shadowOf = (settings: Settings): Shadow => {
  const all = pipelinesOf(settings);
  const metrics = all.filter(({ signal }) => signal === 'metrics');
  const connectors = settingsAt(settings, 'connectors');
  const kept = fed(
    metrics.map((pipeline) => ({
      ...pipeline,
      parts: {
        ...pipeline.parts,
        receivers: pipeline.parts.receivers.filter((id) => isHostMetrics(id) || Object.hasOwn(connectors, id)),
        processors: pipeline.parts.processors.filter((id) => !isOfTheApi(id)),
      },
    })),
    connectors,
  );
  const keptKeys = new Set(kept.map(({ key }) => key));
  return {
    pipelines: kept,
    changes: [
      ...all.filter(({ signal }) => signal !== 'metrics').map(otherSignal),
      ...metrics.filter(({ key }) => !keptKeys.has(key)).map(withoutInput),
      ...leftOut(metrics, 'receivers', (id) => !isHostMetrics(id) && !Object.hasOwn(connectors, id), receiverLeftOut),
      ...leftOut(metrics, 'processors', isOfTheApi, () => API_PROCESSOR),
      ...leftOut(
        kept,
        'exporters',
        (id) => !Object.hasOwn(connectors, id),
        () => EXPORTER,
      ),
      ...hostReceivers(kept).flatMap((id) => podOnly(settings, id)),
      ...extensionsOf(settings).map((id) => ({
        pointer: pointerOf(['extensions', id]),
        sentence: extensionLeftOut(id),
      })),
    ],
  };
};

/** The shadow as settings by themselves: what it keeps as its author wrote it, sending to the measurement store alone. */
export const shadowSettings = (settings: Settings): Settings => {
  const { pipelines } = shadowOf(settings);
  const connectors = settingsAt(settings, 'connectors');
  const used = new Set(pipelines.flatMap(({ parts }) => [...parts.receivers, ...parts.processors, ...parts.exporters]));
  const kept = (kind: ComponentKind): Settings =>
    Object.fromEntries(Object.entries(settingsAt(settings, kind)).filter(([id]) => used.has(id)));
  const between = kept('connectors');
  return {
    receivers: kept('receivers'),
    processors: kept('processors'),
    ...(Object.keys(between).length === 0 ? {} : { connectors: between }),
    exporters: { [STORE]: remoteWriteExporter('none') },
    service: {
      pipelines: Object.fromEntries(
        pipelines.map(({ key, parts: { receivers, processors, exporters } }) => {
          const onwards = exporters.filter((id) => Object.hasOwn(connectors, id));
          const ends = onwards.length < exporters.length ? [STORE] : [];
          return [key, { receivers, processors, exporters: [...onwards, ...ends] }];
        }),
      ),
    },
  };
};

/** Pipelines into which anything comes: of the node, or through a connector from one of them. */
const fed = (pipelines: readonly Pipeline[], connectors: Settings): readonly Pipeline[] => {
  const rest = pipelines.filter(({ parts }) =>
    parts.receivers.some(
      (id) => !Object.hasOwn(connectors, id) || pipelines.some((other) => other.parts.exporters.includes(id)),
    ),
  );
  if (rest.length < pipelines.length) return fed(rest, connectors);
  // beside what reads the node, nothing comes through a connector that only other signals feed
  const feeding = rest.flatMap(({ parts }) => parts.exporters);
  return rest.map((pipeline) => ({
    ...pipeline,
    parts: {
      ...pipeline.parts,
      receivers: pipeline.parts.receivers.filter((id) => !Object.hasOwn(connectors, id) || feeding.includes(id)),
    },
  }));
};

const hostReceivers = (pipelines: readonly Pipeline[]): readonly string[] => [
  ...new Set(pipelines.flatMap(({ parts }) => parts.receivers).filter(isHostMetrics)),
];

/** What a pod that sees /proc and /sys of its node cannot tell of it. */
const POD_ONLY: Readonly<Record<string, string>> = {
  network: 'tells of the interfaces of the pod, not of those of the node',
  filesystem: 'tells of the mounts of the pod, not of those of the node',
};

const podOnly = (settings: Settings, id: string): readonly ShadowChange[] =>
  Object.keys(settingsAt(settings, 'receivers', id, 'scrapers')).flatMap((scraper) => {
    const what = POD_ONLY[scraper];
    const pointer = pointerOf(['receivers', id, 'scrapers', scraper]);
    return what === undefined
      ? []
      : [{ pointer, sentence: `${id}, scraper ${scraper}, ${what}, in both variants alike` }];
  });

const isOfTheApi = (id: string): boolean => canonicalType('processors', id) === 'k8s_attributes';

const leftOut = (
  pipelines: readonly Pipeline[],
  part: keyof Pipeline['parts'],
  isLeftOut: (id: string) => boolean,
  because: (id: string) => string,
): readonly ShadowChange[] =>
  [...new Set(pipelines.flatMap(({ parts }) => parts[part]).filter(isLeftOut))].map((id) => ({
    pointer: pointerOf([part, id]),
    sentence: `${id} ${because(id)}`,
  }));

const otherSignal = ({ key }: Pipeline): ShadowChange => ({
  pointer: pointerOf(['service', 'pipelines', key]),
  sentence: `pipeline ${key} is left out: an experiment measures metrics`,
});

const withoutInput = ({ key }: Pipeline): ShadowChange => ({
  pointer: pointerOf(['service', 'pipelines', key]),
  sentence: `pipeline ${key} is left out: nothing in it comes from the node`,
});

const API_PROCESSOR =
  'is left out: it asks the API of the cluster about pods, which collectors of experiments may not, and metrics of the node are of no pod';
const EXPORTER =
  'is replaced: what it would send goes to the measurement store, and nothing to where the original sends';

const PUSHED =
  'is left out: data is pushed to the port of the original, which keeps it, and nothing would come to a second one';
const ONCE = 'is left out: it runs once per cluster, and a second one would take its place or count everything twice';
const KUBELET =
  'is left out: it asks the kubelet with an account of its own, which collectors of experiments do not have';
const FILES = 'is left out: it reads files and keeps where it was, which is for the original alone';
const SCRAPES = 'is left out: it would ask its targets a second time';
const ELSEWHERE = 'is left out: it reads something other than the node';

/** By the name of today. */
const WHY_BY_RECEIVER: ReadonlyMap<string, string> = new Map(
  (
    [
      [
        PUSHED,
        'otlp jaeger zipkin opencensus statsd carbon collectd influxdb signalfx sapm splunk_hec fluent_forward syslog tcp_log tcplog udp_log udplog datadog prometheus_remote_write prometheusremotewrite webhookevent kafka awsxray',
      ],
      [
        ONCE,
        'k8s_cluster k8s_events k8s_objects k8sobjects k8s_leader_elector receiver_creator awscontainerinsightreceiver',
      ],
      [KUBELET, 'kubelet_stats kubeletstats'],
      [FILES, 'file_log filelog journald otlp_json_file otlpjsonfile file_stats filestats'],
      [SCRAPES, 'prometheus prometheus_simple http_check httpcheck'],
    ] as const
  ).flatMap(([why, types]) => types.split(' ').map((type) => [type, why] as const)),
);

const receiverLeftOut = (id: string): string => WHY_BY_RECEIVER.get(canonicalType('receivers', id)) ?? ELSEWHERE;

const extensionLeftOut = (id: string): string => {
  switch (canonicalType('extensions', id)) {
    case 'file_storage':
      return `${id} is left out: offsets and queues on the disk are those of the original`;
    case 'k8s_leader_elector':
      return `${id} is left out: a second one would take part in the election of the original`;
    case 'health_check':
      return `${id} is replaced by that of every collector of an experiment`;
    default:
      return `${id} is left out: it serves parts that are not in a shadow`;
  }
};
