import type { Evidence } from '../../judgement/contract/evidence.ts';
import type { Judgement } from '../../judgement/contract/judgement.ts';
import { decideAtHorizon, judge, lookAt } from '../../judgement/domain/judge.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Sample } from '../../measurement/domain/sample.ts';
import { evidenceUntil, judgedSlot, type Known, toEvidence } from '../domain/evidence.ts';
import { type Experiment, lifeOf } from '../domain/experiment.ts';
import type { NoiseHistory } from '../domain/noise-history.ts';
import { presentLook, presentVerdict } from '../domain/presentation.ts';
import type { ExperimentVerdict, Verdict } from '../domain/verdict.ts';
import { makeFindSelfTest } from './find-self-test.ts';
import type { CodeIdentity, EpochRef, ExperimentStore, Hashing, LookStore, SampleReader, Stored } from './ports.ts';

export interface JudgingPorts {
  readonly experiments: ExperimentStore;
  readonly samples: SampleReader;
  readonly recordedLooks: LookStore;
  readonly hashing: Hashing;
  readonly code: CodeIdentity;
}

/** What a look says must happen now. */
export interface Stop {
  readonly verdict: ExperimentVerdict;
  readonly sentence: string;
}

/**
 * Judges every slot that was recorded since the latest look, each with the data up to it only, so that a late worker and
 * an early one agree and one that broke off is made up for. Answers the first stop, again each time until it is heard.
 */
export const makeTakeLooks =
  ({ experiments, samples, recordedLooks, hashing, code }: JudgingPorts) =>
  async (ref: EpochRef, stored: Stored, lastRecorded: number | null, at: Instant): Promise<Stop | null> => {
    const latest = stored.progress.latestLook;
    const known = latest === null || latest.verdictSoFar === null ? null : stopOf(latest.verdictSoFar, latest.sentence);
    if (known !== null || lastRecorded === null || lastRecorded <= (latest?.slot ?? -1)) return known;
    const { settings } = stored.experiment;
    const all = await samples.list(ref.tenantId, ref.experimentId, ref.epoch);
    const evidence = toEvidence(settings, all, await knownOf(experiments, ref));
    const fresh = all.filter(({ phase, slot }) => phase === 'measured' && slot > (latest?.slot ?? -1));
    for (const { slot } of fresh) {
      const known = evidenceUntil(evidence, judgedSlot(settings, slot));
      const judged = lookAt(known, judgedSlot(settings, slot));
      // nothing is judged after a stop
      if (judged === null) break;
      const look = presentLook(settings, known, judged, {
        epoch: ref.epoch,
        at,
        inputHash: hashing.sha256(JSON.stringify(known)),
        ...code,
      });
      await recordedLooks.record(ref, look);
      await experiments.keepLatestLook(ref, look);
      if (judged.stop !== null) return stopOf(judged.stop.verdict, look.sentence);
    }
    return null;
  };

const stopOf = (verdict: ExperimentVerdict, sentence: string): Stop => ({ verdict, sentence });

/** What was known when this epoch was planned. */
const knownOf = async (experiments: Pick<ExperimentStore, 'plan'>, ref: EpochRef): Promise<Known> => {
  const plan = await experiments.plan(ref);
  const ran = plan?.clusters.flatMap(({ baseline, candidate }) => [baseline, candidate]) ?? [];
  return { history: plan?.history ?? null, fleet: plan?.fleet ?? null, ran };
};

/** Evidence and its judgement, from what is stored: the same samples always give the same. */
export const makeJudgeStored =
  ({ experiments, samples }: Pick<JudgingPorts, 'samples'> & { readonly experiments: Pick<ExperimentStore, 'plan'> }) =>
  async (ref: EpochRef, { settings }: Experiment): Promise<Judged> => {
    const [measured, known] = await Promise.all([
      samples.list(ref.tenantId, ref.experimentId, ref.epoch),
      knownOf(experiments, ref),
    ]);
    const evidence = toEvidence(settings, measured, known);
    return { measured, history: known.history, evidence, judgement: judge(evidence) };
  };

interface Judged {
  readonly measured: readonly Sample[];
  readonly history: NoiseHistory | null;
  readonly evidence: Evidence;
  readonly judgement: Judgement;
}

/** The verdict of an epoch that has come to its horizon or was stopped by its own numbers; null while neither is true. */
export const makeConclude = (ports: Pick<JudgingPorts, 'experiments' | 'samples'>) => {
  const judgeStored = makeJudgeStored(ports);
  const findSelfTest = makeFindSelfTest(ports);
  return async (
    ref: EpochRef,
    experiment: Experiment,
    at: Instant,
    end: 'horizon' | 'stopped-by-numbers',
  ): Promise<Verdict | null> => {
    const { evidence, judgement, history } = await judgeStored(ref, experiment);
    const verdict = judgement.verdict ?? (end === 'horizon' ? decideAtHorizon(evidence) : null);
    if (verdict === null) return null;
    const { tenantId, settings } = experiment;
    // who decides about a promotion should know how the set-up does with equal variants
    const selfTest =
      verdict.verdict === 'promote'
        ? await findSelfTest(tenantId, { settings, nodes: lifeOf(experiment)?.nodes ?? [] })
        : null;
    return presentVerdict(settings, evidence, verdict, { history, selfTest, at });
  };
};
