import type { ExperimentId, Principal } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock } from '../../kernel/ports.ts';
import { implement, type ServedRoute } from '../../platform/http/implement.ts';
import { within } from '../../platform/http/within.ts';
import {
  beginning,
  type CheckState,
  countsByStatus,
  isBlocking,
  isChecked,
  type TruthState,
  truthSentence,
} from '../../truth/domain/state.ts';
import { type ExperimentTruth, experimentTruthRoutes } from '../contract/truth-routes.ts';
import { type AcceptedCheck, lifeOf } from '../domain/experiment.ts';
import { makeCommandExperiment } from './command-experiment.ts';
import type { EpochRef, ExperimentStore, RuleSetReader, Stored, TruthReader } from './ports.ts';
import { viewOf } from './views.ts';

interface Ports {
  readonly experiments: ExperimentStore;
  readonly truths: TruthReader;
  readonly ruleSets: RuleSetReader;
  readonly clock: Clock;
}

interface Found {
  readonly stored: Stored;
  readonly ref: EpochRef;
  readonly truth: TruthState;
  readonly accepted: readonly AcceptedCheck[];
}

/** Answers the routes about what the users' own rules say of an experiment. */
export const serveExperimentTruth = (ports: Ports): readonly ServedRoute[] => {
  const { experiments, truths, ruleSets, clock } = ports;
  const commands = makeCommandExperiment(ports);

  const find = async (
    caller: Principal,
    experimentId: ExperimentId,
  ): Promise<Outcome<Found, Refusal<'resource-not-found'>>> => {
    const stored = await experiments.load({ tenantId: caller.tenantId, experimentId });
    if (stored === null)
      return refuse('resource-not-found', `there is no experiment ${experimentId}`, { experimentId });
    const ref = { tenantId: caller.tenantId, experimentId, epoch: stored.experiment.epoch };
    const truth = (await truths.load(ref)) ?? beginning([], []);
    return accept({ stored, ref, truth, accepted: lifeOf(stored.experiment)?.accepted ?? [] });
  };
  const findCheck = ({ truth }: Found, checkId: string): Outcome<CheckState, Refusal<'resource-not-found'>> => {
    const check = truth.checks.find(({ id }) => id === checkId);
    return check === undefined
      ? refuse('resource-not-found', `no check ${checkId} was asked in this epoch`, { checkId })
      : accept(check);
  };

  return implement(experimentTruthRoutes, {
    getExperimentTruth: async ({ caller, params: { experimentId } }) => {
      const found = await find(caller, experimentId);
      return found.accepted ? accept({ body: truthView(found.value.truth, found.value.accepted) }) : found;
    },
    getTruthCheck: async ({ caller, params: { experimentId, checkId } }) => {
      const found = await find(caller, experimentId);
      if (!found.accepted) return found;
      const state = findCheck(found.value, checkId);
      if (!state.accepted) return state;
      const { ref, truth, accepted } = found.value;
      const [curves, ...revisions] = await Promise.all([
        truths.curves(ref, checkId),
        ...truth.sets.map(({ name, digest }) => ruleSets.checks(ref.tenantId, name, digest)),
      ]);
      const check = revisions.flatMap((checks) => checks ?? []).find(({ id }) => id === checkId) ?? null;
      return accept({ body: { ...checkView(state.value, accepted), check, curves } });
    },
    acceptTruthCheck: async ({ caller, params: { experimentId, checkId }, body: { reason }, ifMatch }) => {
      const found = await find(caller, experimentId);
      if (!found.accepted) return found;
      const state = findCheck(found.value, checkId);
      if (!state.accepted) return state;
      const { name, status } = state.value;
      if (!isBlocking(state.value)) {
        return refuse('state-conflict', `${name} stops nobody: it is ${status.replaceAll('_', ' ')}`, {
          checkId,
          status,
        });
      }
      const changed = await commands.acceptCheck({
        experimentId,
        caller,
        version: ifMatch,
        check: { checkId, name, status },
        reason,
      });
      return within(
        ACCEPT_CODES,
        changed.accepted
          ? accept({
              body: viewOf(changed.value, found.value.truth, clock.now()),
              version: changed.value.experiment.version,
            })
          : changed,
      );
    },
  });
};

const ACCEPT_CODES = ['state-conflict', 'resource-not-found', 'precondition-failed'] as const;

const truthView = (truth: TruthState, accepted: readonly AcceptedCheck[]): ExperimentTruth => ({
  sentence: truthSentence(truth.checks),
  isComplete: truth.isComplete,
  counts: countsByStatus(truth.checks),
  sets: truth.sets,
  items: truth.checks.filter(isChecked).map((check) => checkView(check, accepted)),
});

const checkView = (check: CheckState, accepted: readonly AcceptedCheck[]) => ({
  ...check,
  isBlocking: isBlocking(check),
  accepted: accepted.find(({ checkId, status }) => checkId === check.id && status === check.status) ?? null,
});
