import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { PipelineId } from '../../../src/kernel/identity.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { headOf } from '../../../src/pipelines/domain/decide-pipeline.ts';
import { exportPipeline } from '../../../src/pipelines/domain/export.ts';
import { composeRevision, PipelineOrigin } from '../../../src/pipelines/domain/revision.ts';
import { ANNA, T0 } from '../../support/builders.ts';
import { type RealCluster, startRealCluster } from '../clusters/real-cluster.ts';

// What we export is what a real API server would take: every object by server-side apply, as a dry run, with every
// field known.

const OWN = `# with a secret and a receiver of its own
receivers: {otlp: {protocols: {grpc: {endpoint: "\${env:K8S_POD_IP}:4317"}}}}
exporters: {otlp_http: {endpoint: https://otlp.example.com, headers: {api-key: "\${env:NEW_RELIC_KEY}"}}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [otlp_http]}}}
`;

const Manifest = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string() }),
});
const PLURALS: Readonly<Record<string, string>> = {
  ServiceAccount: 'api/v1/namespaces/*/serviceaccounts',
  ConfigMap: 'api/v1/namespaces/*/configmaps',
  Service: 'api/v1/namespaces/*/services',
  DaemonSet: 'apis/apps/v1/namespaces/*/daemonsets',
};

let cluster: RealCluster;
beforeAll(async () => {
  cluster = await startRealCluster();
});
afterAll(() => cluster?.stop());

const exported = (origin: unknown): string => {
  const content = composeRevision(PipelineOrigin.parse(origin), sha256);
  if (!content.accepted) throw new Error(content.refusal.message);
  const pipelineId = PipelineId.parse('pipe-00000000000a');
  const head = headOf(content.value, 1, '', { at: T0, by: ANNA });
  const revision = { ...head, ...content.value, pipelineId, published: null };
  const image = 'otel/opentelemetry-collector-contrib:0.159.0';
  const wish = { pipelineId, name: 'Web hosts', revision, namespace: cluster.access.namespace, image };
  const files = exportPipeline(wish, 'yaml');
  if (!files.accepted) throw new Error(files.refusal.message);
  return files.value[0]?.content ?? '';
};

const dryRun = async (text: string): Promise<readonly string[]> => {
  const taken: string[] = [];
  for (const document of parseAllDocuments(text)) {
    const object = Manifest.parse(document.toJS());
    const path = PLURALS[object.kind]?.replace('*', object.metadata.namespace);
    if (path === undefined) throw new Error(`the test does not know where a ${object.kind} lives`);
    const query = 'fieldManager=gitops&fieldValidation=Strict&dryRun=All';
    await cluster.admin.request('PATCH', `/${path}/${object.metadata.name}?${query}`, {
      type: 'application/apply-patch+yaml',
      content: object,
    });
    taken.push(object.kind);
  }
  return taken;
};

describe('exported manifests on a real API server', () => {
  test.each([
    ['a template', { kind: 'template', template: 'top-k', parameters: {} }, ['Service', 'DaemonSet']],
    ['own settings', { kind: 'settings', yaml: OWN }, ['DaemonSet']],
  ] as const)('those of %s are taken', async (_, origin, rest) => {
    expect(await dryRun(exported(origin))).toEqual(['ServiceAccount', 'ConfigMap', ...rest]);
  });

  test('a misspelt field would be noticed', async () => {
    const text = exported({ kind: 'settings', yaml: OWN }).replace('serviceAccountName:', 'serviceAccountNam:');
    await expect(dryRun(text)).rejects.toThrow('serviceAccountNam');
  });
});
