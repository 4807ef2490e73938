import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type * as z from 'zod';
import { ServiceFailure } from './failure.ts';
import { toWire } from './wire.ts';

/** A queue of messages of one schema; `queueEntry` reads what this sends. */
export interface Queue<T> {
  /** at least once, unordered; a delay is at most 900 s */
  send(messages: readonly { readonly message: T; readonly delaySeconds?: number }[]): Promise<void>;
}

const BATCH = 10;

export const sqsQueue = <S extends z.ZodType>({
  client,
  queueUrl,
  message,
}: {
  readonly client: SQSClient;
  readonly queueUrl: string;
  readonly message: S;
}): Queue<z.infer<S>> => ({
  send: async (messages) => {
    for (let start = 0; start < messages.length; start += BATCH) {
      const entries = messages.slice(start, start + BATCH).map((each, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(toWire(message, each.message)),
        DelaySeconds: Math.min(900, Math.max(0, Math.round(each.delaySeconds ?? 0))),
      }));
      const failed = await sendBatch(client, queueUrl, entries);
      if (failed.length > 0) {
        throw new ServiceFailure('service-unavailable', 'a queue', new Error(`${failed.length} messages not accepted`));
      }
    }
  },
});

/** Entries that were not accepted are sent once more; a duplicate does no harm. */
const sendBatch = async (
  client: SQSClient,
  queueUrl: string,
  entries: readonly { Id: string; MessageBody: string; DelaySeconds: number }[],
): Promise<readonly string[]> => {
  const attempt = async (batch: typeof entries): Promise<readonly string[]> => {
    try {
      const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: [...batch] }));
      return (answer.Failed ?? []).flatMap(({ Id: id }) => (id === undefined ? [] : [id]));
    } catch (error) {
      throw new ServiceFailure('service-unavailable', 'a queue', error);
    }
  };
  const failed = new Set(await attempt(entries));
  return failed.size === 0 ? [] : attempt(entries.filter(({ Id: id }) => failed.has(id)));
};
