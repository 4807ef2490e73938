import { type Actor, Epoch } from '../../kernel/identity.ts';
import { refuse } from '../../kernel/outcome.ts';
import type { EventSubject } from '../../platform/dynamodb/outbox.ts';
import type { RuleSet } from '../domain/rule-set.ts';

// What both stores say alike.

export const changedMeanwhile = ({ name }: RuleSet, revision: number) =>
  refuse('precondition-failed', `${name} was imported by somebody else meanwhile, it is at revision ${revision}`, {
    revision,
  });

/** One event a revision. Rule sets have no epochs: theirs is always 0. */
export const subjectOf = ({ tenantId, name, revision }: RuleSet, actor: Actor): EventSubject => ({
  ...{ tenant: tenantId, source: 'truth', subject: name, epoch: Epoch.parse(0), actor, lastSeq: revision - 1 },
});
