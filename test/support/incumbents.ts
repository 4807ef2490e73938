import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { memoryClusterConnection } from '../../src/clusters/adapters/memory-cluster-connection.ts';
import { memoryClusterStore } from '../../src/clusters/adapters/memory-cluster-store.ts';
import { makeDiscoverCollectors } from '../../src/clusters/application/discover-collectors.ts';
import type { Cluster, KubernetesObject } from '../../src/clusters/domain/cluster.ts';
import type { CollectorReport } from '../../src/clusters/domain/collector.ts';
import type { Clock } from '../../src/kernel/ports.ts';
import { systemIds } from '../../src/kernel/system.ts';
import { judgeIncumbent } from '../../src/pipelines/domain/incumbent.ts';
import { CLUSTER_FIXTURE } from './fixture-world.ts';
import { T0 } from './platform.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/incumbents');
const SETTINGS = join(import.meta.dirname, '../fixtures/incumbent-settings');

/** Settings as people run them, each with something that must not run twice. */
export const INCUMBENT_SETTINGS: readonly (readonly [name: string, yaml: string])[] = readdirSync(SETTINGS).map(
  (file) => [basename(file, '.yaml'), readFileSync(join(SETTINGS, file), 'utf8')],
);

/** What others have on a cluster, as their manifests and the cluster say: one file for each way of running a collector. */
export const incumbentObjects = (name: string): readonly KubernetesObject[] =>
  parseAllDocuments(readFileSync(join(FOLDER, `${name}.yaml`), 'utf8')).map(
    (document) => document.toJS() as KubernetesObject,
  );

/** What a look for collectors finds of them on this cluster. */
export const reportOn = async (cluster: Cluster, names: readonly string[], clock: Clock): Promise<CollectorReport> => {
  const connection = memoryClusterConnection({ namespace: cluster.settings.namespace });
  connection.setOthers(names.flatMap(incumbentObjects));
  const clusters = memoryClusterStore({ clock, ids: systemIds });
  const report = await makeDiscoverCollectors({ clusters, judgeSettings: judgeIncumbent, clock })(connection, cluster);
  if (!report.accepted) throw new Error(report.refusal.message);
  return report.value;
};

/** Settings of those that can be tested, as a look for collectors keeps them. */
export const settingsOfIncumbents = async (): Promise<readonly (readonly [id: string, yaml: string])[]> =>
  (await reportOn(CLUSTER_FIXTURE, INCUMBENTS, { now: () => T0 })).collectors.flatMap(({ id, fitness, settings }) =>
    fitness === 'testable' && settings !== null ? [[id, settings] as const] : [],
  );

export const INCUMBENTS: readonly string[] = readdirSync(FOLDER).map((file) => basename(file, '.yaml'));
