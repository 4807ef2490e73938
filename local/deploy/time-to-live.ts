import { DynamoDBClient, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { physicalName } from '../../lib/names.ts';
import type { Stage } from '../../lib/stage.ts';
import { RESOURCES } from '../../src/platform/resources.ts';

/** The emulator takes no notice of expiry in templates; asked for directly it deletes expired items within a minute. */
export const applyTimeToLive = async ({ endpoint, region, awsEnvironment }: Target, stage: Stage): Promise<void> => {
  const dynamodb = new DynamoDBClient({
    endpoint,
    region,
    credentials: {
      accessKeyId: awsEnvironment['AWS_ACCESS_KEY_ID'] ?? 'test',
      secretAccessKey: awsEnvironment['AWS_SECRET_ACCESS_KEY'] ?? 'test',
    },
  });
  try {
    await Promise.all(
      Object.entries(RESOURCES).flatMap(([name, resource]) =>
        resource.kind === 'table' && resource.ttl !== null
          ? [
              dynamodb.send(
                new UpdateTimeToLiveCommand({
                  TableName: physicalName(stage, name),
                  TimeToLiveSpecification: { Enabled: true, AttributeName: resource.ttl },
                }),
              ),
            ]
          : [],
      ),
    );
  } finally {
    dynamodb.destroy();
  }
};

interface Target {
  readonly endpoint: string;
  readonly region: string;
  readonly awsEnvironment: Readonly<Record<string, string>>;
}
