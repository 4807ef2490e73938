import { describe, expect, test } from 'vitest';
import type { CollectorReport, FoundCollector } from '../../../src/clusters/domain/collector.ts';
import { imageParts } from '../../../src/clusters/domain/recognise-collectors.ts';
import { DISCOVERY_RIGHTS, type Right } from '../../../src/clusters/domain/rights.ts';
import { INCUMBENTS, incumbentObjects } from '../../support/incumbents.ts';
import { ANNA, accepted, makeBench, registered } from './bench.ts';

/** What a look finds on a cluster where others have what these files say. */
const discover = async (
  files: readonly string[],
  missing: readonly Right[] = [],
): Promise<CollectorReport & { readonly result: unknown }> => {
  const bench = makeBench();
  const { id } = await registered(bench);
  bench.kubernetes.setOthers(files.flatMap(incumbentObjects), missing);
  const operation = accepted(await bench.request(ANNA, id, 'collectors'));
  await bench.carryOut({ do: 'collectors', tenantId: 'acme', clusterId: id, operationId: operation.id });
  const report = await bench.clusters.collectors(ANNA.tenantId, id);
  const ended = await bench.operations.load(ANNA.tenantId, operation.id);
  if (report === null) throw new Error(`nothing was recorded: ${ended?.problem?.message}`);
  return { ...report, result: ended?.result };
};

const foundIn = async (file: string): Promise<FoundCollector> => {
  const { collectors } = await discover([file]);
  const [found] = collectors;
  if (found === undefined || collectors.length > 1) throw new Error(`${file} has ${collectors.length} collectors`);
  return found;
};

describe('each way of running a collector is recognised', () => {
  const configMap = (namespace: string, name: string, key: string) => ({ kind: 'config_map', namespace, name, key });
  const outOfReach = (why: string) => ({ kind: 'out_of_reach', why: expect.stringContaining(why) });
  test.each([
    [
      'agent-by-hand',
      {
        id: 'daemonset.observability.otel-agent.collector',
        product: 'opentelemetry',
        managedBy: { kind: 'hand' },
        version: '0.142.0',
        imageDigest: 'sha256:3f8f0a3cd9d3a3ab4b3a8e1f3a1a9a4c1f5f0d2a6b7c8d9e0f1a2b3c4d5e6f70',
        nodes: ['node-a', 'node-b'],
        settingsFrom: [configMap('observability', 'otel-agent-settings', 'agent.yaml')],
      },
    ],
    [
      'helm-agent',
      {
        product: 'opentelemetry',
        managedBy: { kind: 'helm', release: 'otel', chart: 'opentelemetry-collector-0.138.1' },
        version: '0.139.0',
        settingsFrom: [configMap('monitoring', 'otel-opentelemetry-collector-agent', 'relay')],
      },
    ],
    [
      'helm-gateway',
      {
        workload: { kind: 'Deployment', namespace: 'monitoring', name: 'gateway-opentelemetry-collector' },
        managedBy: { kind: 'helm', release: 'gateway' },
      },
    ],
    [
      'operator-daemonset',
      {
        product: 'opentelemetry',
        managedBy: { kind: 'operator', name: 'node-agent' },
        version: '0.158.0',
        settingsFrom: [configMap('telemetry', 'node-agent-collector-4d5e6f70', 'collector.yaml')],
      },
    ],
    [
      'operator-sidecar',
      {
        id: 'opentelemetrycollector.shop.sidecar-for-app',
        container: 'a sidecar in pods of others',
        settingsFrom: [{ kind: 'custom_resource', namespace: 'shop', name: 'sidecar-for-app' }],
      },
    ],
    [
      'adot',
      { product: 'adot', version: '0.43.3', settingsFrom: [configMap('aws-otel-eks', 'adot-conf', 'adot-config')] },
    ],
    [
      'adot-in-a-variable',
      { product: 'adot', settingsFrom: [{ kind: 'pod', name: 'the variable AOT_CONFIG_CONTENT' }] },
    ],
    ['nrdot', { product: 'nrdot', managedBy: { kind: 'helm', release: 'newrelic' }, version: '1.6.0' }],
    ['nrdot-built-in', { product: 'nrdot', version: null, settingsFrom: [outOfReach('its image came with')] }],
    ['splunk', { product: 'splunk', version: '0.121.0' }],
    ['alloy', { product: 'alloy', version: '1.11.3', settingsFrom: [] }],
    ['datadog', { product: 'datadog_agent', version: '7.71.2', settingsFrom: [] }],
    ['fluent-bit', { product: 'fluent_bit', version: '2.34.0', settingsFrom: [] }],
    ['settings-in-a-secret', { settingsFrom: [outOfReach('are in a Secret, and Secrets are never read')] }],
    [
      'own-build',
      {
        product: 'opentelemetry',
        version: null,
        image: 'registry.example.com:5000/platform/telemetry:2025.11',
        settingsFrom: [
          configMap('platform', 'telemetry-common', 'common.yaml'),
          configMap('platform', 'telemetry-node', 'node.yaml'),
        ],
      },
    ],
    ['secret-in-plain-text', { workload: { kind: 'StatefulSet' }, settingsFrom: [{ kind: 'pod' }] }],
    ['logs-only', { settingsFrom: [configMap('logging', 'otel-logs', 'config.yaml')] }],
    ['broken-settings', { version: null }],
  ])('%s', async (file, expected) => {
    expect(await foundIn(file)).toMatchObject(expected);
  });

  test('the operator, an application and collectors of ours are none', async () => {
    expect((await discover(['no-collectors'])).collectors).toEqual([]);
  });

  test.each([
    ['registry:5000/a/b', { repository: 'registry:5000/a/b', tag: null, digest: null }],
    ['registry:5000/a/b:v1.2.3', { repository: 'registry:5000/a/b', tag: 'v1.2.3', digest: null }],
    [`a@sha256:${'0'.repeat(64)}`, { repository: 'a', tag: null, digest: `sha256:${'0'.repeat(64)}` }],
    [`a:1@sha256:${'0'.repeat(64)}`, { repository: 'a', tag: '1', digest: `sha256:${'0'.repeat(64)}` }],
  ])('%s is read as an image', (image, parts) => {
    expect(imageParts(image)).toEqual(parts);
  });
});

