import type { ExperimentView } from '../../../../src/experiments/contract/views.ts';
import { describeDuration } from '../../../../src/kernel/duration.ts';
import { counted } from '../../../../src/kernel/words.ts';
import { VERDICT_WORDS } from '../../format/words.ts';

/** The first thing that a person reads: the verdict, what is known so far, or what is going on. */
export const sentenceOf = (view: ExperimentView): string =>
  view.verdict?.sentence ?? view.latestLook?.sentence ?? view.reason ?? WHAT_GOES_ON[view.state](view);

const nodesOf = ({ nodes }: ExperimentView): string => counted(nodes.length, 'node');
const withVerdict = ({ verdict }: ExperimentView): string =>
  verdict === null ? 'without a verdict' : `with the verdict ${VERDICT_WORDS[verdict.verdict].word}`;

const WHAT_GOES_ON: Readonly<Record<ExperimentView['state'], (view: ExperimentView) => string>> = {
  draft: (view) =>
    `Not started. It would measure for ${describeDuration(view.durationSeconds)} after ${describeDuration(view.warmupSeconds)} of warm-up. Nothing is deployed.`,
  validating: () => 'Both pipelines are being checked. Nothing is deployed yet.',
  provisioning: (view) => `Collectors of both variants are being deployed on ${nodesOf(view)}.`,
  warming: (view) =>
    `Both variants run on ${nodesOf(view)}. The first ${describeDuration(view.warmupSeconds)} are warm-up and are not judged.`,
  calibrating: () => 'Both variants run the baseline, to learn how noisy this place is.',
  running: () => 'It is being measured. The first look comes after a few slots.',
  paused: () => 'It is paused. Its minutes are not counted.',
  deciding: () => 'All slots are measured. The verdict is being computed.',
  awaiting_approval: () => 'The verdict is promote. A person has to decide.',
  promoting: (view) => `The candidate is being rolled out on ${nodesOf(view)}.`,
  promoted: () => 'The candidate is the deployed pipeline.',
  rolling_back: () => 'The candidate is being withdrawn. It ends when that is verified on the cluster.',
  rolled_back: () => 'The candidate was withdrawn, and that was verified on the cluster.',
  ended: (view) => `It ended ${withVerdict(view)}.`,
};

/** Since when and until when, in a few words beside the name. */
export const progressOf = (view: ExperimentView, nowMs: number): string | null => {
  if (view.state === 'running' && view.endsAt !== null) {
    const left = (Date.parse(view.endsAt) - nowMs) / 1000;
    return left > 0 ? `ends in ${describeDuration(left)}` : 'its last slot is being read';
  }
  if (view.cleanup === 'pending' && view.completedAt !== null) return 'its collectors are being removed';
  if (view.cleanup === 'overdue') return 'removing its collectors takes longer than it should';
  return null;
};
