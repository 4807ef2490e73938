import { beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { Plan } from '../../../src/experiments/application/plan.ts';
import type { VariantPipeline } from '../../../src/experiments/domain/settings.ts';
import { ClusterId, type PipelineId } from '../../../src/kernel/identity.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { makeChangePipeline } from '../../../src/pipelines/application/change-pipeline.ts';
import { makeCreatePipeline } from '../../../src/pipelines/application/create-pipeline.ts';
import type { SavedPipeline } from '../../../src/pipelines/contract/views.ts';
import type { PipelineOrigin } from '../../../src/pipelines/domain/revision.ts';
import { TemplateName } from '../../../src/pipelines/domain/template.ts';
import { CLUSTER, settings } from '../../support/builders.ts';
import { incumbentObjects } from '../../support/incumbents.ts';
import { ANNA_PRINCIPAL, makeWorld, type World } from '../../support/world.ts';

// Experiments whose variants are pipelines that people own, from their drafts to what is on the cluster.

const OWN = `receivers: {host_metrics: {collection_interval: 60s, scrapers: {cpu: {}, process: {}}}}
processors: {filter/idle: {error_mode: ignore, metric_conditions: ['metric.name == "process.threads"']}}
exporters: {otlp_http: {endpoint: https://otlp.example.com}}
service: {pipelines: {metrics: {receivers: [host_metrics], processors: [filter/idle], exporters: [otlp_http]}}}
`;

let world: World;
beforeEach(() => {
  world = makeWorld();
});

const own = (yaml = OWN): PipelineOrigin => ({ kind: 'settings', yaml });
const topK = (cpu: number): PipelineOrigin => ({
  kind: 'template',
  template: TemplateName.parse('top-k'),
  parameters: { cpu_threshold_ratio: cpu },
});

let names = 0;
/** A pipeline with these revisions, the last of which is published. */
const published = async (...origins: readonly PipelineOrigin[]): Promise<PipelineId> => {
  const ports = { pipelines: world.pipelines, clock: world.time, sha256 };
  const change = makeChangePipeline(ports);
  const [first, ...rest] = origins;
  if (first === undefined) throw new Error('a pipeline has at least one revision');
  names += 1;
  const asked = { caller: ANNA_PRINCIPAL, note: '' };
  const { pipeline } = world.required(
    await makeCreatePipeline(ports)({
      ...asked,
      details: { name: `pipeline ${names}` },
      origin: first,
      idempotencyKey: `key ${names}`,
    }),
  );
  let version = pipeline.version;
  for (const origin of rest) {
    const saved = world.required(await change.revise({ ...asked, pipelineId: pipeline.id, version, origin }));
    version = saved.pipeline.version;
  }
  world.required(await change.publish({ caller: ANNA_PRINCIPAL, pipelineId: pipeline.id, version }));
  return pipeline.id;
};
/** What a collector runs on this cluster, as a published pipeline. */
const adopted = async (clusterId: ClusterId): Promise<PipelineId> => {
  const ports = { pipelines: world.pipelines, clock: world.time, sha256 };
  const incumbent = {
    clusterId,
    collector: 'daemonset.observability.otel-agent.collector',
    image: 'otel/opentelemetry-collector-contrib:0.142.0',
    imageDigest: null,
    version: '0.142.0',
    seenAt: world.time.now(),
  };
  const origin = own(OWN.replace('processors: [filter/idle], ', ''));
  const asked = { details: { name: 'what runs' }, origin, incumbent, note: '', idempotencyKey: 'adopted' };
  const { pipeline } = world.required(await makeCreatePipeline(ports)({ ...asked, caller: ANNA_PRINCIPAL }));
  const publishing = { caller: ANNA_PRINCIPAL, pipelineId: pipeline.id, version: pipeline.version };
  world.required(await makeChangePipeline(ports).publish(publishing));
  return pipeline.id;
};

const draft = async (origin: PipelineOrigin): Promise<SavedPipeline['id']> => {
  names += 1;
  const create = makeCreatePipeline({ pipelines: world.pipelines, clock: world.time, sha256 });
  const details = { name: `draft ${names}` };
  const caller = ANNA_PRINCIPAL;
  return world.required(await create({ details, origin, note: '', caller, idempotencyKey: `key ${names}` })).pipeline
    .id;
};

const createWith = (candidatePipeline: VariantPipeline) =>
  world.create({
    settings: settings({ candidatePipeline }),
    caller: ANNA_PRINCIPAL,
    idempotencyKey: `experiment ${names}`,
  });
const findingsWith = async (candidate: VariantPipeline): Promise<readonly string[]> => {
  const outcome = await createWith(candidate);
  return outcome.accepted ? [] : (outcome.refusal.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`);
};

describe('what a draft may name', () => {
  test('the published revision, whose number is written down', async () => {
    const pipelineId = await published(topK(0.01), own());
    const made = world.required(await createWith({ pipelineId }));
    expect(made.experiment.settings.candidatePipeline).toEqual({ pipelineId, revision: 2 });
  });

  test('not a pipeline that nobody knows, nor one of another tenant', async () => {
    const pipelineId = await published(own());
    const stranger = { ...ANNA_PRINCIPAL, tenantId: 'globex' as typeof ANNA_PRINCIPAL.tenantId };
    expect(await findingsWith({ pipelineId: `${pipelineId.slice(0, -1)}z` as PipelineId })).toEqual([
      '/candidate_pipeline/pipeline_id pipeline-not-found',
    ]);
    const foreign = await world.create({
      settings: settings({ candidatePipeline: { pipelineId } }),
      caller: stranger,
      idempotencyKey: 'foreign',
    });
    expect(foreign).toMatchObject({ accepted: false, refusal: { errors: [{ code: 'pipeline-not-found' }] } });
  });

  test('not a revision that does not exist or was never published', async () => {
    const pipelineId = await published(topK(0.01), own());
    expect(await findingsWith({ pipelineId, revision: 3 })).toEqual([
      '/candidate_pipeline/revision pipeline-revision-not-found',
    ]);
    expect(await findingsWith({ pipelineId, revision: 1 })).toEqual([
      '/candidate_pipeline/revision pipeline-not-published',
    ]);
    expect(await findingsWith({ pipelineId: await draft(own()) })).toEqual([
      '/candidate_pipeline/pipeline_id pipeline-not-published',
    ]);
  });

  test('not settings in which today’s validator finds an error, though they were published before', async () => {
    const pipelineId = await published(own());
    const library = world.pipelines;
    const before = library.revision;
    // as if the revision had been stored by a version that knew less
    Object.assign(library, {
      revision: async (...asked: Parameters<typeof before>) => {
        const revision = await before(...asked);
        return revision === null
          ? null
          : { ...revision, yaml: OWN.replace('exporters: [otlp_http]', 'exporters: [gone]') };
      },
    });
    expect(await findingsWith({ pipelineId, revision: 1 })).toEqual([
      '/candidate_pipeline/revision reference-undefined',
    ]);
  });

  test('not beside settings that read something else of the node', async () => {
    const [one, other] = [await published(own()), await published(own(OWN.replace('cpu: {}, ', '')))];
    const outcome = await world.create({
      settings: settings({ baselinePipeline: { pipelineId: one }, candidatePipeline: { pipelineId: other } }),
      caller: ANNA_PRINCIPAL,
      idempotencyKey: 'unequal',
    });
    expect(outcome).toMatchObject({
      accepted: false,
      refusal: { errors: [{ pointer: '/candidate_pipeline', code: 'pipeline-not-comparable' }] },
    });
  });

  test('not what the owner of the cluster does not allow, at the draft and again at the start', async () => {
    const dropping = OWN.replace(
      'metric.name == "process.threads"',
      'resource.attributes["process.executable.name"] == "nginx"',
    );
    const reading = OWN.replace('process.threads', `\${env:HIDDEN:-x}`);
    expect(await findingsWith({ pipelineId: await published(own(dropping)) })).toEqual([
      '/candidate_pipeline/processors/filter~1idle/metric_conditions/0 drops-critical',
    ]);
    expect(await findingsWith({ pipelineId: await published(own(reading)) })).toEqual([
      '/candidate_pipeline/processors/filter~1idle/metric_conditions/0 variable-not-allowed',
    ]);
    const made = world.required(await createWith({ pipelineId: await published(own()) }));
    const { id: experimentId, version } = made.experiment;
    const stored = world.pipelines.revision;
    Object.assign(world.pipelines, {
      revision: async (...asked: Parameters<typeof stored>) => {
        const revision = await stored(...asked);
        return revision === null ? null : { ...revision, yaml: dropping };
      },
    });
    expect(await world.start({ experimentId, version, caller: ANNA_PRINCIPAL, as: 'start' })).toMatchObject({
      accepted: false,
      refusal: { code: 'experiment-validation-failed', errors: [{ code: 'drops-critical' }] },
    });
  });

  test('not settings that read nothing of the node', async () => {
    const pipelineId = await published(
      own(
        OWN.replaceAll('host_metrics', 'otlp').replace(
          '{collection_interval: 60s, scrapers: {cpu: {}, process: {}}}',
          '{protocols: {grpc: {}}}',
        ),
      ),
    );
    expect(await findingsWith({ pipelineId })).toEqual(['/candidate_pipeline/receivers pipeline-not-comparable']);
  });
});

describe('from a revision to the cluster', () => {
  const untilState = async (ref: Awaited<ReturnType<World['begin']>>, state: string) => {
    for (let seconds = 0; seconds < 600; seconds += 1) {
      const experiment = await world.now(ref);
      if (experiment.state === state) return experiment;
      await world.time.advance(1);
    }
    throw new Error(`never ${state}: ${(await world.now(ref)).state} ${world.failures}`);
  };

  test('an author’s own settings run beside a template to a verdict, in the frame', async () => {
    const pipelineId = await published(own());
    const ref = await world.begin({ candidatePipeline: { pipelineId } });
    const offered = await untilState(ref, 'awaiting_approval');
    expect(offered).toMatchObject({ verdict: { verdict: 'promote' } });
    const plan = Plan.parse(await world.experiments.plan({ ...ref, epoch: offered.epoch }));
    const [entry] = plan.clusters;
    expect(entry?.baseline).toMatchObject({ template: 'baseline', pipeline: null });
    expect(parse(entry?.baseline.yaml ?? '').receivers).toEqual(parse(entry?.candidate.yaml ?? '').receivers);
    expect(entry?.candidate).toMatchObject({ template: null, pipeline: { pipelineId, revision: 1 } });
    expect(parse(entry?.candidate.yaml ?? '').exporters).toHaveProperty('prometheus_remote_write');
    expect(entry?.candidate.yaml).not.toContain('otlp.example.com');
  });

  test.each([
    ['there', CLUSTER, false],
    ['elsewhere', ClusterId.parse('clu-00000000000z'), true],
  ])(
    'against what runs %s: hypothetical is a baseline that runs elsewhere, and nobody’s objects change',
    async (_, clusterId, hypotheticalBaseline) => {
      const others = incumbentObjects('agent-by-hand');
      world.kubernetes.setOthers(others);
      const pipelineId = await adopted(clusterId);
      const ref = await world.begin({
        baselinePipeline: { pipelineId },
        candidatePipeline: { pipelineId: await published(own()) },
      });
      const offered = await untilState(ref, 'awaiting_approval');
      expect(offered).toMatchObject({ verdict: { verdict: 'promote', hypotheticalBaseline } });
      const [entry] = Plan.parse(await world.experiments.plan({ ...ref, epoch: offered.epoch })).clusters;
      expect(entry?.baseline).toMatchObject({ pipeline: { pipelineId, revision: 1 }, incumbentOf: clusterId });
      expect(entry?.candidate).not.toHaveProperty('incumbentOf');
      expect(others).toEqual(incumbentObjects('agent-by-hand'));
    },
  );

  test('two revisions of one pipeline are compared with each other', async () => {
    const ports = { pipelines: world.pipelines, clock: world.time, sha256 };
    const pipelineId = await published(topK(0.01));
    const change = makeChangePipeline(ports);
    const asked = { caller: ANNA_PRINCIPAL, pipelineId };
    await change.revise({ ...asked, version: 2, origin: topK(0.05), note: '' });
    await change.publish({ ...asked, version: 3 });
    const ref = await world.begin({
      baselinePipeline: { pipelineId, revision: 1 },
      candidatePipeline: { pipelineId, revision: 2 },
    });
    const offered = await untilState(ref, 'awaiting_approval');
    const plan = Plan.parse(await world.experiments.plan({ ...ref, epoch: offered.epoch }));
    expect(plan.clusters[0]?.baseline.parameters).toMatchObject({ cpu_threshold_ratio: 0.01 });
    expect(plan.clusters[0]?.candidate.parameters).toMatchObject({ cpu_threshold_ratio: 0.05 });
  });

  test('what is saved and published after the draft changes nothing of it; a deletion before the start is told', async () => {
    const pipelineId = await published(topK(0.01));
    const made = world.required(await createWith({ pipelineId }));
    const change = makeChangePipeline({ pipelines: world.pipelines, clock: world.time, sha256 });
    const asked = { caller: ANNA_PRINCIPAL, pipelineId };
    await change.revise({ ...asked, version: 2, origin: own(), note: '' });
    await change.publish({ ...asked, version: 3 });
    expect(made.experiment.settings.candidatePipeline).toEqual({ pipelineId, revision: 1 });
    await change.deprecate({ ...asked, version: 4, reason: 'replaced' });
    await change.remove({ ...asked, version: 5 });
    const { id: experimentId, version } = made.experiment;
    expect(await world.start({ experimentId, version, caller: ANNA_PRINCIPAL, as: 'start' })).toMatchObject({
      accepted: false,
      refusal: { code: 'experiment-validation-failed', errors: [{ code: 'pipeline-not-found' }] },
    });
  });
});
