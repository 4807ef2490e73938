import { type Actor, Epoch } from '../../kernel/identity.ts';
import { refuse } from '../../kernel/outcome.ts';
import type { EventSubject } from '../../platform/dynamodb/outbox.ts';
import type { Channel } from '../contract/channel.ts';

// What both stores say alike.

export const stale = ({ id }: Channel, version: number) =>
  version > 0
    ? refuse('precondition-failed', `${id} changed meanwhile, it is at version ${version}`, { version })
    : refuse('precondition-failed', `${id} is not there any more`);

/** One event a version, and one for the end. Channels have no epochs: theirs is always 0. */
export const subjectOf = ({ tenantId, id }: Channel, actor: Actor, lastSeq: number): EventSubject => ({
  tenant: tenantId,
  source: 'notifications',
  subject: id,
  epoch: Epoch.parse(0),
  actor,
  lastSeq,
});
