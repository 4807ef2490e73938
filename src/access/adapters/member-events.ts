import { type Actor, Epoch } from '../../kernel/identity.ts';
import type { EventSubject } from '../../platform/dynamodb/outbox.ts';
import type { Member } from '../domain/member.ts';

/** Events of a member are numbered per tenant and person; people have no epochs. */
export const subjectOf = ({ tenantId, userId }: Member, actor: Actor, lastSeq: number): EventSubject => ({
  tenant: tenantId,
  source: 'access',
  subject: userId,
  epoch: Epoch.parse(0),
  actor,
  lastSeq,
});
