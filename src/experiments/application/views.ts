import type { Instant } from '../../kernel/instant.ts';
import { type TruthState, truthSentence } from '../../truth/domain/state.ts';
import type { ExperimentSummary, ExperimentView } from '../contract/views.ts';
import { allowedCommands } from '../domain/allowed.ts';
import { cleanupOf, type Experiment, isTerminal, lifeOf, promotionOf, verdictOf } from '../domain/experiment.ts';
import { endsAtOf, slotsPlanned } from '../domain/schedule.ts';
import type { Effect } from '../domain/verdict.ts';
import type { Stored } from './ports.ts';

/** An experiment as people see it. */
export const viewOf = ({ experiment, progress }: Stored, truth: TruthState | null, now: Instant): ExperimentView => ({
  ...experiment.settings,
  id: experiment.id,
  tenantId: experiment.tenantId,
  version: experiment.version,
  epoch: experiment.epoch,
  state: experiment.state,
  createdAt: experiment.createdAt,
  createdBy: experiment.createdBy,
  updatedAt: experiment.updatedAt,
  startedAt: lifeOf(experiment)?.startedAt ?? null,
  endsAt: endsAtOf(experiment),
  completedAt: isTerminal(experiment) ? experiment.completedAt : null,
  nodes: lifeOf(experiment)?.nodes ?? [],
  pauses: lifeOf(experiment)?.pauses ?? [],
  slotsPlanned: slotsPlanned(experiment.settings),
  slotsMeasured: progress.slotsMeasured,
  latestLook: progress.latestLook,
  verdict: verdictOf(experiment),
  truth: truth === null || truth.checks.length === 0 ? null : truthSentence(truth.checks),
  cleanup: cleanupOf(experiment),
  reason: reasonOf(experiment),
  promotion: promotionOf(experiment),
  allowedCommands: [...allowedCommands(experiment, now)],
});

/** A row of the list, with the numbers of its verdict or, until there is one, of its latest look. */
export const summaryOf = (stored: Stored, now: Instant): ExperimentSummary => {
  const view = viewOf(stored, null, now);
  const effects: readonly Effect[] =
    view.verdict !== null && view.verdict.onMeasuredNodes.length > 0
      ? view.verdict.onMeasuredNodes
      : (view.latestLook?.effects ?? []);
  const { id, name, version, epoch, state, createdAt, createdBy, updatedAt, startedAt, endsAt } = view;
  return {
    ...{ id, name, version, epoch, state, createdAt, createdBy, updatedAt, startedAt, endsAt },
    slotsPlanned: view.slotsPlanned,
    slotsMeasured: view.slotsMeasured,
    cleanup: view.cleanup,
    allowedCommands: view.allowedCommands,
    verdict: view.verdict?.verdict ?? null,
    sentence: view.verdict?.sentence ?? view.latestLook?.sentence ?? null,
    primary: effects.find(({ role }) => role === 'primary') ?? null,
    guardrails: effects.filter(({ role }) => role === 'guardrail' || role === 'limit'),
  };
};

/** Why it is where it is, when that is not obvious. */
const reasonOf = (experiment: Experiment): string | null => {
  const life = lifeOf(experiment);
  if ('reason' in experiment && experiment.reason !== null) return experiment.reason;
  if (life?.stop != null && !isTerminal(experiment)) return `stopping: ${life.stop.reason}`;
  if (experiment.state === 'paused') return `paused: ${life?.pauses.at(-1)?.reason}`;
  if (experiment.state === 'awaiting_approval' && experiment.approval !== null) return 'promotion asked for';
  return life?.remark ?? null;
};
