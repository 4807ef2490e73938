import type { ExperimentId, Principal } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { VARIANTS } from '../../measurement/domain/sample.ts';
import { implement } from '../../platform/http/implement.ts';
import { within } from '../../platform/http/within.ts';
import { experimentRoutes, START_REFUSALS } from '../contract/routes.ts';
import { type Experiment, lifeOf, verdictOf } from '../domain/experiment.ts';
import { totalSlots } from '../domain/schedule.ts';
import { tooMuchToJudge } from '../domain/setup.ts';
import type { Effect } from './change-experiment.ts';
import { clustersOf } from './check-experiment.ts';
import { makeCommandExperiment } from './command-experiment.ts';
import { type CreatePorts, makeCreateExperiment } from './create-experiment.ts';
import { findPipelines, withRevisions } from './find-pipelines.ts';
import { makeJudgeStored } from './judging.ts';
import { makePlanDuration } from './plan-duration.ts';
import type { CodeIdentity, EpochRef, LookStore, SampleReader, Stored, TruthReader } from './ports.ts';
import { hashesOf, metricSeries, processesOf, queriesOf } from './read-measurements.ts';
import { makeStartExperiment } from './start-experiment.ts';
import { makeValidateExperiment, type ValidatePorts } from './validate-experiment.ts';
import { summaryOf, viewOf } from './views.ts';

export interface ServePorts extends CreatePorts, ValidatePorts {
  readonly policy: ValidatePorts['policy'];
  readonly samples: SampleReader;
  readonly recordedLooks: LookStore;
  readonly truths: TruthReader;
  readonly code: CodeIdentity;
}

interface ById {
  readonly params: { readonly experimentId: ExperimentId };
  readonly caller: Principal;
}

