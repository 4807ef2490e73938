import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ServiceFailure } from '../../platform/failure.ts';
import { toWire } from '../../platform/wire.ts';
import type { ClusterWorkQueue } from '../application/ports.ts';
import { ClusterWork } from '../contract/routes.ts';

/** The queue clusterWork. */
export const sqsClusterWork = ({
  client,
  queueUrl,
}: {
  readonly client: Pick<SQSClient, 'send'>;
  readonly queueUrl: string;
}): ClusterWorkQueue => ({
  send: async (work, { delaySeconds = 0 } = {}) => {
    const body = JSON.stringify(toWire(ClusterWork, work));
    try {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, DelaySeconds: delaySeconds }));
    } catch (error) {
      throw new ServiceFailure('service-unavailable', 'the queue of cluster work', error);
    }
  },
});
