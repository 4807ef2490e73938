import { describe, expect, test } from 'vitest';
import { parseAllDocuments, parse as parseYaml } from 'yaml';
import { PipelineId } from '../../../src/kernel/identity.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { headOf } from '../../../src/pipelines/domain/decide-pipeline.ts';
import {
  type ExportFormat,
  type ExportWish,
  exportPipeline,
  objectName,
} from '../../../src/pipelines/domain/export.ts';
import { composeRevision, PipelineOrigin, type Revision } from '../../../src/pipelines/domain/revision.ts';
import { ANNA, T0 } from '../../support/builders.ts';

const ID = PipelineId.parse('pipe-00000000000a');
const OWN = `# what the web hosts send
receivers: {otlp: {protocols: {grpc: {endpoint: "\${env:K8S_POD_IP}:4317"}}}}
processors:
  resource: {attributes: [{key: note, value: "{{ braces }}", action: upsert}, {key: zone, value: "\${env:ZONE:-none}", action: upsert}]}
exporters:
  otlp_http: {endpoint: https://otlp.example.com, headers: {api-key: "\${env:NEW_RELIC_KEY}"}}
service:
  pipelines: {metrics: {receivers: [otlp], processors: [resource], exporters: [otlp_http]}}
`;

const revisionOf = (origin: unknown): Revision => {
  const outcome = composeRevision(PipelineOrigin.parse(origin), sha256);
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  const head = headOf(outcome.value, 3, '', { at: T0, by: ANNA });
  return { ...head, ...outcome.value, pipelineId: ID, published: null };
};
const own = revisionOf({ kind: 'settings', yaml: OWN });
const topK = revisionOf({ kind: 'template', template: 'top-k', parameters: {} });

const files = (format: ExportFormat, change: Partial<ExportWish> = {}) => {
  const wish = {
    pipelineId: ID,
    name: 'Web hosts',
    revision: own,
    namespace: 'telemetry',
    image: 'otel/collector:0.159.0',
  };
  const outcome = exportPipeline({ ...wish, ...change }, format);
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};
/** The objects of a text by their kind, as an API server would read them. */
const byKind = (text: string) =>
  Object.fromEntries(parseAllDocuments(text).map((document) => [document.get('kind'), document.toJS()]));
const contentOf = (path: string, ...given: Parameters<typeof files>): string => {
  const found = files(...given).find((file) => file.path === path);
  if (found === undefined) throw new Error(`there is no ${path} among ${files(...given).map((file) => file.path)}`);
  return found.content;
};

test.each(['yaml', 'kustomize', 'helm'] as const)('%s is the same, byte for byte, each time', (format) => {
  expect(files(format)).toEqual(files(format));
  for (const { content } of files(format))
    expect(parseAllDocuments(content).flatMap(({ errors }) => errors)).toEqual([]);
});

