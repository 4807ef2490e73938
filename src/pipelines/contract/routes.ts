import * as z from 'zod';
import { may } from '../../access/domain/permissions.ts';
import { PriceBookId } from '../../cost/domain/price-book.ts';
import { route } from '../../platform/declare/route.ts';
import { Destination } from '../domain/destination.ts';
import { CollectorPlace } from '../domain/generate.ts';
import { Preview, PreviewTerms } from '../domain/preview/preview.ts';
import { PreviewSide } from '../domain/preview/sides.ts';
import { Recording } from '../domain/recording.ts';
import { PipelineChoice, RenderedPipeline, Template, TemplateName } from '../domain/template.ts';

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