describe('what can be done with each is said with its reason', () => {
  test.each([
    ['agent-by-hand', 'testable', 'it runs in version 0.142.0'],
    ['operator-daemonset', 'testable', 'it runs in version 0.158.0'],
    ['adot', 'testable', 'it runs in version 0.43.3'],
    ['own-build', 'testable', 'otlp is replaced: what it would send goes to the measurement store'],
    ['secret-in-plain-text', 'testable', 'it runs in version 0.115.1'],
    ['nrdot', 'testable', 'kubeletstats is left out: it asks the kubelet'],
    ['helm-agent', 'testable', 'k8sattributes is left out: it asks the API of the cluster'],
    ['splunk', 'preview_only', 'resourcedetection'],
    ['helm-gateway', 'not', 'no pipeline of metrics reads host_metrics'],
    ['logs-only', 'not', 'it has no pipeline of metrics'],
    ['adot-in-a-variable', 'not', 'it has no pipeline of metrics'],
    ['operator-sidecar', 'not', 'it has no pipeline of metrics'],
    ['nrdot-built-in', 'not', 'its image came with'],
    ['settings-in-a-secret', 'not', 'Secrets are never read'],
    ['broken-settings', 'not', 'no readable YAML'],
    ['alloy', 'not', 'Grafana Alloy has settings of its own kind'],
    ['datadog', 'not', 'Datadog Agent has settings of its own kind'],
    ['fluent-bit', 'not', 'Fluent Bit has settings of its own kind'],
  ])('%s: %s', async (file, fitness, because) => {
    const found = await foundIn(file);
    expect(found).toMatchObject({ fitness });
    expect(found.reasons.join('\n')).toContain(because);
  });

  test('every fixture is one of them, so none is forgotten', async () => {
    const { result } = await discover(INCUMBENTS);
    expect(result).toEqual({ testable: 7, preview_only: 1, not: 10, missing: 0 });
  });

  test('references stay, and a secret in plain text leaves before anybody keeps it', async () => {
    const { settings } = await foundIn('secret-in-plain-text');
    expect(settings).toContain(`x-honeycomb-team: "\${env:OTLPHTTP_X_HONEYCOMB_TEAM}"`);
    expect(settings).not.toContain('hcaik_');
    expect((await foundIn('helm-agent')).settings).toContain(`\${env:VENDOR_API_KEY}`);
  });

  test('several files become one text, merged as the collector merges them', async () => {
    const { settings } = await foundIn('own-build');
    expect(settings).toContain('host.cpu.time');
    expect(settings).toContain('processors:\n        - metricstransform\n        - batch');
  });

  test('one file stays as its author wrote it, comments and all', async () => {
    expect((await foundIn('agent-by-hand')).settings).toContain('scrapers: # all that our dashboards show');
  });
});

