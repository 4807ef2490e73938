import { makeClusterSteps } from '../../src/experiments/application/cluster-steps.ts';
import { ClusterStep, StepAnswer } from '../../src/experiments/contract/workflow.ts';
import { systemClock } from '../../src/kernel/system.ts';
import { type MachineWork, machineEntry } from '../../src/platform/entry.ts';
import { clusterLooksAt, clustersIn, experimentsIn, readinessQueueAt, waitsIn } from '../experiment-wiring.ts';
import { reachingClusters } from '../reaching-clusters.ts';
import { manifest } from './manifest.ts';

export const handler = machineEntry(manifest, (environment): MachineWork<typeof ClusterStep, typeof StepAnswer> => {
  const { core, ephemeral, clusterWork, settings } = environment;
  const carryOut = makeClusterSteps({
    experiments: experimentsIn(core),
    clusters: clustersIn(core),
    waits: waitsIn(ephemeral),
    access: reachingClusters(environment),
    readiness: readinessQueueAt(clusterWork),
    clusterLooks: clusterLooksAt(clusterWork),
    policy: { collectorImage: settings.collectorImage },
    clock: systemClock,
  });
  return {
    payload: ClusterStep,
    answer: StepAnswer,
    ids: ({ tenantId, experimentId, epoch }) => ({ tenant: tenantId, experiment: experimentId, epoch }),
    work: async (step, { log }) => {
      const answer = await carryOut(step);
      log.info(`cluster.${step.step}`, { outcome: answer.outcome, reason: answer.reason });
      return answer;
    },
  };
});
