import { describe, expect, test } from 'vitest';
import type { Cluster, MetricsSourceSettings } from '../../../src/clusters/domain/cluster.ts';
import { accept } from '../../../src/kernel/outcome.ts';
import { type MetricsSourcesParts, makeMetricsSources } from '../../../src/measurement/adapters/metrics-sources.ts';
import { NO_PAUSES, T0, testClock } from '../../support/platform.ts';

const clusterWith = (metrics: MetricsSourceSettings): Cluster => ({
  id: 'clu-0123456789ab' as Cluster['id'],
  tenantId: 'acme' as Cluster['tenantId'],
  version: 1,
  settings: {
    name: 'prod-1',
    access: {
      kind: 'eks',
      accountId: '123456789012',
      region: 'eu-west-1',
      clusterName: 'prod-1',
      roleArn: 'arn:aws:iam::123456789012:role/phoenix',
    },
    namespace: 'phoenix-exp',
    metrics,
    remoteWriteUrl: 'https://store.example/api/v1/write',
    allowedDestinations: [],
  },
  health: 'unknown',
  healthMessage: null,
  preflight: null,
  nodesSeenAt: null,
  objectCount: null,
  createdAt: T0,
  updatedAt: T0,
});

const open = (metrics: MetricsSourceSettings, more: Partial<MetricsSourcesParts> = {}) =>
  makeMetricsSources({
    allowedMetricSources: '127.0.0.1:9090',
    credentials: async () => ({ accessKeyId: 'AKID', secretAccessKey: 'SECRET' }),
    clock: testClock(),
    pauses: NO_PAUSES,
    ...more,
  }).open(clusterWith(metrics));

describe('opening the store of a cluster', () => {
  test('a managed one on AWS needs no list', async () => {
    const workspaceId = 'ws-01234567-89ab-cdef-0123-456789abcdef';
    expect(await open({ kind: 'amp', workspaceId, region: 'eu-west-1' })).toMatchObject({ accepted: true });
  });

  test('a private address opens only where the stage lists host and port', async () => {
    expect(await open({ kind: 'url', url: 'http://127.0.0.1:9090' })).toMatchObject({ accepted: true });
    expect(await open({ kind: 'url', url: 'http://127.0.0.1:9091' })).toMatchObject({
      accepted: false,
      refusal: { code: 'address-not-allowed', facts: { address: '127.0.0.1:9091' } },
    });
  });

  test('one inside the cluster opens by the way in that clusters provide', async () => {
    const metrics = { kind: 'in_cluster', namespace: 'monitoring', service: 'prometheus', port: 9090 } as const;
    const body = JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [] } });
    const opened = await open(metrics, {
      inCluster: async (_, { service, port }) =>
        accept({ name: `${service}:${port}`, post: async () => ({ status: 200, body }) }),
    });
    if (!opened.accepted) throw new Error(opened.refusal.message);
    expect(await opened.value.range({ promql: 'up', from: T0, to: T0, stepSeconds: 1 })).toMatchObject({
      accepted: true,
      value: { series: [] },
    });
  });

  test('without such a way it is refused, with what would work', async () => {
    expect(
      await open({ kind: 'in_cluster', namespace: 'monitoring', service: 'prometheus', port: 9090 }),
    ).toMatchObject({
      accepted: false,
      refusal: {
        code: 'metrics-source-unreachable',
        message: expect.stringContaining('monitoring/prometheus is inside cluster prod-1'),
      },
    });
  });
});