describe('a right that is missing is told with the rule that gives it, and the rest is found', () => {
  test('workloads of a kind', async () => {
    const { collectors, missing } = await discover(['agent-by-hand', 'helm-gateway'], [DISCOVERY_RIGHTS.daemonsets]);
    expect(collectors.map(({ id }) => id)).toEqual([
      'deployment.monitoring.gateway-opentelemetry-collector.opentelemetry-collector',
    ]);
    expect(missing).toEqual([
      {
        resource: 'daemonsets.apps',
        message: expect.stringContaining('may not list daemonsets.apps in the whole cluster'),
        rule: { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['list'] },
      },
    ]);
  });

  test('pods: neither nodes nor digest are known, and settings are', async () => {
    const { collectors, missing } = await discover(['agent-by-hand'], [DISCOVERY_RIGHTS.pods]);
    expect(collectors).toMatchObject([{ nodes: [], imageDigest: null, fitness: 'testable' }]);
    expect(missing.map(({ resource }) => resource)).toEqual(['pods']);
  });

  test('ConfigMaps: what the operator was given is read instead, of others nothing', async () => {
    const files = ['agent-by-hand', 'operator-daemonset'];
    const { collectors, missing } = await discover(files, [DISCOVERY_RIGHTS.configMaps]);
    expect(collectors).toMatchObject([
      { id: 'daemonset.observability.otel-agent.collector', fitness: 'not', settings: null },
      { fitness: 'testable', settingsFrom: [{ kind: 'custom_resource', namespace: 'telemetry', name: 'node-agent' }] },
    ]);
    expect(missing.map(({ resource }) => resource)).toEqual(['configmaps']);
  });

  test('the objects of the operator: its workloads are found, sidecars are not', async () => {
    const { collectors, missing } = await discover(
      ['operator-daemonset', 'operator-sidecar'],
      [DISCOVERY_RIGHTS.ofOperator],
    );
    expect(collectors.map(({ workload }) => workload.kind)).toEqual(['DaemonSet']);
    expect(missing.map(({ resource }) => resource)).toEqual(['opentelemetrycollectors.opentelemetry.io']);
  });
});

test('a second look replaces what the first one found', async () => {
  const bench = makeBench();
  const { id } = await registered(bench);
  const look = async (files: readonly string[]) => {
    bench.kubernetes.setOthers(files.flatMap(incumbentObjects));
    const { id: operationId } = accepted(await bench.request(ANNA, id, 'collectors'));
    await bench.carryOut({ do: 'collectors', tenantId: 'acme', clusterId: id, operationId });
    return (await bench.clusters.collectors(ANNA.tenantId, id))?.collectors.map(({ product }) => product);
  };
  expect(await look(['adot', 'alloy'])).toEqual(['adot', 'alloy']);
  expect(await look(['alloy'])).toEqual(['alloy']);
});
