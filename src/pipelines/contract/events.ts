import * as z from 'zod';
import { PipelineId } from '../../kernel/identity.ts';
import { event } from '../../platform/declare/event.ts';
import { PipelineStatus } from '../domain/pipeline.ts';
import { RevisionNumber } from '../domain/revision.ts';

const subject = { pipelineId: PipelineId, name: z.string() };
const revision = { revision: RevisionNumber, sha256: z.string(), errors: z.int(), warnings: z.int() };

/** What pipelines say on the bus; every change of one is one of these and none is unsaid. */
export const pipelineEvents = [
  event({
    type: 'pipeline.created',
    schemaVersion: 1,
    summary: 'A draft was created, with its first revision',
    data: z.object({ ...subject, ...revision }),
  }),
  event({
    type: 'pipeline.revised',
    schemaVersion: 1,
    summary: 'Its settings were saved anew',
    data: z.object({ ...subject, ...revision }),
  }),
  event({
    type: 'pipeline.status_changed',
    schemaVersion: 1,
    summary: 'A revision was published, or the pipeline was deprecated',
    data: z.object({
      ...subject,
      from: PipelineStatus,
      to: PipelineStatus,
      /** the published one, if there is one */
      revision: RevisionNumber.nullable(),
      reason: z.string().nullable(),
    }),
  }),
  event({
    type: 'pipeline.changed',
    schemaVersion: 1,
    summary: 'Name, description, owner, team or labels changed; its settings did not',
    data: z.object({ ...subject, fields: z.array(z.string()) }),
  }),
  event({
    type: 'pipeline.deleted',
    schemaVersion: 1,
    summary: 'It was deleted; experiments that named it keep what they were given',
    data: z.object(subject),
  }),
] as const;
