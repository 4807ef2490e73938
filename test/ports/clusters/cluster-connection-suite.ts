import { describe, expect, test } from 'vitest';
import type { ClusterConnection } from '../../../src/clusters/application/ports.ts';
import type { KubernetesObject, VariantReadiness, WantedObjects } from '../../../src/clusters/domain/cluster.ts';
import { VARIANT } from '../../../src/clusters/domain/marks.ts';
import { recogniseCollectors } from '../../../src/clusters/domain/recognise-collectors.ts';
import { Epoch } from '../../../src/kernel/identity.ts';
import { fromEpochMs, minutesAfter } from '../../../src/kernel/instant.ts';
import type { Outcome } from '../../../src/kernel/outcome.ts';
import { incumbentObjects } from '../../support/incumbents.ts';

/** A cluster with the ready nodes node-a and node-b, and the means to play everybody else on it. */
export interface ClusterBench {
  readonly connection: ClusterConnection;
  readonly namespace: string;
  putForeign(object: KubernetesObject): Promise<void>;
  /** puts what others have in namespaces of their own, and lets us look for it */
  hasForeign(objects: readonly KubernetesObject[]): Promise<void>;
  /** how the program of a job ends: with this code, and these last words */
  ends(job: string, exitCode: number, message: string): Promise<void>;
  becomes(variant: string, node: string, state: Omit<VariantReadiness['nodes'][number], 'node'>): Promise<void>;
}

export const T0 = fromEpochMs(Date.parse('2026-11-21T09:40:00.000Z'));
export const epoch = (number: number): Epoch => Epoch.parse(number);

export const accepted = <T>(outcome: Outcome<T>): T => {
  if (outcome.accepted) return outcome.value;
  throw new Error(`refused: ${outcome.refusal.code}: ${outcome.refusal.message}`);
};

export const settingsOf = (owner: string, variant: string, content = 'receivers: {}'): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `${owner}-${variant}`, labels: { [VARIANT]: variant } },
  data: { 'collector.yaml': content },
});

export const collectorOf = (owner: string, variant: string, nodes: readonly string[]): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: `${owner}-${variant}`, labels: { [VARIANT]: variant } },
  spec: {
    selector: { matchLabels: { [VARIANT]: variant } },
    template: {
      metadata: { labels: { [VARIANT]: variant } },
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [
                { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: nodes }] },
              ],
            },
          },
        },
        containers: [{ name: 'collector', image: 'example.test/collector:1' }],
      },
    },
  },
});

const wanted = (owner: string, number: number, objects: readonly KubernetesObject[]): WantedObjects => ({
  owner,
  epoch: epoch(number),
  expiresAt: minutesAfter(T0, 60),
  objects,
});

const jobOf = (name: string): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name },
  spec: {
    backoffLimit: 0,
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'check', image: 'example.test/collector:1' }] },
    },
  },
});

