import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface ScrapeTarget {
  readonly address: string;
  readonly namespace: string;
  readonly pod: string;
  readonly node: string;
}

/** Writes a file for Prometheus' file discovery, whole or not at all. */
export const writeTargets = (file: string, targets: readonly ScrapeTarget[]): void => {
  mkdirSync(dirname(file), { recursive: true });
  // Prometheus reads every *.json of the folder: the unfinished one must not end so
  const beside = `${file}.new`;
  writeFileSync(beside, JSON.stringify(targets.map(toDiscovery), undefined, 2));
  renameSync(beside, file);
};

const toDiscovery = ({ address, namespace, pod, node }: ScrapeTarget) => ({
  targets: [address],
  labels: { k8s_namespace_name: namespace, k8s_pod_name: pod, k8s_node_name: node },
});
