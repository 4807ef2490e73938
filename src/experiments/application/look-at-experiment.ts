import type { Cluster } from '../../clusters/domain/cluster.ts';
import { type Instant, secondsAfter } from '../../kernel/instant.ts';
import type { Clock } from '../../kernel/ports.ts';
import type { SlotGrid } from '../../measurement/domain/slots.ts';
import { WAIT_IN, type Wait } from '../contract/workflow.ts';
import { type Experiment, type ExperimentIn, placeOf } from '../domain/experiment.ts';
import {
  gridOf,
  measuringEnds,
  PAUSE_SECONDS,
  pausedSeconds,
  totalSlots,
  warmupEnds,
  warmupSlots,
  watchEvery,
} from '../domain/schedule.ts';
import { type JudgingPorts, makeTakeLooks, makeWatch } from './judging.ts';
import type { ClusterRegistry, EpochRef, Policy, Settler, Stored, WaitStore } from './ports.ts';
import { makeSettle, type Settled } from './settle.ts';
import { answer, stopAnswer } from './steps.ts';

/** Measures what is due and not yet recorded; asks the stores of the clusters. Doing it twice records once. */
export type MeasureDueSlots = (request: {
  readonly ref: EpochRef;
  readonly grid: SlotGrid;
  readonly slotsPlanned: number;
  /** after the planned ones: only one of so many */
  readonly watchEvery: number | undefined;
  readonly settleSeconds: number;
  readonly collectionIntervalSeconds: number;
  readonly criticalProcesses: readonly string[];
  readonly clusters: readonly { readonly cluster: Cluster; readonly nodes: readonly string[] }[];
}) => Promise<{ readonly lastRecorded: number | null }>;

/** Asks the users' own rules about both variants, as far as they are due. Doing it twice keeps it once. */
export type CheckDueTruth = (request: {
  readonly ref: EpochRef;
  readonly slotsFrom: Instant;
  readonly measuredFrom: Instant;
  readonly endsAt: Instant;
  readonly slotSeconds: number;
  readonly collectionIntervalSeconds: number;
  readonly settleSeconds: number;
  readonly clusters: readonly Cluster[];
}) => Promise<unknown>;

export interface LookPorts extends JudgingPorts {
  readonly clusters: ClusterRegistry;
  readonly waits: WaitStore;
  readonly settler: Settler;
  readonly measure: MeasureDueSlots;
  readonly checkTruth: CheckDueTruth;
  readonly policy: Pick<Policy, 'settleSeconds'>;
  readonly clock: Clock;
}

/** What a look came to, for the log. */
export type LookDone = 'measured' | 'nothing-to-do' | Settled;

/** After the last slot has ended, how long its numbers may still be on their way. */
const LAST_SLOT_PATIENCE_SECONDS = 300;

/**
 * What a worker does when an experiment is due or somebody asked for something: hears a stop, measures, judges, and
 * settles what its machine waits for. Safe to repeat and to run twice at once.
 */
export const makeLookAtExperiment = (ports: LookPorts) => {
  const settle = makeSettle(ports);
  const takeLooks = makeTakeLooks(ports);
  const watchOn = makeWatch(ports);
  const measure = makeMeasure(ports);
  const checkTruth = makeCheckDueTruth(ports);

  const lookWhileWarming = async (
    ref: EpochRef,
    stored: Stored,
    experiment: ExperimentIn<'warming'>,
  ): Promise<LookDone> => {
    await measure(ref, stored, experiment);
    const isOver = warmupEnds(experiment) <= ports.clock.now();
    return isOver ? settle(ref, 'Warmup', answer('warm')) : 'measured';
  };

  const lookWhileRunning = async (
    ref: EpochRef,
    stored: Stored,
    experiment: ExperimentIn<'running'>,
  ): Promise<LookDone> => {
    const now = ports.clock.now();
    const { lastRecorded } = await measure(ref, stored, experiment);
    await checkTruth(ref, experiment);
    const stop = await takeLooks(ref, stored, lastRecorded, now);
    if (stop !== null) return settle(ref, 'Observe', answer(outcomeOf(stop.verdict), stop.sentence));
    if (isAtHorizon(experiment, lastRecorded, now)) return settle(ref, 'Observe', answer('horizon'));
    await signOfLife(ref, stored);
    return 'measured';
  };

  /** What ended before the pause is still read. Nothing is judged, and the machine learns that somebody is there. */
  const lookWhilePaused = async (
    ref: EpochRef,
    stored: Stored,
    experiment: ExperimentIn<'paused'>,
    wait: Wait,
  ): Promise<LookDone> => {
    await measure(ref, stored, experiment);
    if (pausedSeconds(experiment.life.pauses, ports.clock.now()) >= PAUSE_SECONDS) {
      return settle(ref, wait, answer('stopped', 'it was paused for 24 h in all'));
    }
    await signOfLife(ref, stored);
    return 'measured';
  };

  const signOfLife = async (ref: EpochRef, { progress }: Stored): Promise<void> => {
    const token = await ports.waits.find(ref, 'Observe');
    if (token !== null) await ports.settler.heartbeat(token);
    if (progress.blindness > 0) await ports.experiments.countBlindness(ref, 'none');
  };

  /** After the horizon the candidate is live until it is promoted or put back: a limit or proven harm still withdraws it. */
  const lookWhileLive = async (
    ref: EpochRef,
    stored: Stored,
    experiment: ExperimentIn<'awaiting_approval' | 'promoting'>,
    wait: Wait,
  ): Promise<LookDone> => {
    const { lastRecorded } = await measure(ref, stored, experiment);
    await checkTruth(ref, experiment);
    const stop = await watchOn(ref, stored, lastRecorded, ports.clock.now());
    return stop === null ? 'measured' : settle(ref, wait, answer(outcomeOf(stop.verdict), stop.sentence));
  };

  return async (ref: EpochRef): Promise<LookDone> => {
    const stored = await ports.experiments.load(ref);
    if (stored === null || stored.experiment.epoch !== ref.epoch) return 'nothing-to-do';
    const { experiment } = stored;
    const wait = WAIT_IN[placeOf(experiment)];
    const stop = stopAnswer(experiment);
    if (stop !== null) return wait === undefined ? 'nothing-to-do' : settle(ref, wait, stop);
    switch (experiment.state) {
      case 'warming':
        return lookWhileWarming(ref, stored, experiment);
      case 'running':
        return lookWhileRunning(ref, stored, experiment);
      case 'paused':
        return wait === undefined ? 'nothing-to-do' : lookWhilePaused(ref, stored, experiment, wait);
      case 'awaiting_approval':
        if (experiment.approval !== null) return settle(ref, 'AwaitApproval', answer('approved'));
        return experiment.expiresAt <= ports.clock.now()
          ? settle(ref, 'AwaitApproval', answer('expired', 'nobody decided within 72 h'))
          : lookWhileLive(ref, stored, experiment, 'AwaitApproval');
      case 'promoting':
        return lookWhileLive(ref, stored, experiment, 'AwaitPromoted');
      default:
        return 'nothing-to-do';
    }
  };
};