/** Behaviour of ClusterConnection that every adapter keeps. Owners differ per test, so all share one cluster. */
export const describeClusterConnection = (bench: () => ClusterBench): void => {
  describe('running a job', () => {
    test.each([
      ['exp-job-yes', 0, '', { is: 'done' }],
      ['exp-job-no', 1, 'Error: no such processor', { is: 'refused', message: 'Error: no such processor' }],
    ] as const)(
      '%s answers how its program ended, also when it is asked again',
      async (owner, exitCode, words, end) => {
        const { connection, ends } = bench();
        const job = `${owner}-check`;
        const run = () => connection.runJob(wanted(owner, 1, [jobOf(job)]), job);
        const [, first] = await Promise.all([ends(job, exitCode, words), run()]);
        expect(accepted(first)).toEqual(end);
        expect(accepted(await run())).toEqual(end);
        const objects = accepted(await connection.objects(owner));
        expect(objects.map(({ kind, name }) => `${kind}/${name}`).toSorted()).toEqual([
          `ConfigMap/${owner}`,
          `Job/${job}`,
        ]);
      },
    );
  });

  describe('applying', () => {
    test('writes the owner and everything below it, marked with owner, epoch and expiry', async () => {
      const { connection, namespace } = bench();
      const applied = await connection.apply(
        wanted('exp-apply', 1, [settingsOf('exp-apply', 'v-apply'), collectorOf('exp-apply', 'v-apply', ['node-a'])]),
      );
      expect(accepted(applied)).toEqual({ applied: 3 });
      const objects = accepted(await connection.objects('exp-apply'));
      expect(objects.map(({ kind, name }) => `${kind}/${name}`).toSorted()).toEqual([
        'ConfigMap/exp-apply',
        'ConfigMap/exp-apply-v-apply',
        'DaemonSet/exp-apply-v-apply',
      ]);
      for (const each of objects) {
        expect(each).toMatchObject({ owner: 'exp-apply', epoch: 1, expiresAt: minutesAfter(T0, 60), namespace });
        expect(each.uid).not.toBe('');
      }
    });

    test('changes nothing when it is done again: the same objects, the same identities', async () => {
      const { connection } = bench();
      const same = wanted('exp-again', 1, [settingsOf('exp-again', 'v-again')]);
      await connection.apply(same);
      const before = accepted(await connection.objects('exp-again'));
      accepted(await connection.apply(same));
      expect(accepted(await connection.objects('exp-again'))).toEqual(before);
    });

    test('raises the epoch of what is there, and keeps its identity', async () => {
      const { connection } = bench();
      await connection.apply(wanted('exp-raise', 1, [settingsOf('exp-raise', 'v')]));
      const before = accepted(await connection.objects('exp-raise'));
      accepted(await connection.apply(wanted('exp-raise', 2, [settingsOf('exp-raise', 'v')])));
      const after = accepted(await connection.objects('exp-raise'));
      expect(after.map(({ epoch: is }) => is)).toEqual([2, 2]);
      expect(after.map(({ uid }) => uid).toSorted()).toEqual(before.map(({ uid }) => uid).toSorted());
    });

    test('refuses a stale epoch and leaves everything as the newer one wrote it', async () => {
      const { connection } = bench();
      await connection.apply(wanted('exp-stale', 2, [settingsOf('exp-stale', 'v', 'newer: {}')]));
      const stale = await connection.apply(wanted('exp-stale', 1, [settingsOf('exp-stale', 'other')]));
      expect(stale).toMatchObject({ accepted: false, refusal: { code: 'cluster-conflict', facts: { liveEpoch: 2 } } });
      const objects = accepted(await connection.objects('exp-stale'));
      expect(objects.map(({ name, epoch: is }) => [name, is]).toSorted()).toEqual([
        ['exp-stale', 2],
        ['exp-stale-v', 2],
      ]);
    });

    test('never touches an object that somebody else has put there', async () => {
      const { connection, putForeign } = bench();
      await putForeign({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'exp-foreign-v' }, data: { a: 'b' } });
      const refused = await connection.apply(wanted('exp-foreign', 1, [settingsOf('exp-foreign', 'v')]));
      expect(refused).toMatchObject({ accepted: false, refusal: { code: 'cluster-conflict' } });
      await connection.remove('exp-foreign', epoch(1));
    });

    test('never touches an object of another owner of ours', async () => {
      const { connection } = bench();
      await connection.apply(wanted('exp-mine', 1, [settingsOf('shared', 'v')]));
      const refused = await connection.apply(wanted('exp-theirs', 5, [settingsOf('shared', 'v')]));
      expect(refused).toMatchObject({
        accepted: false,
        refusal: { code: 'cluster-conflict', facts: { holder: 'exp-mine' } },
      });
      await connection.remove('exp-theirs', epoch(5));
    });

    test('refuses a kind that we do not deploy, before it writes anything', async () => {
      const { connection } = bench();
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'exp-kind-s' } };
      const refused = await connection.apply(wanted('exp-kind', 1, [settingsOf('exp-kind', 'v'), secret]));
      expect(refused).toMatchObject({
        accepted: false,
        refusal: { code: 'cluster-rejected-object', message: expect.stringContaining('we do not deploy a Secret') },
      });
      expect(accepted(await connection.objects('exp-kind'))).toEqual([]);
    });

    test('refuses another namespace than that of the cluster', async () => {
      const { connection } = bench();
      const elsewhere = { ...settingsOf('exp-ns', 'v'), metadata: { name: 'exp-ns-v', namespace: 'kube-system' } };
      expect(await connection.apply(wanted('exp-ns', 1, [elsewhere]))).toMatchObject({
        accepted: false,
        refusal: { code: 'cluster-rejected-object' },
      });
    });

    test('a dry run answers like the real one and leaves nothing', async () => {
      const { connection } = bench();
      const dry = await connection.apply(
        wanted('exp-dry', 1, [settingsOf('exp-dry', 'v'), collectorOf('exp-dry', 'v-dry', ['node-a'])]),
        { dryRun: true },
      );
      expect(accepted(dry)).toEqual({ applied: 3 });
      expect(accepted(await connection.objects('exp-dry'))).toEqual([]);
    });
  });

  describe('removing', () => {
    test('leaves nothing of the owner and everything of others', async () => {
      const { connection } = bench();
      await connection.apply(
        wanted('exp-gone', 1, [settingsOf('exp-gone', 'v'), collectorOf('exp-gone', 'v-gone', [])]),
      );
      await connection.apply(wanted('exp-stays', 1, [settingsOf('exp-stays', 'v')]));
      expect(accepted(await connection.remove('exp-gone', epoch(1)))).toEqual({ remaining: 0 });
      expect(accepted(await connection.objects('exp-gone'))).toEqual([]);
      expect(accepted(await connection.objects('exp-stays'))).toHaveLength(2);
    });

    test('is done when nothing is there', async () => {
      expect(accepted(await bench().connection.remove('exp-never', epoch(3)))).toEqual({ remaining: 0 });
    });

    test('with an older epoch changes nothing of a newer one', async () => {
      const { connection } = bench();
      await connection.apply(wanted('exp-newer', 2, [settingsOf('exp-newer', 'v')]));
      expect(accepted(await connection.remove('exp-newer', epoch(1)))).toEqual({ remaining: 0 });
      expect(accepted(await connection.objects('exp-newer'))).toHaveLength(2);
    });

    test('takes what an older epoch left beside a newer one', async () => {
      const { connection } = bench();
      await connection.apply(wanted('exp-beside', 1, [settingsOf('exp-beside', 'old')]));
      await connection.apply(wanted('exp-beside', 2, [settingsOf('exp-beside', 'new')]));
      expect(accepted(await connection.remove('exp-beside', epoch(1)))).toEqual({ remaining: 0 });
      const names = accepted(await connection.objects('exp-beside')).map(({ name }) => name);
      expect(names.toSorted()).toEqual(['exp-beside', 'exp-beside-new']);
    });

    test('an owner can come back after it was removed', async () => {
      const { connection } = bench();
      await connection.apply(wanted('exp-back', 1, [settingsOf('exp-back', 'v')]));
      await connection.remove('exp-back', epoch(1));
      expect(accepted(await connection.apply(wanted('exp-back', 2, [settingsOf('exp-back', 'v')])))).toEqual({
        applied: 2,
      });
    });
  });

  describe('readiness', () => {
    test('counts a node as ready only when its collector is', async () => {
      const { connection, becomes } = bench();
      await connection.apply(wanted('exp-ready', 1, [collectorOf('exp-ready', 'v-ready', ['node-a', 'node-b'])]));
      await becomes('v-ready', 'node-a', { status: 'ready', restarts: 0, message: null });
      await becomes('v-ready', 'node-b', { status: 'starting', restarts: 0, message: null });
      expect(accepted(await connection.readiness('exp-ready', epoch(1)))).toEqual([
        {
          variant: 'v-ready',
          desired: 2,
          ready: 1,
          nodes: [
            { node: 'node-a', status: 'ready', restarts: 0, message: null },
            { node: 'node-b', status: 'starting', restarts: 0, message: null },
          ],
        },
      ]);
    });

    test('tells the last words of a collector that keeps failing', async () => {
      const { connection, becomes } = bench();
      await connection.apply(wanted('exp-crash', 1, [collectorOf('exp-crash', 'v-crash', ['node-a'])]));
      const words = '\'processors\' unknown type: "topk"';
      await becomes('v-crash', 'node-a', { status: 'failing', restarts: 3, message: words });
      expect(accepted(await connection.readiness('exp-crash', epoch(1)))).toEqual([
        {
          variant: 'v-crash',
          desired: 1,
          ready: 0,
          nodes: [{ node: 'node-a', status: 'failing', restarts: 3, message: words }],
        },
      ]);
    });

    test('names a node that has no collector because there is no such node', async () => {
      const { connection } = bench();
      await connection.apply(wanted('exp-absent', 1, [collectorOf('exp-absent', 'v-absent', ['node-z'])]));
      expect(accepted(await connection.readiness('exp-absent', epoch(1)))).toEqual([
        {
          variant: 'v-absent',
          desired: 1,
          ready: 0,
          nodes: [{ node: 'node-z', status: 'missing', restarts: 0, message: null }],
        },
      ]);
    });

    test('knows nothing of another epoch', async () => {
      const { connection } = bench();
      await connection.apply(wanted('exp-other', 2, [collectorOf('exp-other', 'v-other', ['node-a'])]));
      expect(accepted(await connection.readiness('exp-other', epoch(1)))).toEqual([]);
    });
  });

  test('collectors of others are found through workloads, pods and ConfigMaps, with nothing but reading', async () => {
    const { connection, hasForeign } = bench();
    await hasForeign(incumbentObjects('adot'));
    const { objects, forbidden } = accepted(await connection.workloads());
    expect(forbidden).toEqual([]);
    const [found] = recogniseCollectors(objects).filter(({ seen }) => seen.workload.namespace === 'aws-otel-eks');
    expect(found).toMatchObject({
      seen: { id: 'daemonset.aws-otel-eks.adot-collector.adot-collector', product: 'adot' },
      places: [{ kind: 'config_map', name: 'adot-conf', key: 'adot-config' }],
      podLabels: { name: 'adot-collector' },
    });
    expect(accepted(await connection.configMap('aws-otel-eks', 'adot-conf'))).toMatchObject({
      'adot-config': expect.stringContaining('hostmetrics'),
    });
    expect(accepted(await connection.configMap('aws-otel-eks', 'nobody-has-it'))).toBeNull();
    expect(accepted(await connection.pods('aws-otel-eks', { name: 'nobody' }))).toEqual([]);
  });

  test('nodes come with labels, readiness and size', async () => {
    const nodes = accepted(await bench().connection.nodes()).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(nodes.map(({ name, ready, cpuCores, memoryBytes }) => ({ name, ready, cpuCores, memoryBytes }))).toEqual([
      { name: 'node-a', ready: true, cpuCores: 1.93, memoryBytes: 7_906_300 * 1024 },
      { name: 'node-b', ready: true, cpuCores: 1.93, memoryBytes: 7_906_300 * 1024 },
    ]);
    expect(nodes[0]?.labels).toMatchObject({ 'kubernetes.io/hostname': 'node-a' });
  });

  test('preflight passes on a prepared cluster and says which version it is', async () => {
    const report = accepted(await bench().connection.preflight(T0));
    expect(report.checks.filter(({ passed, severity }) => !passed && severity === 'blocking')).toEqual([]);
    expect(report).toMatchObject({ at: T0, passed: true, kubernetesVersion: expect.stringMatching(/^v1\.\d+\.\d+/) });
  });
};
