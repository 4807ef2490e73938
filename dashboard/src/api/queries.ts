import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type * as z from 'zod';
import type { AuditOutcome } from '../../../src/audit/domain/entry.ts';
import type { PriceBookId } from '../../../src/cost/domain/price-book.ts';
import type { ExperimentVerdict, ExperimentView } from '../../../src/experiments/contract/views.ts';
import type { ExperimentSettings } from '../../../src/experiments/domain/settings.ts';
import { type State, TERMINAL_STATES } from '../../../src/experiments/domain/vocabulary.ts';
import type { ClusterId, ExperimentId, OperationId, PipelineId } from '../../../src/kernel/identity.ts';
import type { MetricName } from '../../../src/measurement/domain/sample.ts';
import type { PipelineStatus } from '../../../src/pipelines/domain/pipeline.ts';
import { api, authSettings } from '../session/session.ts';

/** What a form holds before the schema has filled in its defaults. */
export type SettingsInput = z.input<typeof ExperimentSettings>;

export interface ListFilters {
  readonly state?: State | undefined;
  readonly verdict?: ExperimentVerdict | undefined;
  readonly clusterId?: ClusterId | undefined;
}

export interface AuditFilters {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  readonly subject?: string | undefined;
}

const SECOND = 1000;

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: async () => (await authSettings()).body,
  staleTime: Number.POSITIVE_INFINITY,
  // until the API is there: locally it comes up while this page is already open
  refetchInterval: ({ state }) => (state.data === undefined ? 2 * SECOND : false),
});

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => (await api.getMe({ signal })).body,
  staleTime: 60 * SECOND,
});

interface WantedPage {
  readonly limit: number;
  readonly nextToken?: string;
}

/** A list that comes page by page; what is shown stays until what is asked for instead is here. */
const pageByPage = <Body extends { readonly metadata: { readonly nextToken: string | null } }>(
  queryKey: readonly unknown[],
  ask: (page: WantedPage, signal: AbortSignal) => Promise<{ readonly body: Body }>,
) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: async ({ signal, pageParam }) =>
      (await ask({ limit: 50, ...(pageParam === null ? {} : { nextToken: pageParam }) }, signal)).body,
    initialPageParam: null as string | null,
    getNextPageParam: ({ metadata }) => metadata.nextToken,
    placeholderData: keepPreviousData,
  });

export const auditQuery = (filters: AuditFilters) =>
  pageByPage(['audit', filters], (page, signal) => api.listAudit({ query: { ...page, ...filters }, signal }));

export const experimentsQuery = (filters: ListFilters) =>
  infiniteQueryOptions({
    ...pageByPage(['experiments', filters], (page, signal) =>
      api.listExperiments({ query: { ...page, ...filters }, signal }),
    ),
    refetchInterval: 5 * SECOND,
  });

/** Nothing moves by itself any more. */
export const isAtRest = ({ state, cleanup }: Pick<ExperimentView, 'state' | 'cleanup'>): boolean =>
  state === 'draft' || (TERMINAL_STATES.some((terminal) => terminal === state) && cleanup !== 'pending');

/** How often a page that watches an experiment asks again. */
const pace = (isResting: boolean, everySeconds: number): number => (isResting ? 30 : everySeconds) * SECOND;

export const experimentQuery = (experimentId: ExperimentId) =>
  queryOptions({
    queryKey: ['experiment', experimentId],
    queryFn: async ({ signal }) => (await api.getExperiment({ params: { experimentId }, signal })).body,
    refetchInterval: ({ state }) => pace(state.data !== undefined && isAtRest(state.data), 2),
  });

/** What is asked about an experiment beside itself; `view` says whether it still changes and in which epoch. */
type Subject = Pick<ExperimentView, 'id' | 'epoch' | 'state' | 'cleanup'>;
const every = (view: Subject, seconds: number) => ({ refetchInterval: pace(isAtRest(view), seconds) });
const keyOf = (view: Subject, ...rest: readonly string[]) => ['experiment', view.id, view.epoch, ...rest];

/** Why an experiment that was just created did not start: kept for its page, lost with a reload. */
export const startFailureKey = (experimentId: ExperimentId) => ['start-failure', experimentId] as const;

export const startFailureQuery = (experimentId: ExperimentId) =>
  queryOptions<string | null>({
    queryKey: startFailureKey(experimentId),
    queryFn: () => null,
    enabled: false,
  });

export const metricsQuery = (view: Subject, metric: MetricName) =>
  queryOptions({
    queryKey: keyOf(view, 'metrics', metric),
    queryFn: async ({ signal }) =>
      (await api.getExperimentMetrics({ params: { experimentId: view.id }, query: { metric }, signal })).body,
    placeholderData: keepPreviousData,
    ...every(view, 4),
  });

