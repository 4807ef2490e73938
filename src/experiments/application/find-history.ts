import type { TenantId } from '../../kernel/identity.ts';
import { toEvidence } from '../domain/evidence.ts';
import {
  FEWEST_HISTORY_SLOTS,
  historySeries,
  kindOfHistory,
  MOST_HISTORY_SLOTS,
  type NoiseHistory,
  type Wanted,
} from '../domain/noise-history.ts';
import { warmupSlots } from '../domain/schedule.ts';
import type { ExperimentStore, SampleReader, Stored } from './ports.ts';

/** How many of a cluster's newest experiments are looked through. */
const MOST_EXPERIMENTS = 100;

/**
 * The newest finished experiment that says how noisy this one will be; the same two pipelines come before the baseline
 * against itself. Null when none does. Judge and planner are told the same.
 */
export const makeFindHistory =
  ({ experiments, samples }: { readonly experiments: ExperimentStore; readonly samples: SampleReader }) =>
  async (tenantId: TenantId, wanted: Wanted): Promise<NoiseHistory | null> => {
    const items = await listComparable(experiments, tenantId, wanted);
    const comparable = items.flatMap((stored) => {
      const kind = kindOfHistory(stored.experiment, wanted);
      return kind === null || stored.progress.slotsMeasured < FEWEST_HISTORY_SLOTS ? [] : [{ ...stored, kind }];
    });
    const chosen = comparable.find(({ kind }) => kind === 'same_pipelines') ?? comparable[0];
    if (chosen === undefined) return null;

    const { experiment, progress, kind } = chosen;
    const end = warmupSlots(experiment.settings) + progress.slotsMeasured;
    const newest = { fromSlot: Math.max(0, end - MOST_HISTORY_SLOTS), toSlot: end - 1 };
    const measured = await samples.list(tenantId, experiment.id, experiment.epoch, newest);
    // asked as the new experiment asks, of what the old one measured
    const settings = { ...experiment.settings, successCriteria: wanted.settings.successCriteria };
    const evidence = toEvidence(settings, measured);
    const slots = evidence.slots.length;
    return slots < FEWEST_HISTORY_SLOTS
      ? null
      : { experimentId: experiment.id, name: experiment.settings.name, kind, slots, series: historySeries(evidence) };
  };

/** The newest experiments of the wanted one's cluster. */
export const listComparable = async (
  experiments: Pick<ExperimentStore, 'list'>,
  tenantId: TenantId,
  { settings }: Wanted,
): Promise<readonly Stored[]> => {
  const clusterId = settings.targets[0]?.clusterId;
  return (await experiments.list(tenantId, { clusterId }, { limit: MOST_EXPERIMENTS })).items;
};
