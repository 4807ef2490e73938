import type * as z from 'zod';
import type { ExperimentSettings } from '../src/experiments/domain/settings.ts';
import type { ClusterId } from '../src/kernel/identity.ts';
import { TemplateName } from '../src/pipelines/domain/template.ts';
import { CRITICAL_PROCESSES } from './demo/load.ts';

/**
 * Everything on this machine against top-k: short slots, one node, a screening against a hypothetical baseline. Shorter
 * than a small saving would need; this one is large.
 */
export const firstExperiment = (
  clusterId: ClusterId,
  change: Partial<z.input<typeof ExperimentSettings>> = {},
): z.input<typeof ExperimentSettings> => ({
  name: 'everything on this machine against top-k',
  description:
    'the first experiment: what does leaving out the small processes save, and does anything critical get lost?',
  baselinePipeline: { template: TemplateName.parse('baseline'), parameters: {} },
  candidatePipeline: { template: TemplateName.parse('top-k'), parameters: {} },
  targets: [{ clusterId }],
  durationSeconds: 96,
  mayEndInconclusive: true,
  warmupSeconds: 12,
  // three scrapes in every slot: a slot that is no multiple of the interval holds two or three, and points jump
  slotSeconds: 6,
  collectionIntervalSeconds: 2,
  criticalProcesses: [...CRITICAL_PROCESSES],
  ...change,
});