describe('plain manifests', () => {
  const objects = () => byKind(contentOf('web-hosts.yaml', 'yaml'));

  test('hold the settings as they were written, in an immutable map that is named by their hash', () => {
    expect(objects()['ConfigMap']).toMatchObject({
      metadata: { name: `web-hosts-${own.sha256.slice(0, 10)}`, namespace: 'telemetry' },
      immutable: true,
      data: { 'collector.yaml': OWN },
    });
  });

  test('say whose revision they are, and are none of those that we sweep', () => {
    const { metadata } = objects()['DaemonSet'];
    expect(metadata.annotations).toEqual({
      'phoenix.dev/pipeline': ID,
      'phoenix.dev/revision': '3',
      'phoenix.dev/settings-sha256': own.sha256,
    });
    expect(metadata.labels).not.toHaveProperty('app.kubernetes.io/managed-by');
    expect(metadata.labels).not.toHaveProperty('phoenix.dev/owner');
  });

  test('take what is secret from a Secret of the owner, which is named at the top', () => {
    const [container] = objects()['DaemonSet'].spec.template.spec.containers;
    expect(container.env).toEqual([
      { name: 'K8S_POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
      { name: 'NEW_RELIC_KEY', valueFrom: { secretKeyRef: { name: 'web-hosts-env', key: 'NEW_RELIC_KEY' } } },
      { name: 'ZONE', valueFrom: { secretKeyRef: { name: 'web-hosts-env', key: 'ZONE', optional: true } } },
      { name: 'GOMEMLIMIT', value: expect.any(String) },
    ]);
    expect(contentOf('web-hosts.yaml', 'yaml').split('\n').slice(0, 3)).toEqual([
      '# Web hosts, revision 3 of pipe-00000000000a',
      `# settings sha256 ${own.sha256}`,
      '# the Secret web-hosts-env is yours to make, with the keys NEW_RELIC_KEY, ZONE',
    ]);
  });

  test('probe and scrape only a collector that listens for it', () => {
    const [deaf] = objects()['DaemonSet'].spec.template.spec.containers;
    expect(deaf).not.toHaveProperty('readinessProbe');
    expect(deaf.ports).toEqual([]);
    expect(objects()).not.toHaveProperty('Service');
    const framed = byKind(contentOf('web-hosts.yaml', 'yaml', { revision: topK }));
    expect(framed['DaemonSet'].spec.template.spec.containers[0].readinessProbe).toBeDefined();
    expect(framed['Service'].spec.ports).toMatchObject([{ port: 8888 }]);
  });

  test('run on every Linux node', () => {
    const { spec } = objects()['DaemonSet'].spec.template;
    expect(spec.nodeSelector).toEqual({ 'kubernetes.io/os': 'linux' });
    expect(spec).not.toHaveProperty('affinity');
  });

  test('of a template have the variables of its frame: given as values, or else from the Secret', () => {
    const envOf = (change: Partial<ExportWish>) =>
      byKind(contentOf('web-hosts.yaml', 'yaml', { revision: topK, ...change }))[
        'DaemonSet'
      ].spec.template.spec.containers[0].env.find(({ name }: { name: string }) => name === 'PHX_RW_URL');
    expect(envOf({ remoteWriteUrl: 'https://metrics.example.com/write', clusterName: 'eu-1' })).toEqual({
      name: 'PHX_RW_URL',
      value: 'https://metrics.example.com/write',
    });
    expect(envOf({})).toEqual({
      name: 'PHX_RW_URL',
      valueFrom: { secretKeyRef: { name: 'web-hosts-env', key: 'PHX_RW_URL' } },
    });
  });

  test('ask of the owner only what somebody has to know', () => {
    const secretIn = (change: Partial<ExportWish>) =>
      contentOf('web-hosts.yaml', 'yaml', { revision: topK, ...change })
        .split('\n')
        .filter((line) => line.startsWith('# the Secret'));
    expect(secretIn({})).toEqual([
      '# the Secret web-hosts-env is yours to make, with the keys PHX_CLUSTER, PHX_RW_URL',
    ]);
    expect(secretIn({ remoteWriteUrl: 'https://metrics.example.com/write', clusterName: 'eu-1' })).toEqual([]);
  });
});

test('a Kustomize folder keeps the settings as a file of their own and lets the generator name them', () => {
  const paths = files('kustomize').map(({ path }) => path);
  expect(paths).toEqual(['kustomization.yaml', 'service-account.yaml', 'daemon-set.yaml', 'collector.yaml']);
  expect(contentOf('collector.yaml', 'kustomize')).toBe(OWN);
  const kustomization = parseYaml(contentOf('kustomization.yaml', 'kustomize'));
  expect(kustomization).toMatchObject({
    namespace: 'telemetry',
    resources: ['service-account.yaml', 'daemon-set.yaml'],
    configMapGenerator: [{ name: 'web-hosts-settings', files: ['collector.yaml'] }],
  });
  const { volumes } = parseYaml(contentOf('daemon-set.yaml', 'kustomize')).spec.template.spec;
  expect(volumes[0]).toEqual({ name: 'settings', configMap: { name: 'web-hosts-settings' } });
});

describe('Helm values', () => {
  const values = (change: Partial<ExportWish> = {}) => parseYaml(contentOf('values.yaml', 'helm', change));

  test('hold the settings where the chart mixes nothing in, with the extension that its probes ask', () => {
    expect(values().extraEnvs.map(({ name }: { name: string }) => name)).toEqual([
      'K8S_POD_IP',
      'NEW_RELIC_KEY',
      'ZONE',
    ]);
    expect(values().alternateConfig).toMatchObject({
      exporters: parseYaml(OWN).exporters,
      extensions: { health_check: { endpoint: `\${env:MY_POD_IP}:13133` } },
      service: { extensions: ['health_check'] },
    });
  });

  test('keep braces from being read as a template', () => {
    expect(values().alternateConfig.processors.resource.attributes[0].value).toBe('{{`{{`}} braces {{`}}`}}');
  });

  test.each([
    [
      'registry.example.com:5000/otel/collector:0.159.0',
      { repository: 'registry.example.com:5000/otel/collector', tag: '0.159.0' },
    ],
    ['otel/collector@sha256:abc', { repository: 'otel/collector', digest: 'sha256:abc' }],
    ['registry.example.com:5000/otel', { repository: 'registry.example.com:5000/otel' }],
  ])('name the image %s by its parts', (image, parts) => {
    expect(values({ image }).image).toEqual(parts);
  });

  test('open a port for OTLP only where something receives it', () => {
    expect(values().ports).not.toHaveProperty('otlp');
    expect(values({ revision: topK }).ports).toMatchObject({ otlp: { enabled: false }, zipkin: { enabled: false } });
  });
});

test('settings that a collector would not start with are not exported', () => {
  const broken = revisionOf({ kind: 'settings', yaml: OWN.replace('[otlp_http]', '[nothing]') });
  const wish = { pipelineId: ID, name: 'x', revision: broken, namespace: 'a', image: 'b' };
  expect(exportPipeline(wish, 'yaml')).toMatchObject({
    accepted: false,
    refusal: { code: 'pipeline-invalid-config', errors: [{ code: 'reference-undefined' }] },
  });
});

test.each([
  ['Web hosts (EU)', 'web-hosts-eu'],
  ['7 seas', 'seas'],
  ['日本', ID],
  ['x'.repeat(100), 'x'.repeat(40)],
])('objects of %s are called %s', (name, object) => {
  expect(objectName(name, ID)).toBe(object);
});
