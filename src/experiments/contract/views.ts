import * as z from 'zod';
import { VariantReadiness } from '../../clusters/domain/cluster.ts';
import { EvidenceBundle as JudgedEvidence } from '../../judgement/contract/bundle.ts';
import { Actor, ClusterId, Epoch, ExperimentId, TenantId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { MetricName, ProcessPresence, Reading, Sample, SlotPhase, Variant } from '../../measurement/domain/sample.ts';
import { RenderedPipeline } from '../../pipelines/domain/template.ts';
import { AcceptedCheck, AllocatedNode, CompleteSettings, Pause } from '../domain/experiment.ts';
import { Effect, ExperimentVerdict, Look, Verdict } from '../domain/verdict.ts';
import { CleanupState, CommandName, State } from '../domain/vocabulary.ts';

export { Effect, ExperimentVerdict, Look, Verdict };

export const ExperimentView = CompleteSettings.extend({
  id: ExperimentId,
  tenantId: TenantId,
  version: z.int(),
  epoch: Epoch,
  state: State,
  createdAt: Instant,
  createdBy: Actor,
  updatedAt: Instant,
  startedAt: Instant.nullable(),
  /** when the last slot ends; known once it runs */
  endsAt: Instant.nullable(),
  completedAt: Instant.nullable(),
  nodes: z.array(AllocatedNode),
  /** of this epoch: these minutes have no slots, and its end moved by as much */
  pauses: z.array(Pause).default([]),
  slotsPlanned: z.int(),
  slotsMeasured: z.int(),
  latestLook: Look.nullable(),
  verdict: Verdict.nullable(),
  /** what the users' own alerts and panels say, in a sentence; null: none were asked */
  truth: z.string().nullable().default(null),
  cleanup: CleanupState,
  /** why it is where it is, in a sentence, when that is not obvious */
  reason: z.string().nullable(),
  promotion: z.object({ deploymentId: z.string(), at: Instant, by: Actor }).nullable(),
  /** commands that its state allows; what the caller may is another question */
  allowedCommands: z.array(CommandName),
});
export type ExperimentView = z.infer<typeof ExperimentView>;

/** A row of the list: everything that a table shows. */
export const ExperimentSummary = ExperimentView.pick({
  id: true,
  name: true,
  version: true,
  epoch: true,
  state: true,
  createdAt: true,
  createdBy: true,
  updatedAt: true,
  startedAt: true,
  endsAt: true,
  slotsPlanned: true,
  slotsMeasured: true,
  cleanup: true,
  allowedCommands: true,
}).extend({
  verdict: ExperimentVerdict.nullable(),
  sentence: z.string().nullable(),
  primary: Effect.nullable(),
  guardrails: z.array(Effect),
});
export type ExperimentSummary = z.infer<typeof ExperimentSummary>;

export const Transition = z.object({
  epoch: Epoch,
  seq: z.int(),
  at: Instant,
  from: State.nullable(),
  to: State,
  actor: Actor,
  cause: z.string(),
});
export type Transition = z.infer<typeof Transition>;

/** One metric over time, both variants, pooled and per node: chart-ready, gaps as nulls with a reason. */
export const MetricSeries = z.object({
  metric: MetricName,
  title: z.string(),
  unit: z.string(),
  slots: z.array(z.object({ slot: z.int(), endsAt: Instant, phase: SlotPhase })),
  variants: z.array(
    z.object({
      variant: Variant,
      pooled: z.array(Reading),
      nodes: z.array(z.object({ node: z.string(), readings: z.array(Reading) })),
    }),
  ),
});
export type MetricSeries = z.infer<typeof MetricSeries>;

export const ProcessesView = z.object({
  slot: z.int().nullable(),
  at: Instant.nullable(),
  nodes: z.array(ProcessPresence),
});

export const VariantView = z.object({
  variant: Variant,
  rendered: RenderedPipeline.nullable(),
  readiness: z.array(z.object({ clusterId: ClusterId, readiness: VariantReadiness })),
  observedAt: Instant.nullable(),
});

/** Everything a verdict rests on, in one file; `phoenix judge` replays it offline. */
export const EvidenceBundle = JudgedEvidence.extend({
  experiment: ExperimentView,
  samples: z.array(Sample),
  /** every look as it was stored when it was taken */
  looks: z.array(Look),
  /** what people accepted of their own alerts and panels, by name */
  accepted: z.array(AcceptedCheck).default([]),
});
export type EvidenceBundle = z.infer<typeof EvidenceBundle>;
