import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { type Deployment, deployToEmulator } from '../../../local/deploy/deploy.ts';
import { awsEnvironmentOf } from '../../../local/parts/emulator.ts';
import { waitFor } from '../../../local/processes/wait.ts';
import { startTestCloud } from '../../support/emulator.ts';

/** The real stacks on an emulator of the suite's own, with functions that only note what reaches them. */
export interface ProbedCloud {
  readonly deployment: Deployment;
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly sfn: SFNClient;
  /** how often functions have noted each name */
  notes(): Promise<Readonly<Record<string, number>>>;
  /** waits until the notes are as they should be */
  until<T>(what: string, ask: () => Promise<T | undefined>, deadlineSeconds?: number): Promise<T>;
  stop(): Promise<void>;
}

export const startProbedCloud = async (): Promise<ProbedCloud> => {
  const cloud = await startTestCloud();
  const logFolder = mkdtempSync(join(tmpdir(), 'phoenix-probes-'));
  const deployment = await deployToEmulator({
    endpoint: cloud.endpoint,
    region: cloud.region,
    awsEnvironment: awsEnvironmentOf(cloud.endpoint, cloud.region),
    logFolder,
    functionsFolder: join(import.meta.dirname, '../../fixtures/probes'),
  });
  const dynamodb = new DynamoDBClient({});
  const clients = { dynamodb, sqs: new SQSClient({}), sfn: new SFNClient({}) };
  return {
    deployment,
    ...clients,
    notes: async () => {
      const { Items = [] } = await dynamodb.send(
        new QueryCommand({
          TableName: deployment.tables['samples'],
          KeyConditionExpression: 'pk = :note',
          ExpressionAttributeValues: { ':note': { S: 'NOTE' } },
        }),
      );
      return Object.fromEntries(Items.map((item) => [item['sk']?.S ?? '', Number(item['seen']?.N ?? 0)]));
    },
    until: (what, ask, deadlineSeconds = 15) => waitFor({ what, deadlineSeconds, everyMs: 200 }, ask),
    stop: async () => {
      for (const client of Object.values(clients)) client.destroy();
      await cloud.stop();
      rmSync(logFolder, { recursive: true, force: true });
    },
  };
};
