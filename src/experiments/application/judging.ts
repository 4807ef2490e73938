import type { Evidence } from '../../judgement/contract/evidence.ts';
import type { Look as JudgedLook, Judgement } from '../../judgement/contract/judgement.ts';
import { decideAtHorizon, judge, lookAt, watch } from '../../judgement/domain/judge.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Sample } from '../../measurement/domain/sample.ts';
import { evidenceUntil, isBeyondALimit, judgedSlot, type Known, toEvidence } from '../domain/evidence.ts';
import { type Experiment, lifeOf } from '../domain/experiment.ts';
import type { NoiseHistory } from '../domain/noise-history.ts';
import { presentLook, presentVerdict } from '../domain/presentation.ts';
import { isTimeToJudgeAll, slotsPlanned, totalSlots } from '../domain/schedule.ts';
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
  (ports: JudgingPorts) =>
  async (ref: EpochRef, stored: Stored, lastRecorded: number | null, at: Instant): Promise<Stop | null> => {
    const latest = stored.progress.latestLook;
    const known = latest === null || latest.verdictSoFar === null ? null : stopOf(latest.verdictSoFar, latest.sentence);
    if (known !== null || lastRecorded === null || lastRecorded <= (latest?.slot ?? -1)) return known;
    const { settings } = stored.experiment;
    const all = await listed(ports, ref);
    const evidence = toEvidence(settings, all, await knownOf(ports.experiments, ref));
    const fresh = all.filter(({ phase, slot }) => phase === 'measured' && slot > (latest?.slot ?? -1));
    for (const { slot } of fresh) {
      const look = lookAt(evidence, judgedSlot(settings, slot));
      // nothing is judged after a stop
      if (look === null) break;
      const stop = await keep(ports, ref, settings, { evidence, look, at });
      if (stop !== null) return stop;
    }
    return null;
  };

/**
 * Goes on looking after the horizon, while the candidate is live: limits and harm monitors still act. Every watched slot
 * is held against the limits; now and then, and always during a roll-out, all slots are judged. Only a look that stops is
 * stored, because one that stops nothing is part of no decision.
 */
export const makeWatch =
  (ports: JudgingPorts) =>
  async (ref: EpochRef, stored: Stored, lastRecorded: number | null, at: Instant): Promise<Stop | null> => {
    const { experiment, progress } = stored;
    const { settings } = experiment;
    const latest = progress.latestLook;
    if (latest?.verdictSoFar != null) return stopOf(latest.verdictSoFar, latest.sentence);
    if (lastRecorded === null || lastRecorded < totalSlots(settings)) return null;
    const [newest] = await listed(ports, ref, { fromSlot: lastRecorded });
    const nth = judgedSlot(settings, lastRecorded) - slotsPlanned(settings);
    const isTime = experiment.state === 'promoting' || isTimeToJudgeAll(nth);
    if (!isTime && (newest === undefined || !isBeyondALimit(settings, newest))) return null;

    const [all, known] = await Promise.all([listed(ports, ref), knownOf(ports.experiments, ref)]);
    const evidence = toEvidence(settings, all, known);
    const look = watch(evidence).at(-1);
    return look === undefined || look.stop === null ? null : keep(ports, ref, settings, { evidence, look, at });
  };

const listed = ({ samples }: Pick<JudgingPorts, 'samples'>, { tenantId, experimentId, epoch }: EpochRef, range = {}) =>
  samples.list(tenantId, experimentId, epoch, range);

/** Stores a look with what it knew; answers the stop that it found. */
const keep = async (
  { experiments, recordedLooks, hashing, code }: JudgingPorts,
  ref: EpochRef,
  settings: Experiment['settings'],
  { evidence, look, at }: { readonly evidence: Evidence; readonly look: JudgedLook; readonly at: Instant },
): Promise<Stop | null> => {
  const seen = evidenceUntil(evidence, look.slot);
  const inputHash = hashing.sha256(JSON.stringify(seen));
  const presented = presentLook(settings, seen, look, { epoch: ref.epoch, at, inputHash, ...code });
  await recordedLooks.record(ref, presented);
  await experiments.keepLatestLook(ref, presented);
  return look.stop === null ? null : stopOf(look.stop.verdict, presented.sentence);
};

const stopOf = (verdict: ExperimentVerdict, sentence: string): Stop => ({ verdict, sentence });

/** What was known when this epoch was planned. */
const knownOf = async (experiments: Pick<ExperimentStore, 'plan'>, ref: EpochRef): Promise<Known> => {
  const plan = await experiments.plan(ref);
  const clusters = plan?.clusters ?? [];
  return {
    history: plan?.history ?? null,
    fleet: plan?.fleet ?? null,
    ran: clusters.flatMap(({ baseline, candidate }) => [baseline, candidate]),
    isBaselineIncumbent:
      clusters.length > 0 && clusters.every(({ clusterId, baseline }) => baseline.incumbentOf === clusterId),
  };
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
    return presentVerdict(settings, evidence, verdict, {
      history,
      selfTest,
      pauses: lifeOf(experiment)?.pauses ?? [],
      at,
    });
  };
};
