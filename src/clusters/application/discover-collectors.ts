import { accept, type Outcome } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { Cluster } from '../domain/cluster.ts';
import {
  COLLECTOR_PRODUCTS,
  type CollectorReport,
  type FoundCollector,
  type MissingRight,
  type SettingsSource,
} from '../domain/collector.ts';
import { type Recognised, recogniseCollectors, runningOf } from '../domain/recognise-collectors.ts';
import { DISCOVERY_RIGHTS, describeResource, type Right, ruleOf } from '../domain/rights.ts';
import type { Place } from '../domain/settings-places.ts';
import type { ClusterConnection, ClusterFailure, ClusterStore, JudgeSettings } from './ports.ts';

export interface DiscoverPorts {
  readonly clusters: ClusterStore;
  readonly judgeSettings: JudgeSettings;
  readonly clock: Clock;
}

/**
 * Finds the collectors of everybody on a cluster and says what can be done with each. Only reads; a kind that we may not
 * read is told with the rule that would let us, and the rest is found all the same.
 */
export const makeDiscoverCollectors =
  ({ clusters, judgeSettings, clock }: DiscoverPorts) =>
  async (connection: ClusterConnection, cluster: Cluster): Promise<Outcome<CollectorReport, ClusterFailure>> => {
    const seen = await connection.workloads();
    if (!seen.accepted) return seen;
    const looks = await Promise.all(recogniseCollectors(seen.value.objects).map((each) => lookInto(connection, each)));
    const failed = looks.find((look) => !look.accepted);
    if (failed !== undefined) return failed;
    const found = looks.flatMap((look) => (look.accepted ? [look.value] : []));
    const forbidden = new Set<Right>([...seen.value.forbidden, ...found.flatMap((each) => each.forbidden)]);
    const report: CollectorReport = {
      seenAt: clock.now(),
      collectors: found.map(({ collector, texts }) => ({
        ...collector,
        ...fitnessOf(collector, texts, cluster, judgeSettings),
      })),
      missing: [...forbidden].map(missingRight),
    };
    await clusters.recordCollectors(cluster, report);
    return accept(report);
  };

type Seen = Omit<FoundCollector, 'fitness' | 'reasons' | 'settings'>;

interface Look {
  readonly collector: Seen;
  /** its settings, in the order in which it merges them; null: not all of them can be read */
  readonly texts: readonly string[] | null;
  readonly forbidden: readonly Right[];
}

/** Its pods and its settings: what the cluster has where the collector reads, else what the operator was given. */
const lookInto = async (
  connection: ClusterConnection,
  { seen, podLabels, places, ofOperator }: Recognised,
): Promise<Outcome<Look, ClusterFailure>> => {
  const { namespace } = seen.workload;
  const pods = podLabels === null ? accept([]) : orForbidden(await connection.pods(namespace, podLabels));
  if (!pods.accepted) return pods;
  const read: ReadPlace[] = [];
  for (const place of places) {
    const outcome = await readPlace(connection, place);
    if (!outcome.accepted) return outcome;
    read.push(outcome.value);
  }
  const isReadable = read.every(({ text }) => text !== null);
  const [usable] =
    isReadable || ofOperator?.kind !== 'text' ? [read] : [[{ source: ofOperator.from, text: ofOperator.text }]];
  const texts = usable.flatMap(({ text }) => text ?? []);
  return accept({
    collector: {
      ...seen,
      ...runningOf(pods.value ?? [], seen.container),
      settingsFrom: usable.map(({ source }) => source),
    },
    texts: texts.length > 0 && texts.length === usable.length ? texts : null,
    forbidden: [
      ...(pods.value === null ? [DISCOVERY_RIGHTS.pods] : []),
      ...(read.some(({ isForbidden }) => isForbidden) ? [DISCOVERY_RIGHTS.configMaps] : []),
    ],
  });
};

interface ReadPlace {
  readonly source: SettingsSource;
  readonly text: string | null;
  readonly isForbidden?: boolean;
}

const readPlace = async (connection: ClusterConnection, place: Place): Promise<Outcome<ReadPlace, ClusterFailure>> => {
  switch (place.kind) {
    case 'text':
      return accept({ source: place.from, text: place.text });
    case 'out_of_reach':
      return accept({ source: place, text: null });
    case 'config_map': {
      const { namespace, name, key } = place;
      const data = await connection.configMap(namespace, name);
      if (!data.accepted) {
        if (data.refusal.code !== 'cluster-forbidden') return data;
        const why = `its settings are in the ConfigMap ${namespace}/${name}, which we may not read`;
        return accept({ source: { kind: 'out_of_reach', why }, text: null, isForbidden: true });
      }
      const text = data.value?.[key];
      if (text !== undefined) return accept({ source: place, text });
      const what = data.value === null ? 'which does not exist' : `which has no ${key}`;
      const why = `its settings are in the ConfigMap ${namespace}/${name}, ${what}`;
      return accept({ source: { kind: 'out_of_reach', why }, text: null });
    }
  }
};

/** null: we may not. */
const orForbidden = <T>(outcome: Outcome<T, ClusterFailure>): Outcome<T | null, ClusterFailure> =>
  !outcome.accepted && outcome.refusal.code === 'cluster-forbidden' ? accept(null) : outcome;

const fitnessOf = (
  collector: Seen,
  texts: readonly string[] | null,
  cluster: Cluster,
  judge: JudgeSettings,
): Pick<FoundCollector, 'fitness' | 'reasons' | 'settings'> => {
  if (texts !== null) {
    const { allowedDestinations } = cluster.settings;
    return judge({ texts, version: collector.version, allowedDestinations });
  }
  const outOfReach = collector.settingsFrom.flatMap((source) => (source.kind === 'out_of_reach' ? [source.why] : []));
  const product = COLLECTOR_PRODUCTS[collector.product];
  const reasons =
    outOfReach.length > 0
      ? outOfReach
      : [`${product} has settings of its own kind, which no OpenTelemetry Collector reads`];
  return { fitness: 'not', reasons, settings: null };
};

const missingRight = (right: Right): MissingRight => ({
  resource: describeResource(right),
  message: `may not ${right.verbs.join(', ')} ${describeResource(right)} in the whole cluster, so collectors may be missing here or lack their settings`,
  rule: ruleOf(right),
});
