import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { EventEnvelope } from '../../platform/declare/event.ts';
import { currentLog } from '../../platform/run.ts';
import { toWire } from '../../platform/wire.ts';
import type { EventBus, Published } from '../application/ports.ts';

/** Entries of one call, a limit of EventBridge. */
const BATCH = 10;

/** Ours: EventBridge takes 1 MB in one call, so ten of these fit. Larger bodies belong into a file, not into an event. */
export const EVENT_LIMIT_BYTES = 65_536;

/** Events on a bus of EventBridge: source `phoenix.<context>`, detail-type the event's type, detail the whole envelope. */
export const eventBridgeBus = ({
  client,
  busName,
}: {
  readonly client: EventBridgeClient;
  readonly busName: string;
}): EventBus => ({
  publish: async (envelopes) => {
    const entries = envelopes.map((envelope) => entryOf(envelope, busName));
    const fates = entries.map((entry): Published => (isTooLarge(entry) ? 'never' : 'later'));
    const fitting = [...fates.entries()].flatMap(([index, fate]) => (fate === 'never' ? [] : [index]));
    for (let start = 0; start < fitting.length; start += BATCH) {
      const indexes = fitting.slice(start, start + BATCH);
      const answers = await put(
        client,
        indexes.flatMap((index) => entries[index] ?? []),
      );
      for (const [position, index] of indexes.entries()) fates[index] = fateOf(answers[position]);
    }
    return fates;
  },
});

const entryOf = (envelope: EventEnvelope, busName: string): PutEventsRequestEntry => ({
  EventBusName: busName,
  Source: `phoenix.${envelope.source}`,
  DetailType: envelope.type,
  Detail: JSON.stringify(toWire(EventEnvelope, envelope)),
  Time: new Date(envelope.timestamp),
});

const isTooLarge = ({ Detail: detail = '' }: PutEventsRequestEntry): boolean =>
  Buffer.byteLength(detail) > EVENT_LIMIT_BYTES;

/** A call that fails as a whole leaves all its entries for later. */
const put = async (
  client: EventBridgeClient,
  entries: PutEventsRequestEntry[],
): Promise<readonly PutEventsResultEntry[]> => {
  try {
    const { Entries: answers = [] } = await client.send(new PutEventsCommand({ Entries: entries }));
    return answers;
  } catch (error) {
    currentLog().failure('bus.unreachable', error, { entries: entries.length });
    return [];
  }
};

const fateOf = (answer: PutEventsResultEntry | undefined): Published => {
  if (answer?.EventId !== undefined && answer.ErrorCode === undefined) return 'published';
  return LASTING.has(answer?.ErrorCode ?? '') ? 'never' : 'later';
};

const LASTING = new Set(['MalformedDetail', 'InvalidArgument', 'ValidationException']);
