import { type Epoch, ExperimentId, type TenantId } from '../../kernel/identity.ts';
import { deploymentIdOf, type Experiment, isActive, promotionOf } from '../domain/experiment.ts';
import type { ExperimentStore } from './ports.ts';

/** What became of the owner of objects on a cluster: clusters ask this before they remove anything. */
export const makeOwnerLedger = ({ experiments }: { readonly experiments: ExperimentStore }) => ({
  fateOf: async (tenantId: TenantId, owner: string, epoch: Epoch): Promise<'wanted' | 'ended' | 'unknown'> => {
    const experimentId = experimentOf(owner);
    if (experimentId === null) return 'unknown';
    const stored = await experiments.load({ tenantId, experimentId });
    if (stored === null) return 'unknown';
    return isWanted(stored.experiment, owner, epoch) ? 'wanted' : 'ended';
  },
});

/** `exp-…` is the experiment itself, `pdep-…-<epoch>` what was promoted from it. */
const experimentOf = (owner: string): ExperimentId | null => {
  const deployment = /^pdep-([0-9a-z]{12})-\d+$/.exec(owner)?.[1];
  const parsed = ExperimentId.safeParse(deployment === undefined ? owner : `exp-${deployment}`);
  return parsed.success ? parsed.data : null;
};

const isWanted = (experiment: Experiment, owner: string, epoch: Epoch): boolean => {
  if (epoch < experiment.epoch) return false;
  if (owner === experiment.id) return isActive(experiment);
  const isDeployed = experiment.state === 'promoting' || experiment.state === 'promoted';
  return isDeployed && promotionOf(experiment)?.deploymentId === owner && owner === deploymentIdOf(experiment);
};
