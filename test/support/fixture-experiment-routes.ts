import { findPipelines } from '../../src/experiments/application/find-pipelines.ts';
import { assertEnoughTime, planTime } from '../../src/experiments/application/plan-duration.ts';
import { experimentRoutes } from '../../src/experiments/contract/routes.ts';
import { EvidenceBundle, ExperimentSummary, ExperimentView } from '../../src/experiments/contract/views.ts';
import { totalSlots } from '../../src/experiments/domain/schedule.ts';
import type { ExperimentSettings } from '../../src/experiments/domain/settings.ts';
import type { CommandName, State } from '../../src/experiments/domain/vocabulary.ts';
import { accept, refuse } from '../../src/kernel/outcome.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { renderVariant } from '../../src/pipelines/domain/render-variants.ts';
import { implement } from '../../src/platform/http/implement.ts';
import { nothingThere } from './fixture-cluster-routes.ts';
import { CRITICAL, type FixtureExperiment, fixtureExperiment } from './fixture-experiments.ts';
import { CLUSTER_FIXTURE, type World } from './fixture-world.ts';
import { T0 } from './platform.ts';

const AFTER: Readonly<Record<Exclude<CommandName, 'delete'>, State>> = {
  start: 'validating',
  pause: 'paused',
  resume: 'running',
  extend: 'warming',
  stop: 'rolling_back',
  promote: 'promoting',
  rollback: 'rolling_back',
  retry: 'validating',
};

const ALLOWED_AFTER: Readonly<Partial<Record<CommandName, readonly CommandName[]>>> = {
  start: ['stop'],
  retry: ['stop'],
  promote: ['stop'],
  pause: ['resume', 'stop'],
  resume: ['pause', 'stop'],
  extend: ['stop'],
};

