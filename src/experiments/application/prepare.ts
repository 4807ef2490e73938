import type { Cluster } from '../../clusters/domain/cluster.ts';
import { accept, type Outcome } from '../../kernel/outcome.ts';
import type { StepAnswer } from '../contract/workflow.ts';
import { type Experiment, lifeOf } from '../domain/experiment.ts';
import { fleetOf } from '../domain/fleet.ts';
import { makeAdvanceExperiment } from './change-experiment.ts';
import { clustersOf, inventoryOf, makeAssertRunnable } from './check-experiment.ts';
import { makeFindHistory } from './find-history.ts';
import { findPipelines } from './find-pipelines.ts';
import { makePlan, workOf } from './plan.ts';
import type { EpochRef } from './ports.ts';
import { answer, type StepPorts, staleAnswer, stopAnswer } from './steps.ts';

/** The steps before anything is on a cluster: check, claim the epoch, plan. */
export const makePrepare = (ports: StepPorts) => {
  const advance = makeAdvanceExperiment(ports);
  const assertRunnable = makeAssertRunnable(ports);
  const findHistory = makeFindHistory(ports);

  const makePlanNow = async (experiment: Experiment, clusters: readonly Cluster[]) => {
    const { tenantId, settings } = experiment;
    const nodes = lifeOf(experiment)?.nodes ?? [];
    const [history, inventory, found] = await Promise.all([
      findHistory(tenantId, { settings, nodes }),
      inventoryOf(
        ports.clusters,
        tenantId,
        clusters.map(({ id }) => id),
      ),
      findPipelines(ports.pipelines, tenantId, settings),
    ]);
    return makePlan(experiment, clusters, found, { history, fleet: fleetOf(inventory, nodes) }, ports.sha256);
  };

  const current = async (
    ref: EpochRef,
  ): Promise<
    Outcome<Experiment, { code: string; message: string; facts: object & Readonly<Record<string, unknown>> }>
  > => {
    const stored = await ports.experiments.load(ref);
    return stored === null || stored.experiment.epoch !== ref.epoch
      ? { accepted: false, refusal: { code: 'stale-epoch', message: `epoch ${ref.epoch} is over`, facts: {} } }
      : accept(stored.experiment);
  };

  return {
    validate: async (ref: EpochRef): Promise<StepAnswer> => {
      const experiment = await current(ref);
      if (!experiment.accepted) return staleAnswer(experiment.refusal);
      const stop = stopAnswer(experiment.value);
      if (stop !== null) return stop;
      const runnable = await assertRunnable(ref.tenantId, experiment.value.settings);
      return runnable.accepted ? answer('ok') : answer('invalid_setup', runnable.refusal.message);
    },

    claim: async (ref: EpochRef, execution: string): Promise<StepAnswer> => {
      const claimed = await advance(ref, (_, said) => ({ type: 'claim', execution, ...said }));
      if (!claimed.accepted) return staleAnswer(claimed.refusal);
      return stopAnswer(claimed.value.experiment) ?? answer('ok');
    },

    plan: async (ref: EpochRef): Promise<StepAnswer> => {
      const experiment = await current(ref);
      if (!experiment.accepted) return staleAnswer(experiment.refusal);
      const stop = stopAnswer(experiment.value);
      if (stop !== null) return stop;
      const clusters = await clustersOf(ports.clusters, ref.tenantId, experiment.value.settings);
      if (!clusters.accepted) return answer('invalid_setup', clusters.refusal.message);
      const known = await ports.experiments.plan(ref);
      const planned = known === null ? await makePlanNow(experiment.value, clusters.value) : accept(known);
      if (!planned.accepted) return answer('invalid_setup', planned.refusal.message);
      await ports.experiments.savePlan(ref, planned.value);
      const provisioned = await advance(ref, (_, said) => ({ type: 'provision', ...said }));
      if (!provisioned.accepted) return staleAnswer(provisioned.refusal);
      return { ...answer('ok'), work: workOf(planned.value) };
    },

    /** The worst of what the clusters answered. */
    checkApplied: async (
      ref: EpochRef,
      answers: readonly { readonly outcome: string; readonly reason: string }[],
    ): Promise<StepAnswer> => {
      const experiment = await current(ref);
      if (!experiment.accepted) return staleAnswer(experiment.refusal);
      const stop = stopAnswer(experiment.value);
      if (stop !== null) return stop;
      const bad = answers.find(({ outcome }) => outcome !== 'ok');
      if (bad === undefined) return answer('ok');
      return answer(bad.outcome === 'invalid_setup' ? 'invalid_setup' : 'error_infrastructure', bad.reason);
    },
  };
};
