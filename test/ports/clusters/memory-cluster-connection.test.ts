import { beforeAll } from 'vitest';
import { memoryClusterConnection } from '../../../src/clusters/adapters/memory-cluster-connection.ts';
import { type ClusterBench, describeClusterConnection } from './cluster-connection-suite.ts';

let bench: ClusterBench;

beforeAll(() => {
  const namespace = 'phoenix-exp';
  const node = (name: string) => ({
    name,
    uid: `uid-of-${name}`,
    ready: true,
    labels: { 'kubernetes.io/hostname': name },
    cpuCores: 1.93,
    memoryBytes: 7_906_300 * 1024,
  });
  const connection = memoryClusterConnection({ namespace, nodes: [node('node-a'), node('node-b')] });
  bench = {
    connection,
    namespace,
    putForeign: async (object) => connection.put(object),
    hasForeign: async (objects) => connection.setOthers(objects),
    ends: async (job, exitCode, message) =>
      connection.setJobEnd(job, exitCode === 0 ? { is: 'done' } : { is: 'refused', message }),
    becomes: async (variant, on, state) => connection.setReadiness(variant, on, state),
  };
});

describeClusterConnection(() => bench);
