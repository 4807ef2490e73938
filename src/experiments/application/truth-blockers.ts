import { counted } from '../../kernel/words.ts';
import { isBlocking, isChecked, type TruthState } from '../../truth/domain/state.ts';
import { type AcceptedCheck, type Experiment, lifeOf } from '../domain/experiment.ts';
import type { ExperimentStore, Ref, TruthReader } from './ports.ts';

/** What stands between an experiment and its promotion, in words. An acceptance holds for what was seen when it was given. */
export const unacceptedOf = (truth: TruthState | null, accepted: readonly AcceptedCheck[]): readonly string[] => {
  if (truth === null) return [];
  const open = truth.checks.filter(
    (check) =>
      isBlocking(check) && !accepted.some(({ checkId, status }) => checkId === check.id && status === check.status),
  );
  const waiting = truth.checks.filter((check) => isChecked(check) && check.status === 'pending').length;
  return [
    ...open.map(({ name, status, sentence }) => `${name} (${status.replaceAll('_', ' ')}: ${sentence})`),
    ...(truth.isComplete || waiting === 0
      ? []
      : [`${counted(waiting, 'check is', 'checks are')} not finished yet; wait for the next look`]),
  ];
};

export const makeTruthBlockers =
  ({ experiments, truths }: { readonly experiments: ExperimentStore; readonly truths: TruthReader }) =>
  async (ref: Ref): Promise<(experiment: Experiment) => readonly string[]> => {
    const stored = await experiments.load(ref);
    const truth = stored === null ? null : await truths.load({ ...ref, epoch: stored.experiment.epoch });
    return (experiment) => unacceptedOf(truth, lifeOf(experiment)?.accepted ?? []);
  };
