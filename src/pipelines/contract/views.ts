import * as z from 'zod';
import { Actor, PipelineId } from '../../kernel/identity.ts';
import { Instant } from '../../kernel/instant.ts';
import { ImportNote } from '../domain/import.ts';
import { PipelineDetails, PipelineStatus, PublishedRevision } from '../domain/pipeline.ts';
import { Revision, RevisionHead } from '../domain/revision.ts';

export const PipelineCommandName = z.enum(['change-details', 'revise', 'publish', 'deprecate', 'delete']);

/** A pipeline as people see it, in lists and alone. */
export const PipelineView = PipelineDetails.extend({
  id: PipelineId,
  version: z.int(),
  status: PipelineStatus,
  latest: RevisionHead,
  published: PublishedRevision.nullable(),
  deprecation: z.object({ at: Instant, by: Actor, reason: z.string() }).nullable(),
  createdAt: Instant,
  createdBy: Actor,
  updatedAt: Instant,
  /** what its status allows; what the caller may is another question */
  allowedCommands: z.array(PipelineCommandName),
});
export type PipelineView = z.infer<typeof PipelineView>;

/** A pipeline together with its newest revision, findings and all. */
export const SavedPipeline = PipelineView.extend({ revision: Revision });
export type SavedPipeline = z.infer<typeof SavedPipeline>;

export const ImportedPipeline = SavedPipeline.extend({ notes: z.array(ImportNote) });

/** A revision in a list. */
export const ListedRevision = Revision.omit({ yaml: true, findings: true });
export type ListedRevision = z.infer<typeof ListedRevision>;
