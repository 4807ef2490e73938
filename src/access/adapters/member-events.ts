import { type Actor, Epoch } from '../../kernel/identity.ts';
import { refuse } from '../../kernel/outcome.ts';
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

export const byEmail = (a: Member, b: Member): number => (a.email < b.email ? -1 : 1);

/** Somebody on whom a change rests was changed at the same time. */
export const memberChanged = (member: Member | undefined) =>
  refuse('precondition-failed', `${member?.email ?? 'another member'} was changed at the same time; look again`);
