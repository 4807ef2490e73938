import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { PriceBookId } from '../../cost/domain/price-book.ts';
import { ClusterId, PipelineId } from '../../kernel/identity.ts';
import { PageQuery, page, route } from '../../platform/declare/route.ts';
import { Destination } from '../domain/destination.ts';
import { PipelineDiff } from '../domain/diff.ts';
import { ExportedFile, ExportFormat } from '../domain/export.ts';
import { CollectorPlace } from '../domain/generate.ts';
import { PipelineDetails, PipelineStatus } from '../domain/pipeline.ts';
import { Preview, PreviewTerms } from '../domain/preview/preview.ts';
import { PreviewSide } from '../domain/preview/sides.ts';
import { Recording } from '../domain/recording.ts';
import { PipelineOrigin, Revision, RevisionNote, RevisionNumber, SettingsYaml } from '../domain/revision.ts';
import { PipelineChoice, RenderedPipeline, Template, TemplateName } from '../domain/template.ts';
import { Validity } from '../domain/validation/validity.ts';
import { ImportedPipeline, ListedRevision, PipelineView, SavedPipeline } from './views.ts';

const ById = z.object({ pipelineId: PipelineId });
/** In a path everything is a text. */
const NumberInPath = z.coerce.number().pipe(RevisionNumber);

/** What a new pipeline is told about itself; who creates it owns it unless somebody else is named. */
const NewDetails = PipelineDetails.partial({ description: true, owner: true, team: true, labels: true });
const Note = RevisionNote.default('');

/** Why settings cannot become a revision. */
export const COMPOSE_REFUSALS = [
  'pipeline-template-not-found',
  'pipeline-parameter-invalid',
  'pipeline-override-invalid',
  'pipeline-secret-in-plain-text',
] as const;

const OWN_SETTINGS = [
  'receivers:',
  '  host_metrics: {collection_interval: 60s, scrapers: {cpu: {}, memory: {}, process: {}}}',
  'exporters:',
  '  otlp_http: {endpoint: https://otlp.example.com}',
  'service:',
  '  pipelines:',
  '    metrics: {receivers: [host_metrics], exporters: [otlp_http]}',
  '',
].join('\n');

/** A template with its values, in a frame. */
const RenderWish = PipelineChoice.extend({
  criticalProcesses: z.array(z.string()).max(100).default([]),
  collectionIntervalSeconds: z.int().min(1).max(3600).default(60),
  /** how remote write is signed: SigV4 where the measurement store is a managed one on AWS */
  remoteWriteAuth: z.enum(['sigv4', 'none']).default('none'),
  /** where it goes beside the measurement store; an experiment sends nowhere else */
  destinations: z.array(Destination).max(3).default([]),
});

/** A Kubernetes object as it is applied; its keys are Kubernetes' own. */
const ManifestObject = z.record(z.string(), z.unknown());

/** A recorded host, and two pipelines to look ahead at; nothing is stored. */
const PreviewRequest = z.strictObject({
  recording: Recording,
  baseline: PreviewSide,
  candidate: PreviewSide,
  criticalProcesses: z.array(z.string()).max(100).default([]),
  /** of templates; settings of one's own say theirs */
  collectionIntervalSeconds: z.int().min(1).max(3600).default(60),
  /** so many hosts like the recorded one, for the bills */
  hosts: z.int().min(1).max(1_000_000).default(1),
  terms: PreviewTerms.default({}),
  /** absent: every vendor */
  priceBook: PriceBookId.optional(),
});
export type PreviewRequest = z.infer<typeof PreviewRequest>;

