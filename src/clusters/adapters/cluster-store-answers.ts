import type { Actor, ClusterId } from '../../kernel/identity.ts';
import { Epoch } from '../../kernel/identity.ts';
import { refuse } from '../../kernel/outcome.ts';
import type { EventSubject } from '../../platform/dynamodb/outbox.ts';
import type { Cluster } from '../domain/cluster.ts';

// What both stores say alike.

export const nameTaken = ({ settings: { name } }: Cluster) =>
  refuse('resource-exists', `there is a cluster called ${name} already; choose another name`, { name });

/** `version` 0 or unknown: it is not there (any more). */
export const stale = (id: ClusterId, version: unknown) =>
  typeof version === 'number' && version > 0
    ? refuse('precondition-failed', `${id} changed meanwhile, it is at version ${version}`, { version })
    : refuse('precondition-failed', `${id} is not there any more`);

/** Clusters have no epochs: theirs is always 0. */
export const subjectOf = (cluster: Cluster, actor: Actor, lastSeq: number): EventSubject => ({
  tenant: cluster.tenantId,
  source: 'clusters',
  subject: cluster.id,
  epoch: Epoch.parse(0),
  actor,
  lastSeq,
});
