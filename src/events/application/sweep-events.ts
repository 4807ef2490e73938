import { minutesAfter } from '../../kernel/instant.ts';
import type { Outbox } from './ports.ts';
import { makePublishEvents, type PublishPorts, type PublishReport } from './publish-events.ts';

/** After this time the stream has had its chance: what is still unpublished was missed. */
export const OVERDUE_MINUTES = 5;

/** Publishes what slipped past the stream. A duplicate does no harm. */
export const makeSweepEvents = ({ outbox, ...ports }: PublishPorts & { readonly outbox: Outbox }) => {
  const publishEvents = makePublishEvents({ ...ports, outbox });
  return async (): Promise<PublishReport> =>
    publishEvents(await outbox.unpublishedUntil(minutesAfter(ports.clock.now(), -OVERDUE_MINUTES)));
};
