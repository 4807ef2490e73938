import * as z from 'zod';
import { type Evidence, HistorySeries } from '../../judgement/contract/evidence.ts';
import { columnsOf } from '../../judgement/domain/columns.ts';
import { pool } from '../../judgement/domain/pooling.ts';
import { ExperimentId } from '../../kernel/identity.ts';
import { type AllocatedNode, type CompleteSettings, type Experiment, isTerminal, lifeOf } from './experiment.ts';
import { samePipeline } from './setup.ts';
import type { Verdict } from './verdict.ts';

/**
 * What an earlier experiment tells about noise: the newest slots of both variants, pooled as they are judged. Chosen and
 * frozen at the start, so that every look and every replay knows the same.
 */
export const NoiseHistory = z.object({
  experimentId: ExperimentId,
  name: z.string(),
  /** the same two pipelines, or the baseline against itself */
  kind: z.enum(['same_pipelines', 'equal_variants']),
  slots: z.int(),
  series: z.record(z.string(), HistorySeries),
});
export type NoiseHistory = z.infer<typeof NoiseHistory>;

/** Fewer slots raise false alarms above their rate when neighbouring slots are alike (3.9 of the method, table of B). */
export const FEWEST_HISTORY_SLOTS = 60;
/** More hardly tell more (same table), and all of them are kept with the plan. */
export const MOST_HISTORY_SLOTS = 240;

/** What is about to be measured: the same place and the same clock make slots comparable. */
export interface Wanted {
  readonly settings: CompleteSettings;
  readonly nodes: readonly AllocatedNode[];
}

/**
 * Whether an earlier experiment says how noisy this one will be, and as what. The same two pipelines were measured under
 * the same conditions: how much their contrast varies does not depend on how large it is. Or the baseline was measured
 * against itself.
 */
export const kindOfHistory = (earlier: Experiment, wanted: Wanted): NoiseHistory['kind'] | null => {
  if (!(isTerminal(earlier) && isMeasured(earlier.verdict) && isSameSetup(earlier, wanted))) return null;
  const [known, { settings }] = [earlier.settings, wanted];
  if (samePipeline(known.candidatePipeline, settings.candidatePipeline)) return 'same_pipelines';
  return samePipeline(known.candidatePipeline, known.baselinePipeline) ? 'equal_variants' : null;
};

/** The same baseline on the same nodes, read by the same clock about the same processes. */
export const isSameSetup = (earlier: Experiment, { settings, nodes }: Wanted): boolean => {
  const known = earlier.settings;
  return (
    known.slotSeconds === settings.slotSeconds &&
    known.collectionIntervalSeconds === settings.collectionIntervalSeconds &&
    isSameSet(known.criticalProcesses, settings.criticalProcesses) &&
    isSameSet((lifeOf(earlier)?.nodes ?? []).map(nodeKey), nodes.map(nodeKey)) &&
    samePipeline(known.baselinePipeline, settings.baselinePipeline)
  );
};

/** Where too much was missing, or the variants did not see the same, nothing is known about noise either. */
const isMeasured = ({ verdict, decidedAtSlot }: Verdict): boolean =>
  decidedAtSlot !== null && verdict !== 'inconclusive_no_data' && verdict !== 'invalid_input_mismatch';

const nodeKey = ({ clusterId, node }: AllocatedNode): string => `${clusterId}/${node}`;

const isSameSet = (some: readonly string[], others: readonly string[]): boolean =>
  JSON.stringify(some.toSorted()) === JSON.stringify(others.toSorted());

/** Both variants of every metric that asks for a proof, pooled over nodes; null is a missing slot. */
export const historySeries = (evidence: Evidence): Record<string, HistorySeries> => {
  const first = Math.min(...evidence.slots.map(({ slot }) => slot));
  const last = Math.max(0, ...evidence.slots.map(({ slot }) => slot));
  return Object.fromEntries(
    columnsOf(evidence, last)
      .filter(({ criterion }) => criterion.role === 'primary' || criterion.role === 'guardrail')
      .map((columns) => {
        const pairs = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
          pool(columns, first - 1 + index),
        );
        return [
          columns.criterion.name,
          {
            baseline: pairs.map((pair) => (pair.usable ? pair.baseline : null)),
            candidate: pairs.map((pair) => (pair.usable ? pair.candidate : null)),
          },
        ];
      }),
  );
};

/** For explanations: where the knowledge about noise comes from. */
export const historyWords = ({ name, experimentId, slots, kind }: NoiseHistory): string =>
  `${slots} slots of the earlier experiment "${name}" (${experimentId})${kind === 'equal_variants' ? ', which measured the baseline against itself' : ''}`;
