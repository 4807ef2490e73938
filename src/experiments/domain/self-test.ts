import { assessSelfTest, type SelfTest } from '../../judgement/domain/self-test.ts';
import { sizeOf } from '../../judgement/domain/words.ts';
import { counted } from '../../kernel/words.ts';
import { type CompleteSettings, type Experiment, isTerminal } from './experiment.ts';
import { isSameSetup, type Wanted } from './noise-history.ts';
import { isControl, samePipeline } from './setup.ts';
import type { Verdict } from './verdict.ts';

/** An experiment that asks nothing of its candidate, but whether the set-up tells two equal variants apart. */
export const isSelfTest = (settings: CompleteSettings): boolean =>
  isControl(settings) && samePipeline(settings.baselinePipeline, settings.candidatePipeline);

/**
 * The A/A gate (5.9 of the method) from finished experiments: those that measured this baseline against itself, under
 * the same conditions, to a verdict of their own. One that was cancelled or never measured tells nothing.
 */
export const selfTestOf = (earlier: readonly Experiment[], wanted: Wanted): SelfTest =>
  assessSelfTest(
    earlier.flatMap((experiment) =>
      isTerminal(experiment) && isSelfTest(experiment.settings) && isSameSetup(experiment, wanted)
        ? isMeasured(experiment.verdict)
          ? [experiment.verdict]
          : []
        : [],
    ),
  );

const isMeasured = ({ verdict, decidedAtSlot }: Verdict): boolean =>
  decidedAtSlot !== null && verdict !== 'cancelled' && verdict !== 'error_infrastructure';

/** What equal variants said about this set-up, beside the verdict that rests on it. */
export const selfTestWords = ({ passed, experiments, falseAborts, interval }: SelfTest): string => {
  if (experiments === 0 || interval === null) {
    return 'Nobody has measured equal variants under these conditions yet; an experiment of the baseline against itself would show how often this set-up raises a false alarm.';
  }
  const bounds = [interval.lower, interval.upper].map((share) => sizeOf(share, 'ratio', 'number')).join(' to ');
  const found = `Under these conditions ${counted(experiments, 'experiment')} with equal variants raised ${falseAborts === 0 ? 'no false alarm' : counted(falseAborts, 'false alarm')} (${bounds})`;
  return passed ? `${found}: the self-test is passed.` : `${found}: the self-test is not passed, be careful.`;
};

/** What an experiment with equal variants found about the set-up itself. */
export const ownSelfTestWords = (verdict: Pick<Verdict, 'verdict' | 'trust'>): string =>
  assessSelfTest([verdict]).passed
    ? 'The variants are equal, so this was a self-test of the set-up. It is passed: no abort, no limit and no failed trust check.'
    : 'The variants are equal, so this was a self-test of the set-up. It is not passed: equal variants were told apart, or a trust check failed.';
