import { createRootRoute, createRoute, createRouter, Outlet, redirect } from '@tanstack/react-router';
import * as z from 'zod';
import { AuditOutcome } from '../../../src/audit/domain/entry.ts';
import { PriceBookId } from '../../../src/cost/domain/price-book.ts';
import { Usage } from '../../../src/cost/domain/usage.ts';
import { ExperimentVerdict } from '../../../src/experiments/contract/views.ts';
import { CriterionMetric } from '../../../src/experiments/domain/settings.ts';
import { State } from '../../../src/experiments/domain/vocabulary.ts';
import { ClusterId, ExperimentId, PipelineId } from '../../../src/kernel/identity.ts';
import { PipelineStatus } from '../../../src/pipelines/domain/pipeline.ts';
import { ParameterValue, TemplateName } from '../../../src/pipelines/domain/template.ts';
import { AuditPage } from '../audit/audit-page.tsx';
import { ClustersPage } from '../clusters/clusters-page.tsx';
import { CostsPage } from '../costs/costs-page.tsx';
import { PriceBookPage } from '../costs/price-book-page.tsx';
import { CreatePage } from '../experiments/create/create-page.tsx';
import { ExperimentPage } from '../experiments/detail/experiment-page.tsx';
import { ListPage } from '../experiments/list-page.tsx';
import { NewPipelinePage } from '../pipelines/new-page.tsx';
import { PipelinePage } from '../pipelines/pipeline-page.tsx';
import { PipelinesPage } from '../pipelines/pipelines-page.tsx';
import { PIPELINE_TABS } from '../pipelines/words.ts';
import { session } from '../session/session.ts';
import { SignInPage } from '../session/sign-in.tsx';
import { TemplatesPage } from '../templates/templates-page.tsx';
import { Empty } from '../ui/states.tsx';
import { Frame } from './frame.tsx';
import { TABS } from './tabs.ts';

// What the address may say. An unreadable part is left out, never an error page.

export const ListSearch = z.object({
  state: State.optional().catch(undefined),
  verdict: ExperimentVerdict.optional().catch(undefined),
  cluster: ClusterId.optional().catch(undefined),
  q: z.string().max(100).optional().catch(undefined),
});

export const ExperimentSearch = z.object({
  tab: z.enum(TABS).optional().catch(undefined),
  metric: CriterionMetric.optional().catch(undefined),
  node: z.string().max(253).optional().catch(undefined),
  /** the zoomed range, in slots */
  from: z.int().min(0).optional().catch(undefined),
  to: z.int().min(0).optional().catch(undefined),
  view: z.enum(['chart', 'table']).optional().catch(undefined),
  settings: z.enum(['diff', 'baseline', 'candidate']).optional().catch(undefined),
  /** of the tab Cost: the bill in depth, bytes per point, nodes of the fleet */
  bill: z.string().max(61).optional().catch(undefined),
  bytes: z.number().gt(0).max(1e5).optional().catch(undefined),
  fleet: z.int().min(1).max(1_000_000).optional().catch(undefined),
});

export const TemplateSearch = z.object({
  parameters: z.record(z.string(), ParameterValue).optional().catch(undefined),
});

const UsageTexts = z.partialRecord(z.keyof(Usage), z.string().max(60));

const CostsSearch = z.object({
  baseline: UsageTexts.optional().catch(undefined),
  candidate: UsageTexts.optional().catch(undefined),
  bill: z.string().max(61).optional().catch(undefined),
  on: z.string().max(61).optional().catch(undefined),
});

export const PipelinesSearch = z.object({
  status: PipelineStatus.optional().catch(undefined),
  q: z.string().max(100).optional().catch(undefined),
});

const revisionNumber = z.int().min(1).max(9999).optional().catch(undefined);

export const PipelineSearch = z.object({
  tab: z.enum(PIPELINE_TABS).optional().catch(undefined),
  /** whose settings are shown; the newest without */
  revision: revisionNumber,
  /** what is compared */
  from: revisionNumber,
  to: revisionNumber,
});

