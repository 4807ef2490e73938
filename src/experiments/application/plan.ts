import * as z from 'zod';
import { type Cluster, VariantReadiness, type WantedObjects } from '../../clusters/domain/cluster.ts';
import { ClusterId, type Epoch } from '../../kernel/identity.ts';
import { Instant, secondsAfter } from '../../kernel/instant.ts';
import { accept, type Outcome } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { VARIANTS, type Variant } from '../../measurement/domain/sample.ts';
import { type CollectorWish, collectorObjects } from '../../pipelines/domain/collector-objects.ts';
import { renderVariants, type VariantRefusal } from '../../pipelines/domain/render-variants.ts';
import { settingsCheck } from '../../pipelines/domain/settings-check.ts';
import { type FrameSettings, RenderedPipeline } from '../../pipelines/domain/template.ts';
import type { Known } from '../domain/evidence.ts';
import type { CompleteSettings, Experiment } from '../domain/experiment.ts';
import { lifeOf } from '../domain/experiment.ts';
import { Fleet } from '../domain/fleet.ts';
import { NoiseHistory } from '../domain/noise-history.ts';
import { PAUSE_SECONDS, totalSlots } from '../domain/schedule.ts';
import type { ExperimentSettings } from '../domain/settings.ts';
import type { FindRefusal, FoundPipelines } from './find-pipelines.ts';

/** What goes where in one epoch, frozen: templates at their versions, pipelines at their revisions, rendered for each cluster. */
export const Plan = z.object({
  clusters: z.array(
    z.object({
      clusterId: ClusterId,
      nodes: z.array(z.string()),
      baseline: RenderedPipeline,
      candidate: RenderedPipeline,
    }),
  ),
  /** what was known about noise; null when no earlier experiment tells */
  history: NoiseHistory.nullable().default(null),
  /** which nodes there are beside the measured ones; null when nobody knew */
  fleet: Fleet.nullable().default(null),
});
export type Plan = z.infer<typeof Plan>;

/** How far the collectors of an epoch were when a worker last looked. */
export const ObservedReadiness = z.object({
  observedAt: Instant,
  clusters: z.array(z.object({ clusterId: ClusterId, variants: z.array(VariantReadiness) })),
});
export type ObservedReadiness = z.infer<typeof ObservedReadiness>;

/** Both variants as they are collected on a cluster. */
export const renderFor = (
  { collectionIntervalSeconds, criticalProcesses }: ExperimentSettings,
  { baselinePipeline: baseline, candidatePipeline: candidate }: FoundPipelines,
  remoteWriteAuth: FrameSettings['remoteWriteAuth'],
  sha256: Sha256,
): Outcome<
  { readonly baseline: RenderedPipeline; readonly candidate: RenderedPipeline },
  FindRefusal | VariantRefusal
> => {
  if (!baseline.accepted) return baseline;
  if (!candidate.accepted) return candidate;
  const frame = { remoteWriteAuth, collectionIntervalSeconds, criticalProcesses };
  return renderVariants({ baseline: baseline.value, candidate: candidate.value }, frame, sha256);
};

export const makePlan = (
  experiment: Experiment,
  clusters: readonly Cluster[],
  found: FoundPipelines,
  known: Known,
  sha256: Sha256,
): Outcome<Plan, FindRefusal | VariantRefusal> => {
  const nodes = lifeOf(experiment)?.nodes ?? [];
  const entries: Plan['clusters'] = [];
  for (const cluster of clusters) {
    const rendered = renderFor(experiment.settings, found, authOf(cluster), sha256);
    if (!rendered.accepted) return rendered;
    const here = nodes.filter(({ clusterId }) => clusterId === cluster.id).map(({ node }) => node);
    if (here.length > 0) entries.push({ clusterId: cluster.id, nodes: here, ...rendered.value });
  }
  return accept({ clusters: entries, ...known });
};

export const authOf = ({ settings }: Cluster): FrameSettings['remoteWriteAuth'] =>
  settings.metrics.kind === 'amp' ? 'sigv4' : 'none';

/** How long after its planned end an experiment's objects may still be there, before the cluster's own switch removes them. */
const DEAD_MAN_SECONDS = 2 * 3600;
/** Approval may take three days and a pause one, and both variants stay as long. */
const LONGEST_WAIT_SECONDS = 73 * 3600 + 2 * 900 + 7200 + PAUSE_SECONDS;

/** When nobody can want these objects any more. */
export const expiresAt = (settings: CompleteSettings, now: Instant): Instant =>
  secondsAfter(
    now,
    // it may be extended to twice its time after its objects are there
    2 * totalSlots(settings) * settings.slotSeconds + LONGEST_WAIT_SECONDS + DEAD_MAN_SECONDS,
  );

/** Whose objects these are, and until when. */
export interface Owner {
  readonly id: string;
  readonly epoch: Epoch;
  readonly expiresAt: Instant | null;
}

interface Place {
  readonly cluster: Cluster;
  readonly entry: Plan['clusters'][number];
  readonly image: string;
}

/** Everything that both variants want on one cluster: applied together or one by one, it is the same owner. */
export const wantedOf = (
  owner: Owner,
  place: Place,
  variants: readonly { readonly variant: Variant; readonly as: Variant | 'promoted' }[],
): WantedObjects => ({
  owner: owner.id,
  epoch: owner.epoch,
  expiresAt: owner.expiresAt,
  objects: variants.flatMap(({ variant, as }) => collectorObjects(wishOf(owner, place, variant, as))),
});

/** What asks the collector itself whether it takes a variant, before anything of that runs. */
export const checkOf = (
  owner: Owner,
  place: Place,
  variant: Variant,
): { readonly job: string; readonly wanted: WantedObjects } => {
  const { job, objects } = settingsCheck(wishOf(owner, place, variant, variant));
  return { job, wanted: { owner: owner.id, epoch: owner.epoch, expiresAt: owner.expiresAt, objects } };
};

const wishOf = (
  { id, epoch }: Owner,
  { cluster: { settings }, entry, image }: Place,
  variant: Variant,
  as: CollectorWish['variant'],
): CollectorWish => ({
  owner: id,
  epoch,
  variant: as,
  rendered: entry[variant],
  nodeNames: entry.nodes,
  image,
  clusterName: settings.name,
  remoteWriteUrl: settings.remoteWriteUrl,
  ...(settings.metrics.kind === 'amp' ? { awsRegion: settings.metrics.region } : {}),
});

export const workOf = (plan: Plan) =>
  plan.clusters.flatMap(({ clusterId }) => VARIANTS.map((variant) => ({ variant, clusterId })));
