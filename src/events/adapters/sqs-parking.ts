import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ServiceFailure } from '../../platform/failure.ts';
import type { Parking } from '../application/ports.ts';

/** A message of SQS holds 1 MiB; an item of DynamoDB at most 400 KiB. */
export const sqsParking = ({
  client,
  queueUrl,
}: {
  readonly client: SQSClient;
  readonly queueUrl: string;
}): Parking => ({
  park: async (parked) => {
    try {
      await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(parked) }));
    } catch (error) {
      throw new ServiceFailure('service-unavailable', 'the queue of unpublishable events', error);
    }
  },
});
