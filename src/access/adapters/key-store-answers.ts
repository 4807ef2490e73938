import { type Actor, Epoch, type KeyId } from '../../kernel/identity.ts';
import { refuse } from '../../kernel/outcome.ts';
import type { EventSubject } from '../../platform/dynamodb/outbox.ts';
import type { ServiceKey } from '../domain/service-key.ts';

/** Events of a key are numbered by the key; keys have no epochs. */
export const subjectOf = ({ tenantId, id }: ServiceKey, actor: Actor, lastSeq: number): EventSubject => ({
  tenant: tenantId,
  source: 'access',
  subject: id,
  epoch: Epoch.parse(0),
  actor,
  lastSeq,
});

export const stale = (id: KeyId, version: number) =>
  refuse('precondition-failed', `the key ${id} is at version ${version}`, { version });
