import { expect, test } from 'vitest';
import { findPipelines, type PipelineLibrary } from '../../../src/experiments/application/find-pipelines.ts';
import { PipelineId, TenantId } from '../../../src/kernel/identity.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { headOf } from '../../../src/pipelines/domain/decide-pipeline.ts';
import { evolvePipeline } from '../../../src/pipelines/domain/evolve-pipeline.ts';
import { composeRevision, type Revision } from '../../../src/pipelines/domain/revision.ts';
import { ANNA, T0 } from '../../support/builders.ts';

const tenantId = TenantId.parse('acme');
const pipelineId = PipelineId.parse('pipe-00000000000a');
const withLogsFrom = (receiver: string): string => `
receivers: {host_metrics: {root_path: /hostfs, scrapers: {cpu: {}}}, ${receiver}: {include: [/var/log/pods/*/*/*.log]}}
exporters: {nop: {}}
service:
  pipelines:
    metrics: {receivers: [host_metrics], exporters: [nop]}
    logs: {receivers: [${receiver}], exporters: [nop]}
`;

const libraryWith = (yaml: string): PipelineLibrary => {
  const composed = composeRevision({ kind: 'settings', yaml }, sha256);
  if (!composed.accepted) throw new Error(composed.refusal.message);
  const first = headOf(composed.value, 1, '', { at: T0, by: ANNA });
  const details = { name: 'web hosts', description: '', owner: 'anna@example.com', team: null, labels: {} };
  const created = evolvePipeline(null, { type: 'created', id: pipelineId, tenantId, details, first, at: T0, by: ANNA });
  const pipeline = evolvePipeline(created, { type: 'published', revision: 1, at: T0, by: ANNA });
  const revision: Revision = { ...first, ...composed.value, pipelineId, published: { at: T0, by: ANNA } };
  return { load: async () => pipeline, revision: async () => revision };
};

test('a component of the full build is no reason to refuse settings, and one that nobody has is', async () => {
  const ownPipeline = { pipelineId };
  const pair = { baselinePipeline: ownPipeline, candidatePipeline: ownPipeline };
  const found = async (receiver: string) =>
    (await findPipelines(libraryWith(withLogsFrom(receiver)), tenantId, pair)).candidatePipeline;
  expect(await found('file_log')).toMatchObject({ accepted: true, value: { kind: 'settings' } });
  expect(await found('file_lag')).toMatchObject({
    accepted: false,
    refusal: { code: 'pipeline-has-findings', errors: [{ code: 'component-not-available' }] },
  });
});