/** Only addresses of our own: the sign-in page sends people on to it. */
const SignInSearch = z.object({
  to: z
    .string()
    .regex(/^\/(?!\/)/)
    .optional()
    .catch(undefined),
});

const root = createRootRoute({
  component: Outlet,
  notFoundComponent: () => (
    <main className="page">
      <Empty
        title="There is no such page"
        action={
          <a className="button" href="/experiments">
            To the experiments
          </a>
        }
      >
        <p>The address may be mistyped, or what it named was deleted.</p>
      </Empty>
    </main>
  ),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: SignInSearch,
  component: SignInPage,
  beforeLoad: ({ search }) => {
    if (session.get().state === 'signed-in') throw redirect({ href: search.to ?? '/experiments' });
  },
});

const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  component: Frame,
  beforeLoad: ({ location }) => {
    if (session.get().state === 'signed-out') throw redirect({ to: '/sign-in', search: { to: location.href } });
  },
});

const home = createRoute({
  getParentRoute: () => frame,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/experiments' });
  },
});

const experiments = createRoute({
  getParentRoute: () => frame,
  path: '/experiments',
  validateSearch: ListSearch,
  component: ListPage,
});

const newExperiment = createRoute({
  getParentRoute: () => frame,
  path: '/experiments/new',
  validateSearch: z.object({
    // the name of a template, or a revision of a pipeline: pipe-0123456789ab@3
    candidate: z.string().max(80).optional().catch(undefined),
    baseline: z.string().max(80).optional().catch(undefined),
  }),
  component: CreatePage,
});

const experiment = createRoute({
  getParentRoute: () => frame,
  path: '/experiments/$experimentId',
  params: { parse: ({ experimentId }) => ({ experimentId: ExperimentId.parse(experimentId) }) },
  validateSearch: ExperimentSearch,
  component: ExperimentPage,
});

const templates = createRoute({
  getParentRoute: () => frame,
  path: '/templates',
  validateSearch: TemplateSearch,
  component: TemplatesPage,
});

const template = createRoute({
  getParentRoute: () => frame,
  path: '/templates/$name',
  params: { parse: ({ name }) => ({ name: TemplateName.parse(name) }) },
  validateSearch: TemplateSearch,
  component: TemplatesPage,
});

export const AuditSearch = z.object({
  actor: z.string().max(128).optional().catch(undefined),
  action: z.string().max(128).optional().catch(undefined),
  outcome: AuditOutcome.optional().catch(undefined),
  subject: z.string().max(128).optional().catch(undefined),
});

const audit = createRoute({
  getParentRoute: () => frame,
  path: '/audit',
  validateSearch: AuditSearch,
  component: AuditPage,
});

const pipelines = createRoute({
  getParentRoute: () => frame,
  path: '/pipelines',
  validateSearch: PipelinesSearch,
  component: PipelinesPage,
});

const newPipeline = createRoute({
  getParentRoute: () => frame,
  path: '/pipelines/new',
  validateSearch: TemplateSearch.extend({ template: TemplateName.optional().catch(undefined) }),
  component: NewPipelinePage,
});

const pipeline = createRoute({
  getParentRoute: () => frame,
  path: '/pipelines/$pipelineId',
  params: { parse: ({ pipelineId }) => ({ pipelineId: PipelineId.parse(pipelineId) }) },
  validateSearch: PipelineSearch,
  component: PipelinePage,
});

const clusters = createRoute({ getParentRoute: () => frame, path: '/clusters', component: ClustersPage });

const costs = createRoute({
  getParentRoute: () => frame,
  path: '/costs',
  validateSearch: CostsSearch,
  component: CostsPage,
});

const priceBook = createRoute({
  getParentRoute: () => frame,
  path: '/costs/$priceBookId',
  params: { parse: ({ priceBookId }) => ({ priceBookId: PriceBookId.parse(priceBookId) }) },
  component: PriceBookPage,
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    frame.addChildren([
      home,
      experiments,
      newExperiment,
      experiment,
      pipelines,
      newPipeline,
      pipeline,
      templates,
      template,
      costs,
      priceBook,
      clusters,
      audit,
    ]),
  ]),
  defaultPreload: false,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