export const pipelineRoutes = [
  route({
    name: 'listTemplates',
    method: 'GET',
    path: '/templates',
    summary: 'Templates of pipelines, newest version of each',
    permission: may('pipeline:read'),
    status: 200,
    response: z.object({ items: z.array(Template) }),
    refusals: [],
  }),
  route({
    name: 'getTemplate',
    method: 'GET',
    path: '/templates/{name}',
    summary: 'One template with its parameters',
    permission: may('pipeline:read'),
    params: z.object({ name: TemplateName }),
    status: 200,
    response: Template,
    refusals: ['pipeline-template-not-found'],
  }),
  route({
    name: 'renderPipeline',
    method: 'POST',
    path: '/pipelines/render',
    summary: 'Template and parameters → collector settings; nothing is stored',
    permission: may('pipeline:validate'),
    body: RenderWish,
    status: 200,
    response: RenderedPipeline,
    refusals: ['pipeline-template-not-found', 'pipeline-parameter-invalid', 'pipeline-override-invalid'],
    example: { template: 'top-k', parameters: { cpu_threshold_ratio: 0.01 }, criticalProcesses: ['nginx', 'postgres'] },
  }),
  route({
    name: 'previewPipelines',
    method: 'POST',
    path: '/pipelines/preview',
    summary:
      'A recorded host and two pipelines → series, points, bytes, critical processes and bills of each; at list prices, nothing is stored',
    permission: may('pipeline:validate'),
    body: PreviewRequest,
    status: 200,
    response: Preview,
    refusals: [
      'pipeline-template-not-found',
      'pipeline-parameter-invalid',
      'pipeline-override-invalid',
      'pipeline-not-comparable',
      'pipeline-not-previewable',
      'recording-too-large',
      'price-book-not-found',
    ],
    example: {
      recording: {
        kind: 'phoenix-recording',
        version: 1,
        recordedAt: '2026-01-05T10:00:00.000Z',
        ticksPerSecond: 100,
        pageBytes: 4096,
        owners: { '0': 'root' },
        moments: [{ atSeconds: 0, files: {}, links: {}, counts: {} }],
      },
      baseline: { template: 'baseline' },
      candidate: { template: 'top-k', parameters: { cpu_threshold_ratio: 0.01 } },
      criticalProcesses: ['nginx', 'postgres'],
      hosts: 100,
    },
  }),
  route({
    name: 'validatePipeline',
    method: 'POST',
    path: '/pipelines/validate',
    summary: 'Everything that can be said about settings without starting a collector; nothing is stored',
    permission: may('pipeline:validate'),
    body: z.strictObject({ yaml: SettingsYaml }),
    status: 200,
    response: Validity,
    refusals: [],
    example: { yaml: OWN_SETTINGS },
  }),
  route({
    name: 'listPipelines',
    method: 'GET',
    path: '/pipelines',
    summary: 'Pipelines of the tenant, newest first',
    permission: may('pipeline:read'),
    query: PageQuery.extend({ status: PipelineStatus.optional(), team: z.string().max(40).optional() }),
    status: 200,
    response: page(PipelineView),
    refusals: [],
  }),
  route({
    name: 'createPipeline',
    method: 'POST',
    path: '/pipelines',
    summary: 'A draft with its first revision and everything that was found in it',
    permission: may('pipeline:write'),
    concurrency: 'idempotency-key',
    body: NewDetails.extend({ origin: PipelineOrigin, note: Note }),
    status: 201,
    response: SavedPipeline,
    refusals: [...COMPOSE_REFUSALS, 'pipeline-name-taken', 'pipeline-quota-exceeded'],
    example: {
      name: 'web hosts',
      team: 'platform',
      origin: { kind: 'template', template: 'top-k', parameters: { cpu_threshold_ratio: 0.02 } },
      note: 'twice the threshold',
    },
  }),
  route({
    name: 'importPipeline',
    method: 'POST',
    path: '/pipelines/import',
    summary:
      'A draft from settings that exist: as they are, or inside a ConfigMap, an OpenTelemetryCollector or Helm values; comments stay, secrets become references',
    permission: may('pipeline:write'),
    concurrency: 'idempotency-key',
    body: NewDetails.extend({ text: z.string().min(1), note: Note }),
    status: 201,
    response: ImportedPipeline,
    refusals: [
      'pipeline-import-unreadable',
      'pipeline-secret-in-plain-text',
      'pipeline-name-taken',
      'pipeline-quota-exceeded',
    ],
    example: { name: 'what runs today', text: OWN_SETTINGS },
  }),
  route({
    name: 'adoptCollector',
    method: 'POST',
    path: '/pipelines/adopt',
    summary:
      'A draft from a collector that was found on a cluster: what of its settings can run beside it, for a baseline that is what runs today',
    permission: may('pipeline:write'),
    concurrency: 'idempotency-key',
    body: NewDetails.extend({ clusterId: ClusterId, collectorId: z.string().max(420), note: Note }),
    status: 201,
    response: ImportedPipeline,
    refusals: [
      'pipeline-import-unreadable',
      'pipeline-secret-in-plain-text',
      'pipeline-name-taken',
      'pipeline-quota-exceeded',
    ],
    example: {
      name: 'what runs on eu-1',
      clusterId: 'clu-0123456789ab',
      collectorId: 'daemonset.observability.otel-agent.collector',
    },
  }),
  route({
    name: 'getPipeline',
    method: 'GET',
    path: '/pipelines/{pipelineId}',
    summary: 'One pipeline',
    permission: may('pipeline:read'),
    params: ById,
    status: 200,
    response: PipelineView,
    refusals: [],
  }),
  route({
    name: 'revisePipeline',
    method: 'PUT',
    path: '/pipelines/{pipelineId}',
    summary: 'Save settings as the next revision; the same settings again are no new one',
    permission: may('pipeline:write'),
    concurrency: 'if-match',
    params: ById,
    body: z.strictObject({ origin: PipelineOrigin, note: Note }),
    status: 200,
    response: SavedPipeline,
    refusals: [...COMPOSE_REFUSALS, 'pipeline-quota-exceeded', 'state-conflict'],
    example: { origin: { kind: 'settings', yaml: OWN_SETTINGS }, note: 'reads memory as well' },
  }),
  route({
    name: 'changePipeline',
    method: 'PATCH',
    path: '/pipelines/{pipelineId}',
    summary: 'Change what is said about it; its settings stay',
    permission: may('pipeline:write'),
    concurrency: 'if-match',
    params: ById,
    body: PipelineDetails.partial(),
    status: 200,
    response: PipelineView,
    refusals: ['pipeline-name-taken'],
    example: { owner: 'team web', team: 'web' },
  }),
  route({
    name: 'deletePipeline',
    method: 'DELETE',
    path: '/pipelines/{pipelineId}',
    summary: 'Delete a draft or a deprecated pipeline; experiments keep what they were given',
    permission: may('pipeline:write'),
    concurrency: 'if-match',
    params: ById,
    status: 204,
    response: z.null(),
    refusals: ['state-conflict'],
  }),
  route({
    name: 'publishPipeline',
    method: 'POST',
    path: '/pipelines/{pipelineId}/publish',
    summary: 'Make a revision the one that is meant by the pipeline; refused while it has errors',
    permission: may('pipeline:write'),
    concurrency: 'if-match',
    params: ById,
    body: z.strictObject({ revision: RevisionNumber.optional() }),
    status: 200,
    response: PipelineView,
    refusals: ['pipeline-invalid-config', 'pipeline-revision-not-found'],
    example: { revision: 3 },
  }),
  route({
    name: 'deprecatePipeline',
    method: 'POST',
    path: '/pipelines/{pipelineId}/deprecate',
    summary: 'No longer offer it; nothing that runs is changed',
    permission: may('pipeline:write'),
    concurrency: 'if-match',
    params: ById,
    body: z.strictObject({ reason: z.string().trim().min(3).max(500) }),
    status: 200,
    response: PipelineView,
    refusals: [],
    example: { reason: 'replaced by web hosts 2' },
  }),
  route({
    name: 'listRevisions',
    method: 'GET',
    path: '/pipelines/{pipelineId}/revisions',
    summary: 'Its revisions without their text, newest first',
    permission: may('pipeline:read'),
    params: ById,
    query: PageQuery,
    status: 200,
    response: page(ListedRevision),
    refusals: [],
  }),
  route({
    name: 'getRevision',
    method: 'GET',
    path: '/pipelines/{pipelineId}/revisions/{revision}',
    summary: 'One revision with its text and everything that was found in it',
    permission: may('pipeline:read'),
    params: ById.extend({ revision: NumberInPath }),
    status: 200,
    response: Revision,
    refusals: ['pipeline-revision-not-found'],
  }),
  route({
    name: 'diffRevisions',
    method: 'GET',
    path: '/pipelines/{pipelineId}/diff',
    summary: 'What two revisions do differently, each difference in a sentence; other spelling is no difference',
    permission: may('pipeline:read'),
    params: ById,
    query: z.object({ from: NumberInPath, to: NumberInPath }),
    status: 200,
    response: PipelineDiff,
    refusals: ['pipeline-revision-not-found', 'pipeline-invalid-config'],
  }),
  route({
    name: 'exportPipeline',
    method: 'GET',
    path: '/pipelines/{pipelineId}/export',
    summary: 'A revision as files for a repository that a cluster follows: manifests, Kustomize folder or Helm values',
    permission: may('pipeline:read'),
    params: ById,
    query: z.object({
      format: ExportFormat.default('yaml'),
      /** absent: the published one, or the newest of a draft */
      revision: NumberInPath.optional(),
      namespace: z
        .string()
        .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a namespace such as telemetry')
        .default('telemetry'),
      clusterName: z.string().min(1).max(100).optional(),
      remoteWriteUrl: z.url({ protocol: /^https?$/ }).optional(),
    }),
    status: 200,
    response: z.object({ revision: RevisionNumber, files: z.array(ExportedFile) }),
    refusals: ['pipeline-revision-not-found', 'pipeline-invalid-config'],
  }),
  route({
    name: 'generatePipeline',
    method: 'POST',
    path: '/generator/generate',
    summary:
      'Template, parameters and a place → settings, what each part does, and the Kubernetes objects around them; nothing is stored or applied',
    permission: may('pipeline:validate'),
    body: RenderWish.extend({ place: CollectorPlace }),
    status: 200,
    response: z.object({ rendered: RenderedPipeline, objects: z.array(ManifestObject) }),
    refusals: [
      'pipeline-template-not-found',
      'pipeline-parameter-invalid',
      'pipeline-override-invalid',
      'pipeline-not-deployable',
    ],
    example: {
      template: 'aggregated',
      place: {
        name: 'hosts',
        clusterName: 'prod',
        remoteWriteUrl: 'https://store.example.com/api/v1/write',
        image: 'registry.example.com/collector@sha256:…',
      },
    },
  }),
] as const;