/** Answers every route of experiments. Workflows and clusters hear of what is committed here by its events. */
export const serveExperiments = (ports: ServePorts) => {
  const { experiments, clock, samples, recordedLooks, code } = ports;
  const create = makeCreateExperiment(ports);
  const start = makeStartExperiment(ports);
  const commands = makeCommandExperiment(ports);
  const validate = makeValidateExperiment(ports);
  const planDuration = makePlanDuration(ports);
  const judgeStored = makeJudgeStored(ports);

  const view = async (stored: Stored) => {
    const { tenantId, id, epoch } = stored.experiment;
    return viewOf(stored, await ports.truths.load({ tenantId, experimentId: id, epoch }), clock.now());
  };
  const answer = async (stored: Stored) => ({
    body: await view(stored),
    version: stored.experiment.version,
    location: `/experiments/${stored.experiment.id}`,
  });
  const answered = async <R extends Refusal>(outcome: Outcome<Stored, R>) =>
    outcome.accepted ? accept(await answer(outcome.value)) : outcome;
  /** A command is carried out, or only said what it would lead to: then the version that counts is the one that is. */
  const commanded = async <R extends Refusal>(
    { params, caller, ifMatch, query }: Commanded,
    act: (asked: {
      readonly experimentId: ExperimentId;
      readonly caller: Principal;
      readonly version: number | '*';
      readonly effect: Effect;
    }) => Promise<Outcome<Stored, R>>,
  ) => {
    const isDryRun = query.dryRun === 'true';
    const outcome = await act({ ...params, caller, version: ifMatch, effect: isDryRun ? 'only-decide' : 'write' });
    if (!outcome.accepted || !isDryRun) return answered(outcome);
    const { version } =
      (await experiments.load({ tenantId: caller.tenantId, ...params }))?.experiment ?? outcome.value.experiment;
    return accept({ body: { ...(await view(outcome.value)), version } });
  };
  const find = async ({ params, caller }: ById): Promise<Outcome<Found, Refusal<'resource-not-found'>>> => {
    const ref = { tenantId: caller.tenantId, experimentId: params.experimentId };
    const stored = await experiments.load(ref);
    return stored === null
      ? refuse('resource-not-found', `there is no experiment ${params.experimentId}`, { ...params })
      : accept({ ...stored, ref: { ...ref, epoch: stored.experiment.epoch } });
  };
  /** A read of one experiment: what is found becomes the body. */
  const read =
    <B>(bodyOf: (found: Found) => Promise<B>) =>
    async (request: ById) => {
      const found = await find(request);
      return found.accepted ? accept({ body: await bodyOf(found.value) }) : found;
    };
  const samplesOf = ({ ref }: Found) => samples.list(ref.tenantId, ref.experimentId, ref.epoch);
  /** without those that only watched it afterwards */
  const judgedSamplesOf = ({ ref, experiment }: Found) =>
    samples.list(ref.tenantId, ref.experimentId, ref.epoch, { toSlot: totalSlots(experiment.settings) - 1 });

  return implement(experimentRoutes, {
    listExperiments: async ({ caller, query: { limit, nextToken, ...filter } }) => {
      const { items, nextKey } = await experiments.list(caller.tenantId, filter, { limit, afterKey: nextToken });
      const now = clock.now();
      return accept({
        body: {
          items: items.map((stored) => summaryOf(stored, now)),
          metadata: { count: items.length, limit, nextToken: nextKey },
        },
      });
    },
    createExperiment: async ({ body, caller, idempotencyKey }) =>
      answered(await create({ settings: body, caller, idempotencyKey })),
    validateExperiment: async ({ body, caller }) => {
      const { findings, nodes, ...rest } = await validate(caller.tenantId, body);
      return accept({ body: { ...rest, findings: [...findings], nodes: [...nodes] } });
    },
    planExperiment: async ({ body, caller }) => {
      const clusters = await clustersOf(ports.clusters, caller.tenantId, body);
      if (!clusters.accepted) return clusters;
      const found = await findPipelines(ports.pipelines, caller.tenantId, body);
      return accept({ body: (await planDuration(caller.tenantId, withRevisions(body, found))).needed });
    },
    getExperiment: async (request) => {
      const found = await find(request);
      return found.accepted ? accept(await answer(found.value)) : found;
    },
    deleteExperiment: async (request) => {
      const removed = await commanded(request, commands.remove);
      return within(COMMAND_CODES, removed.accepted ? accept({ body: null }) : removed);
    },
    startExperiment: async ({ ifMatch: version, ...request }) =>
      within(
        START_CODES,
        await commanded({ ...request, ifMatch: version }, (asked) => start({ ...asked, version, as: 'start' })),
      ),
    retryExperiment: async ({ ifMatch: version, ...request }) =>
      within(
        START_CODES,
        await commanded({ ...request, ifMatch: version }, (asked) => start({ ...asked, version, as: 'retry' })),
      ),
    pauseExperiment: async ({ body, ...request }) =>
      within(PAUSE_CODES, await commanded(request, (asked) => commands.pause({ ...asked, ...body }))),
    resumeExperiment: async (request) => within(COMMAND_CODES, await commanded(request, commands.resume)),
    extendExperiment: async ({ body, ...request }) => {
      const found = await find(request);
      const tooMuch = found.accepted ? tooMuchWhenExtended(found.value.experiment, body.durationSeconds) : null;
      if (tooMuch !== null) return refuse('experiment-validation-failed', tooMuch.message, {}, [tooMuch]);
      return within(EXTEND_CODES, await commanded(request, (asked) => commands.extend({ ...asked, ...body })));
    },
    stopExperiment: async ({ body, ...request }) =>
      within(COMMAND_CODES, await commanded(request, (asked) => commands.stop({ ...asked, ...body }))),
    promoteExperiment: async (request) => within(PROMOTE_CODES, await commanded(request, commands.promote)),
    rollbackExperiment: async ({ body, ...request }) =>
      within(COMMAND_CODES, await commanded(request, (asked) => commands.rollback({ ...asked, ...body }))),
    listTransitions: read(async ({ ref }) => ({ items: [...(await experiments.transitions(ref))] })),
    getExperimentMetrics: async (request) =>
      read(async (found) => metricSeries(request.query.metric, await judgedSamplesOf(found)))(request),
    getExperimentProcesses: read(async (found) => processesOf(await samplesOf(found))),
    listLooks: read(async ({ ref }) => ({ items: [...(await recordedLooks.list(ref))] })),
    getVerdict: async (request) => {
      const found = await find(request);
      if (!found.accepted) return found;
      const verdict = verdictOf(found.value.experiment);
      return verdict === null
        ? refuse('verdict-not-reached', `there is no verdict yet: it is ${found.value.experiment.state}`, {
            state: found.value.experiment.state,
          })
        : accept({ body: verdict });
    },
    getExperimentDeployment: read(async ({ ref }) => {
      const [plan, observed] = await Promise.all([experiments.plan(ref), experiments.readiness(ref)]);
      return {
        variants: VARIANTS.map((variant) => ({
          variant,
          rendered: plan?.clusters[0]?.[variant] ?? null,
          readiness: (observed?.clusters ?? []).flatMap(({ clusterId, variants }) =>
            variants.filter((each) => each.variant === variant).map((readiness) => ({ clusterId, readiness })),
          ),
          observedAt: observed?.observedAt ?? null,
        })),
      };
    }),
    getExperimentQueries: read(async ({ experiment }) => ({ items: [...queriesOf(experiment)] })),
    exportEvidence: read(async (found) => {
      const { experiment, progress, ref } = found;
      const [{ measured, evidence, judgement }, looks] = await Promise.all([
        judgeStored(ref, experiment),
        recordedLooks.list(ref),
      ]);
      return {
        format: 'phoenix-evidence/1' as const,
        experiment: await view({ experiment, progress }),
        evidence,
        judgement,
        queries: queriesOf(experiment).map(({ metric, promql, unit }) => ({ metric, text: promql, unit })),
        hashes: hashesOf(measured),
        samples: [...measured],
        looks: [...looks],
        accepted: [...(lifeOf(experiment)?.accepted ?? [])],
        ...code,
        priceBookVersion: null,
      };
    }),
  });
};

const tooMuchWhenExtended = (experiment: Experiment, durationSeconds: number) =>
  tooMuchToJudge({ ...experiment.settings, durationSeconds }, lifeOf(experiment)?.nodes.length ?? 0);

interface Commanded extends ById {
  readonly ifMatch: number | '*';
  readonly query: { readonly dryRun: 'true' | 'false' };
}

interface Found extends Stored {
  readonly ref: EpochRef;
}

const COMMAND_CODES = ['state-conflict', 'resource-not-found', 'precondition-failed'] as const;
const PAUSE_CODES = [...COMMAND_CODES, 'pause-not-allowed'] as const;
const EXTEND_CODES = [...COMMAND_CODES, 'extension-not-allowed'] as const;
const PROMOTE_CODES = [...COMMAND_CODES, 'promotion-not-allowed'] as const;
const START_CODES = [...COMMAND_CODES, ...START_REFUSALS] as const;
