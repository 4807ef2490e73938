import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ServiceFailure } from '../../platform/failure.ts';
import type { BacklogSeen } from '../application/ports.ts';

/** Counts of queues, as the service knows them: a moment old. The dead letters of a queue lie in `<queue>-dead`. */
export const sqsBacklog = ({
  client,
  queueUrlByName,
}: {
  readonly client: SQSClient;
  readonly queueUrlByName: Readonly<Record<string, string>> & { readonly unpublishable: string };
}): BacklogSeen => {
  const messagesIn = async (queueUrl: string): Promise<number> => {
    try {
      const { Attributes: attributes = {} } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      );
      return Number(attributes['ApproximateNumberOfMessages'] ?? 0);
    } catch (error) {
      throw new ServiceFailure('service-unavailable', 'a queue', error);
    }
  };
  return {
    parked: () => messagesIn(queueUrlByName.unpublishable),
    deadLetters: () =>
      Promise.all(
        Object.entries(queueUrlByName).map(async ([queue, url]) => ({
          queue,
          messages: await messagesIn(`${url}-dead`),
        })),
      ),
  };
};