const outcomeOf = (verdict: string) =>
  verdict === 'abort_harm' || verdict === 'abort_limit' || verdict === 'invalid_input_mismatch'
    ? verdict
    : 'error_infrastructure';

/** Every slot is recorded, or the last one is so late that it counts as missing. */
const isAtHorizon = (experiment: ExperimentIn<'running'>, lastRecorded: number | null, now: Instant) =>
  (lastRecorded ?? -1) >= totalSlots(experiment.settings) - 1 ||
  secondsAfter(measuringEnds(experiment), LAST_SLOT_PATIENCE_SECONDS) <= now;

/** Measures what is due on every cluster and keeps how far it has come. */
const makeMeasure =
  ({ clusters, experiments, measure, policy }: LookPorts) =>
  async (
    ref: EpochRef,
    { progress }: Stored,
    experiment: ExperimentIn<'warming' | 'running' | 'paused' | 'awaiting_approval' | 'promoting'>,
  ) => {
    const { state, settings, life } = experiment;
    const measured = await measure({
      ref,
      grid: gridOf(experiment),
      slotsPlanned: totalSlots(settings),
      watchEvery: state === 'awaiting_approval' || state === 'promoting' ? watchEvery(settings) : undefined,
      settleSeconds: policy.settleSeconds,
      collectionIntervalSeconds: settings.collectionIntervalSeconds,
      criticalProcesses: settings.criticalProcesses,
      clusters: await clustersWithNodes(clusters, experiment, life.nodes),
    });
    const lastJudged = Math.min(measured.lastRecorded ?? -1, totalSlots(settings) - 1);
    const slotsMeasured = Math.max(0, lastJudged + 1 - warmupSlots(settings));
    if (slotsMeasured > progress.slotsMeasured) await experiments.recordProgress(ref, { slotsMeasured });
    return measured;
  };

const makeCheckDueTruth =
  ({ clusters, checkTruth, policy }: LookPorts) =>
  async (ref: EpochRef, experiment: ExperimentIn<'running' | 'awaiting_approval' | 'promoting'>): Promise<void> => {
    const { settings, life, slotsFrom } = experiment;
    const found = await clustersWithNodes(clusters, experiment, life.nodes);
    await checkTruth({
      ref,
      slotsFrom,
      measuredFrom: warmupEnds(experiment),
      endsAt: measuringEnds(experiment),
      slotSeconds: settings.slotSeconds,
      collectionIntervalSeconds: settings.collectionIntervalSeconds,
      settleSeconds: policy.settleSeconds,
      clusters: found.map(({ cluster }) => cluster),
    });
  };

const clustersWithNodes = async (
  registry: ClusterRegistry,
  { tenantId }: Experiment,
  nodes: ExperimentIn<'running'>['life']['nodes'],
) => {
  const ids = [...new Set(nodes.map(({ clusterId }) => clusterId))];
  const found = await Promise.all(
    ids.map(async (id) => ({
      cluster: await registry.load(tenantId, id),
      nodes: nodes.filter(({ clusterId }) => clusterId === id).map(({ node }) => node),
    })),
  );
  return found.flatMap(({ cluster, nodes: here }) => (cluster === null ? [] : [{ cluster, nodes: here }]));
};
