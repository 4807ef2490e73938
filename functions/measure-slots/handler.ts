import { stepFunctionsSettler } from '../../src/experiments/adapters/step-functions.ts';
import { makeLookAtExperiment } from '../../src/experiments/application/look-at-experiment.ts';
import { LookRequest } from '../../src/experiments/contract/workflow.ts';
import { systemClock } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { dynamodbSampleStore } from '../../src/measurement/adapters/dynamodb-sample-store.ts';
import { sfnClient } from '../../src/platform/clients.ts';
import { type QueueWork, queueEntry } from '../../src/platform/entry.ts';
import { CODE, clustersIn, experimentsIn, looksIn, waitsIn } from '../experiment-wiring.ts';
import { tableNamed } from '../front-door.ts';
import { checkingTruth } from './checking-truth.ts';
import { manifest } from './manifest.ts';
import { measuring } from './measuring.ts';

export const handler = queueEntry(manifest, (environment): QueueWork<typeof LookRequest> => {
  const { core, samples, ephemeral, settings } = environment;
  const sampleStore = dynamodbSampleStore(tableNamed(samples));
  const lookAt = makeLookAtExperiment({
    experiments: experimentsIn(core),
    clusters: clustersIn(core),
    samples: sampleStore,
    recordedLooks: looksIn(samples),
    waits: waitsIn(ephemeral),
    settler: stepFunctionsSettler({ client: sfnClient() }),
    measure: measuring(environment, sampleStore),
    checkTruth: checkingTruth(environment),
    policy: { settleSeconds: Number(settings.settleSeconds) },
    hashing: { sha256 },
    code: CODE,
    clock: systemClock,
  });
  return {
    message: LookRequest,
    ids: ({ tenantId, experimentId, epoch }) => ({ tenant: tenantId, experiment: experimentId, epoch }),
    work: async (ref, { log }) => log.info('experiment.looked-at', { what: await lookAt(ref) }),
  };
});
