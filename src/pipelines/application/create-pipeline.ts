import { actorOf, PipelineId, type Principal, shortIdFrom } from '../../kernel/identity.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Clock, Sha256 } from '../../kernel/ports.ts';
import { headOf } from '../domain/decide-pipeline.ts';
import { evolvePipeline } from '../domain/evolve-pipeline.ts';
import { MAXIMUM_PIPELINES, type Pipeline, type PipelineDetails } from '../domain/pipeline.ts';
import {
  type ComposeRefusal,
  composeRevision,
  type IncumbentSource,
  type PipelineOrigin,
  type Revision,
} from '../domain/revision.ts';
import { announcementOf } from './announcements.ts';
import type { PipelineStore } from './ports.ts';

export interface CreatePorts {
  readonly pipelines: PipelineStore;
  readonly clock: Clock;
  readonly sha256: Sha256;
}

export interface CreatePipeline {
  readonly details: { readonly [D in keyof PipelineDetails]?: PipelineDetails[D] | undefined } & {
    readonly name: string;
  };
  readonly origin: PipelineOrigin;
  /** the collector whose settings they are */
  readonly incumbent?: IncumbentSource;
  readonly note: string;
  readonly caller: Principal;
  /** a repeated request finds the draft that the first one made */
  readonly idempotencyKey: string;
}

/** A pipeline and the revision that is spoken of. */
export interface Saved {
  readonly pipeline: Pipeline;
  readonly revision: Revision;
}

export type CreateRefusal = ComposeRefusal | Refusal<'pipeline-name-taken' | 'pipeline-quota-exceeded'>;

/** Stores a draft with its first revision. */
export const makeCreatePipeline =
  ({ pipelines, clock, sha256 }: CreatePorts) =>
  async ({
    details,
    origin,
    incumbent,
    note,
    caller,
    idempotencyKey,
  }: CreatePipeline): Promise<Outcome<Saved, CreateRefusal>> => {
    const composed = composeRevision(origin, sha256);
    if (!composed.accepted) return composed;
    const content =
      incumbent === undefined
        ? composed.value
        : { ...composed.value, origin: { kind: 'settings' as const, incumbent } };
    const { tenantId, userId, email } = caller;
    const id = PipelineId.parse(`pipe-${shortIdFrom(sha256(`${tenantId} ${userId} ${idempotencyKey}`))}`);
    const said = { at: clock.now(), by: actorOf(caller) };
    const first = headOf(content, 1, note, said);
    const { name, description = '', owner = email, team = null, labels = {} } = details;
    const event = {
      type: 'created' as const,
      ...{ id, tenantId, first, ...said },
      details: { name, description, owner, team, labels },
    };
    const draft = evolvePipeline(null, event);
    const count = await pipelines.count(tenantId);
    if (count >= MAXIMUM_PIPELINES && (await pipelines.load({ tenantId, pipelineId: id })) === null)
      return quotaExceeded(count);
    const revision = { ...first, ...content, pipelineId: id, published: null };
    const created = await pipelines.create(draft, revision, [announcementOf(null, event, draft)], said.by);
    return created.accepted ? accept({ pipeline: created.value, revision }) : created;
  };

const quotaExceeded = (count: number) =>
  refuse(
    'pipeline-quota-exceeded',
    `there are ${count} pipelines, ${MAXIMUM_PIPELINES} may be; delete one that nobody needs`,
    { count, maximum: MAXIMUM_PIPELINES },
  );
