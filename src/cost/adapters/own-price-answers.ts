import { type Actor, Epoch } from '../../kernel/identity.ts';
import { refuse } from '../../kernel/outcome.ts';
import type { EventSubject } from '../../platform/dynamodb/outbox.ts';
import type { OwnPrices } from '../domain/own-prices.ts';

// What both stores say alike.

export const stale = ({ bookId }: OwnPrices, version: number) =>
  refuse('precondition-failed', `your prices of ${bookId} changed meanwhile, they are at version ${version}`, {
    version,
  });

/** One event a version, so versions number them. Prices have no epochs: theirs is always 0. */
export const subjectOf = ({ tenantId, bookId, version }: OwnPrices, actor: Actor): EventSubject => ({
  tenant: tenantId,
  source: 'cost',
  subject: bookId,
  epoch: Epoch.parse(0),
  actor,
  lastSeq: version - 1,
});