export const servedExperiments = (world: World) => {
  const find = (id: string) => world.experiments.get(id);
  const missing = () => nothingThere('such experiment');
  const answer = <T>(id: string, body: (experiment: FixtureExperiment) => T) => {
    const found = find(id);
    return found === undefined ? missing() : accept({ body: body(found) });
  };
  const wantedNodes = ({ targets }: ExperimentSettings): readonly string[] =>
    targets.flatMap(({ nodeNames }) => nodeNames ?? world.nodes.map(({ name }) => name));
  const planned = (asked: ExperimentSettings) => planTime(asked, wantedNodes(asked).length, null, FLOORS);
  const command = async (name: Exclude<CommandName, 'delete'>, id: string, ifMatch: number | '*') => {
    const found = find(id);
    if (found === undefined) return missing();
    const { view } = found;
    if (ifMatch !== '*' && ifMatch !== view.version) {
      return refuse('precondition-failed', `it is at version ${view.version} now`, { version: view.version });
    }
    if (!view.allowedCommands.includes(name)) {
      return refuse('state-conflict', `${name} is not possible while it is ${view.state}`);
    }
    const state = view.state === 'draft' && name === 'stop' ? 'ended' : AFTER[name];
    const next = ExperimentView.parse({
      ...view,
      state,
      version: view.version + 1,
      epoch: name === 'start' || name === 'retry' ? view.epoch + 1 : view.epoch,
      allowedCommands: ALLOWED_AFTER[name] ?? [],
      updatedAt: T0,
    });
    world.put({ ...found, view: next });
    return accept({ body: next, version: next.version });
  };

  return implement(experimentRoutes, {
    listExperiments: async ({ query }) => {
      const found = [...world.experiments.values()]
        .map(({ view }) => view)
        .filter(
          ({ state, verdict, targets }) =>
            (query.state === undefined || query.state === state) &&
            (query.verdict === undefined || query.verdict === verdict?.verdict) &&
            (query.clusterId === undefined || targets.some(({ clusterId }) => clusterId === query.clusterId)),
        )
        .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
      const begin = query.nextToken === undefined ? 0 : Number(query.nextToken);
      const items = found.slice(begin, begin + query.limit).map(summaryOf);
      const end = begin + items.length;
      return accept({
        body: {
          items,
          metadata: { count: items.length, limit: query.limit, nextToken: end < found.length ? String(end) : null },
        },
      });
    },
    createExperiment: async ({ body }) => {
      const timed = assertEnoughTime(planned(body));
      if (!timed.accepted) return timed;
      const made = fixtureExperiment({
        id: `exp-created${String(world.experiments.size).padStart(5, '0')}`,
        name: body.name,
        state: 'draft',
        createdAt: T0,
        measured: 0,
        allowedCommands: ['start', 'stop', 'delete'],
      });
      const view = ExperimentView.parse({
        ...made.view,
        ...timed.value,
      });
      world.put({ ...made, view });
      return accept({ body: view, version: view.version });
    },
    planExperiment: async ({ body }) => accept({ body: planned(body).needed }),
    validateExperiment: async ({ body, caller }) => {
      const found = await findPipelines(world.pipelines, caller.tenantId, body);
      const { criticalProcesses, collectionIntervalSeconds } = body;
      const frame = { criticalProcesses, collectionIntervalSeconds, remoteWriteAuth: 'none' } as const;
      const unrenderable = (['baseline', 'candidate'] as const).flatMap((variant) => {
        const pipeline = found[`${variant}Pipeline`];
        const rendered = pipeline.accepted ? renderVariant(pipeline.value, frame, sha256) : pipeline;
        if (rendered.accepted) return [];
        const { message, code, errors = [] } = rendered.refusal;
        const at = `/${variant}_pipeline`;
        return errors.length === 0
          ? [{ pointer: at, code, message }]
          : errors.map((each) => ({ ...each, pointer: `${at}${each.pointer}` }));
      });
      const plan = planned(body);
      const timed = assertEnoughTime(plan);
      const findings = unrenderable.length > 0 || timed.accepted ? unrenderable : [...(timed.refusal.errors ?? [])];
      return accept({
        body: {
          valid: findings.length === 0,
          findings,
          nodes: world.nodes
            .filter(({ name }) => wantedNodes(body).includes(name))
            .map(({ name, reservedBy }) => ({
              clusterId: CLUSTER_FIXTURE.id,
              node: name,
              heldBy: reservedBy as ExperimentView['id'] | null,
            })),
          slotsPlanned: plan.needed.askedSlots,
          totalSeconds: totalSlots(plan.settings) * body.slotSeconds,
          objects: 7,
        },
      });
    },
    getExperiment: async ({ params }) => {
      const found = find(params.experimentId);
      return found === undefined ? missing() : accept({ body: found.view, version: found.view.version });
    },
    deleteExperiment: async ({ params }) => {
      world.experiments.delete(params.experimentId);
      return accept({ body: null });
    },
    startExperiment: async ({ params, ifMatch }) => command('start', params.experimentId, ifMatch),
    pauseExperiment: async ({ params, ifMatch }) => command('pause', params.experimentId, ifMatch),
    resumeExperiment: async ({ params, ifMatch }) => command('resume', params.experimentId, ifMatch),
    extendExperiment: async ({ params, ifMatch }) => command('extend', params.experimentId, ifMatch),
    stopExperiment: async ({ params, ifMatch }) => command('stop', params.experimentId, ifMatch),
    promoteExperiment: async ({ params, ifMatch }) => command('promote', params.experimentId, ifMatch),
    rollbackExperiment: async ({ params, ifMatch }) => command('rollback', params.experimentId, ifMatch),
    retryExperiment: async ({ params, ifMatch }) => command('retry', params.experimentId, ifMatch),
    listTransitions: async ({ params }) =>
      answer(params.experimentId, ({ transitions }) => ({ items: [...transitions] })),
    getExperimentMetrics: async ({ params, query }) =>
      answer(params.experimentId, ({ series }) => series(query.metric)),
    getExperimentProcesses: async ({ params }) =>
      answer(params.experimentId, ({ view }) => ({
        slot: view.slotsMeasured === 0 ? null : view.slotsMeasured + 5,
        at: view.latestLook?.at ?? null,
        nodes: view.nodes.map(({ node }) => {
          const isLost = view.verdict?.verdict === 'abort_limit' && node === 'node-2';
          const seenByBaseline = CRITICAL.filter((name) => name !== 'java' || node === 'node-1');
          return {
            node,
            seenByBaseline: [...seenByBaseline],
            seenByCandidate: seenByBaseline.filter((name) => !(isLost && name === 'postgres')),
            missing: isLost ? ['postgres'] : [],
          };
        }),
      })),
    listLooks: async ({ params }) => answer(params.experimentId, ({ looks }) => ({ items: [...looks] })),
    getVerdict: async ({ params }) => {
      const verdict = find(params.experimentId)?.view.verdict ?? null;
      return verdict === null ? refuse('verdict-not-reached', 'there is no verdict yet') : accept({ body: verdict });
    },
    getExperimentDeployment: async ({ params }) =>
      answer(params.experimentId, ({ view, rendered }) => ({
        variants: (['baseline', 'candidate'] as const).map((variant) => ({
          variant,
          rendered: view.state === 'draft' ? null : rendered[variant],
          observedAt: view.state === 'draft' ? null : T0,
          readiness: [
            {
              clusterId: CLUSTER_FIXTURE.id,
              readiness: {
                variant,
                desired: view.nodes.length,
                ready: view.nodes.length,
                nodes: view.nodes.map(({ node }) => ({
                  node,
                  status: view.state === 'running' ? ('ready' as const) : ('missing' as const),
                  restarts: 0,
                  message: null,
                })),
              },
            },
          ],
        })),
      })),
    getExperimentQueries: async ({ params }) =>
      answer(params.experimentId, ({ view }) => ({
        items: [
          {
            metric: 'exported_points',
            promql: `sum by (variant, node) (otelcol_exporter_sent_metric_points{experiment="${view.id}"})`,
            unit: 'points per slot',
          },
          { metric: 'active_series', promql: `count by (variant, node) ({experiment="${view.id}"})`, unit: 'series' },
        ],
      })),
    exportEvidence: async ({ params }) =>
      answer(params.experimentId, ({ view }) =>
        EvidenceBundle.parse({
          format: 'phoenix-evidence/1',
          evidence: {
            design: {
              stepSeconds: view.slotSeconds,
              horizonSlots: view.slotsPlanned,
              criteria: [{ name: 'exported_points', role: 'primary', minimumSaving: 0.05 }],
            },
            slots: [],
          },
          judgement: { looks: [], verdict: null },
          queries: [],
          hashes: {},
          codeVersion: 'fixture-0000000',
          nodeVersion: 'v24.0.0',
          priceBookVersion: null,
          experiment: view,
          samples: [],
          looks: [],
        }),
      ),
  });
};

const FLOORS = { minimumHorizonSeconds: 30, minimumWarmupSeconds: 5 };

const summaryOf = (view: ExperimentView): ExperimentSummary => {
  const effects = view.verdict?.onMeasuredNodes ?? view.latestLook?.effects ?? [];
  const shown = Object.fromEntries(
    Object.keys(ExperimentSummary.shape).map((field) => [field, view[field as keyof ExperimentView]]),
  );
  return ExperimentSummary.parse({
    ...shown,
    verdict: view.verdict?.verdict ?? null,
    sentence: view.verdict?.sentence ?? view.latestLook?.sentence ?? null,
    primary: effects.find(({ role }) => role === 'primary') ?? null,
    guardrails: effects.filter(({ role }) => role === 'guardrail' || role === 'limit'),
  });
};