export const looksQuery = (view: Subject) =>
  queryOptions({
    queryKey: keyOf(view, 'looks'),
    queryFn: async ({ signal }) => (await api.listLooks({ params: { experimentId: view.id }, signal })).body.items,
    ...every(view, 4),
  });

export const processesQuery = (view: Subject) =>
  queryOptions({
    queryKey: keyOf(view, 'processes'),
    queryFn: async ({ signal }) =>
      (await api.getExperimentProcesses({ params: { experimentId: view.id }, signal })).body,
    ...every(view, 5),
  });

export const deploymentQuery = (view: Subject) =>
  queryOptions({
    queryKey: keyOf(view, 'deployment'),
    queryFn: async ({ signal }) =>
      (await api.getExperimentDeployment({ params: { experimentId: view.id }, signal })).body.variants,
    ...every(view, 4),
  });

export const transitionsQuery = (view: Subject) =>
  queryOptions({
    queryKey: keyOf(view, 'transitions', view.state),
    queryFn: async ({ signal }) =>
      (await api.listTransitions({ params: { experimentId: view.id }, signal })).body.items,
    placeholderData: keepPreviousData,
    ...every(view, 10),
  });

export const namedQueriesQuery = (view: Subject) =>
  queryOptions({
    queryKey: keyOf(view, 'queries'),
    queryFn: async ({ signal }) =>
      (await api.getExperimentQueries({ params: { experimentId: view.id }, signal })).body.items,
    staleTime: 60 * SECOND,
  });

export const templatesQuery = queryOptions({
  queryKey: ['templates'],
  queryFn: async ({ signal }) => (await api.listTemplates({ signal })).body.items,
  staleTime: 5 * 60 * SECOND,
});

export interface PipelineFilters {
  readonly status?: PipelineStatus | undefined;
}

/** As many as a tenant may have fit on one page. */
export const pipelinesQuery = (filters: PipelineFilters = {}) =>
  queryOptions({
    queryKey: ['pipelines', filters],
    queryFn: async ({ signal }) => (await api.listPipelines({ query: { limit: 100, ...filters }, signal })).body.items,
    placeholderData: keepPreviousData,
    refetchInterval: 15 * SECOND,
  });

export const pipelineQuery = (pipelineId: PipelineId) =>
  queryOptions({
    queryKey: ['pipeline', pipelineId],
    queryFn: async ({ signal }) => (await api.getPipeline({ params: { pipelineId }, signal })).body,
    refetchInterval: 15 * SECOND,
  });

/** A revision changes once: when it is published. */
export const revisionQuery = (pipelineId: PipelineId, revision: number) =>
  queryOptions({
    queryKey: ['pipeline', pipelineId, 'revision', revision],
    queryFn: async ({ signal }) => (await api.getRevision({ params: { pipelineId, revision }, signal })).body,
    staleTime: 60 * SECOND,
  });

export const revisionsQuery = (pipelineId: PipelineId, version: number) =>
  pageByPage(['pipeline', pipelineId, 'revisions', version], (page, signal) =>
    api.listRevisions({ params: { pipelineId }, query: page, signal }),
  );

export const pipelineDiffQuery = (pipelineId: PipelineId, from: number, to: number) =>
  queryOptions({
    queryKey: ['pipeline', pipelineId, 'diff', from, to],
    queryFn: async ({ signal }) =>
      (await api.diffRevisions({ params: { pipelineId }, query: { from, to }, signal })).body,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });

export type ExportQuery = Parameters<typeof api.exportPipeline>[0]['query'];

export const exportQuery = (pipelineId: PipelineId, query: NonNullable<ExportQuery>) =>
  queryOptions({
    queryKey: ['pipeline', pipelineId, 'export', query],
    queryFn: async ({ signal }) => (await api.exportPipeline({ params: { pipelineId }, query, signal })).body,
    placeholderData: keepPreviousData,
    retry: false,
  });

export type RenderRequest = Parameters<typeof api.renderPipeline>[0]['body'];

export const renderQuery = (body: RenderRequest) =>
  queryOptions({
    queryKey: ['render', body],
    queryFn: async ({ signal }) => (await api.renderPipeline({ body, signal })).body,
    placeholderData: keepPreviousData,
    staleTime: 5 * 60 * SECOND,
    retry: false,
  });

export type PreviewBody = Parameters<typeof api.previewPipelines>[0]['body'];

/** The key is read at each render and a recording is large, so a number stands for it there. */
export const previewQuery = (nthRecording: number, { recording, ...question }: PreviewBody) =>
  queryOptions({
    queryKey: ['preview', nthRecording, question],
    queryFn: async ({ signal }) => (await api.previewPipelines({ body: { ...question, recording }, signal })).body,
    placeholderData: keepPreviousData,
    staleTime: 5 * 60 * SECOND,
    retry: false,
  });

