import product from '../package.json' with { type: 'json' };
import { dynamodbClusterStore } from '../src/clusters/adapters/dynamodb-cluster-store.ts';
import { ClusterWork } from '../src/clusters/contract/routes.ts';
import { dynamodbExperimentStore } from '../src/experiments/adapters/dynamodb-experiment-store.ts';
import { dynamodbLookStore } from '../src/experiments/adapters/dynamodb-look-store.ts';
import { dynamodbWaitStore } from '../src/experiments/adapters/dynamodb-wait-store.ts';
import { clusterLooksOn, lookQueueOn, readinessQueueOn } from '../src/experiments/adapters/queues.ts';
import { LookRequest } from '../src/experiments/contract/workflow.ts';
import { systemClock, systemIds } from '../src/kernel/system.ts';
import { dynamodbPipelineStore } from '../src/pipelines/adapters/dynamodb-pipeline-store.ts';
import { sqsClient } from '../src/platform/clients.ts';
import { sqsQueue } from '../src/platform/queue.ts';
import { dynamodbRuleSetStore } from '../src/truth/adapters/dynamodb-rule-set-store.ts';
import { dynamodbTruthStore } from '../src/truth/adapters/dynamodb-truth-store.ts';
import { tableNamed } from './front-door.ts';

// What the functions of the lifecycle are wired with; each takes what its manifest asked for.

interface Named {
  readonly tableName: string;
}
interface Addressed {
  readonly queueUrl: string;
}

/** Needs `core`. */
export const experimentsIn = (core: Named) =>
  dynamodbExperimentStore({ core: tableNamed(core), clock: systemClock, ids: systemIds });

/** Needs `core`. */
export const clustersIn = (core: Named) =>
  dynamodbClusterStore({ table: tableNamed(core), clock: systemClock, ids: systemIds });

/** Needs `core`. */
export const pipelinesIn = (core: Named) =>
  dynamodbPipelineStore({ table: tableNamed(core), clock: systemClock, ids: systemIds });

/** Needs `ephemeral: 'write'`. */
export const waitsIn = (ephemeral: Named) => dynamodbWaitStore({ ephemeral: tableNamed(ephemeral) });

/** Needs `samples`. */
export const looksIn = (samples: Named) => dynamodbLookStore({ samples: tableNamed(samples) });

/** Needs `core`. */
export const ruleSetsIn = (core: Named) =>
  dynamodbRuleSetStore({ table: tableNamed(core), clock: systemClock, ids: systemIds });

/** Needs `samples`. */
export const truthsIn = (samples: Named) => dynamodbTruthStore({ samples: tableNamed(samples), clock: systemClock });

/** Needs `measure: 'send'`. */
export const lookQueueAt = ({ queueUrl }: Addressed) =>
  lookQueueOn(sqsQueue({ client: sqsClient(), queueUrl, message: LookRequest }));

/** Needs `clusterWork: 'send'`. */
export const clusterWorkAt = ({ queueUrl }: Addressed) =>
  sqsQueue({ client: sqsClient(), queueUrl, message: ClusterWork });

/** Needs `clusterWork: 'send'`. */
export const readinessQueueAt = (queue: Addressed) => readinessQueueOn(clusterWorkAt(queue));

/** Needs `clusterWork: 'send'`. */
export const clusterLooksAt = (queue: Addressed) => clusterLooksOn(clusterWorkAt(queue));

/** The code that judges and the engine that it runs on: both are part of the evidence. */
export const CODE = { codeVersion: product.version, nodeVersion: process.version };

/** What a stage sets about the set-up of experiments. */
export const setupPolicyOf = (settings: {
  readonly minimumHorizonSeconds: string;
  readonly minimumWarmupSeconds: string;
}) => ({
  minimumHorizonSeconds: Number(settings.minimumHorizonSeconds),
  minimumWarmupSeconds: Number(settings.minimumWarmupSeconds),
});

/** Which epoch a question about readiness is about. */
export const readinessRef = ({
  tenantId,
  experimentId,
  epoch,
}: {
  readonly tenantId: string;
  readonly experimentId: string;
  readonly epoch: number;
}) => LookRequest.parse({ tenantId, experimentId, epoch });