export const validateQuery = (body: SettingsInput) =>
  queryOptions({
    queryKey: ['validate', body],
    queryFn: async ({ signal }) => (await api.validateExperiment({ body, signal })).body,
    placeholderData: keepPreviousData,
    // nodes come and go while somebody thinks
    refetchInterval: 15 * SECOND,
    retry: false,
  });

/** Read anew only for another question: earlier experiments do not change. */
export const planQuery = (body: SettingsInput) =>
  queryOptions({
    queryKey: ['plan', body],
    queryFn: async ({ signal }) => (await api.planExperiment({ body, signal })).body,
    placeholderData: keepPreviousData,
    staleTime: 60 * SECOND,
    retry: false,
  });

export const clustersQuery = queryOptions({
  queryKey: ['clusters'],
  queryFn: async ({ signal }) => (await api.listClusters({ query: { limit: 100 }, signal })).body.items,
  refetchInterval: 10 * SECOND,
});

export const clusterNodesQuery = (clusterId: ClusterId) =>
  queryOptions({
    queryKey: ['clusters', clusterId, 'nodes'],
    queryFn: async ({ signal }) => (await api.listClusterNodes({ params: { clusterId }, signal })).body,
    refetchInterval: 15 * SECOND,
  });

export const collectorsQuery = (clusterId: ClusterId) =>
  queryOptions({
    queryKey: ['clusters', clusterId, 'collectors'],
    queryFn: async ({ signal }) => (await api.listCollectors({ params: { clusterId }, signal })).body,
    staleTime: 60 * SECOND,
  });

export const onboardingQuery = (clusterId: ClusterId) =>
  queryOptions({
    queryKey: ['clusters', clusterId, 'onboarding'],
    queryFn: async ({ signal }) => (await api.getClusterOnboarding({ params: { clusterId }, signal })).body,
    staleTime: 60 * SECOND,
  });

export const operationQuery = (operationId: OperationId) =>
  queryOptions({
    queryKey: ['operations', operationId],
    queryFn: async ({ signal }) => (await api.getOperation({ params: { operationId }, signal })).body,
    refetchInterval: ({ state }) =>
      state.data?.state === 'succeeded' || state.data?.state === 'failed' ? false : SECOND,
  });

/** What a form of prices sends. */
export type ChangePricesBody = Parameters<typeof api.changePrices>[0]['body'];

export const priceBooksQuery = queryOptions({
  queryKey: ['costs', 'books'],
  queryFn: async ({ signal }) => (await api.listPriceBooks({ signal })).body.items,
  staleTime: 60 * SECOND,
});

export const priceBookQuery = (priceBookId: PriceBookId) =>
  queryOptions({
    queryKey: ['costs', 'books', priceBookId],
    queryFn: async ({ signal }) => (await api.getPriceBook({ params: { priceBookId }, signal })).body,
    staleTime: 60 * SECOND,
  });

export const compareQuery = (body: Parameters<typeof api.compareCost>[0]['body']) =>
  queryOptions({
    queryKey: ['costs', 'compare', body],
    queryFn: async ({ signal }) => (await api.compareCost({ body, signal })).body,
    placeholderData: keepPreviousData,
    staleTime: 60 * SECOND,
    retry: false,
  });

export const spendingQuery = (priceBook: PriceBookId) =>
  queryOptions({
    queryKey: ['costs', 'spending', priceBook],
    queryFn: async ({ signal }) => (await api.getSpendingAnalytics({ query: { priceBook }, signal })).body,
    placeholderData: keepPreviousData,
    staleTime: 60 * SECOND,
  });

export const spendingFlowQuery = (priceBook: PriceBookId) =>
  queryOptions({
    queryKey: ['costs', 'flow', priceBook],
    queryFn: async ({ signal }) => (await api.getSpendingFlow({ query: { priceBook }, signal })).body,
    placeholderData: keepPreviousData,
    refetchInterval: 30 * SECOND,
  });

export const savingsQuery = (priceBook: PriceBookId) =>
  queryOptions({
    queryKey: ['costs', 'savings', priceBook],
    queryFn: async ({ signal }) => (await api.getSavings({ query: { priceBook }, signal })).body,
    placeholderData: keepPreviousData,
    staleTime: 60 * SECOND,
  });

export const costAnalysisQuery = (
  view: Subject,
  asked: { readonly bytesPerPoint?: number | undefined; readonly fleetNodes?: number | undefined },
) =>
  queryOptions({
    queryKey: [...keyOf(view, 'costs'), asked],
    queryFn: async ({ signal }) =>
      (await api.getCostAnalysis({ params: { experimentId: view.id }, query: asked, signal })).body,
    placeholderData: keepPreviousData,
    ...every(view, 10),
  });
