import { type Pipeline, publishedOf } from './pipeline.ts';
import type { PipelineEvent } from './pipeline-changes.ts';

/** What an event makes of a pipeline; nothing else changes one. Throws where an event cannot have happened. */
export const evolvePipeline = (before: Pipeline | null, event: PipelineEvent): Pipeline => {
  const { at, by } = event;
  if (event.type === 'created') {
    const { id, tenantId, details, first } = event;
    const made = { id, tenantId, version: 1, details, latest: first, createdAt: at, createdBy: by, updatedAt: at };
    return { status: 'draft', ...made };
  }
  if (before === null) throw new Error(`${event.type} happened to a pipeline that was never created`);
  const next = { ...before, version: before.version + 1, updatedAt: at };
  switch (event.type) {
    case 'details-changed':
      return { ...next, details: event.details };
    case 'revised':
      return { ...next, latest: event.revision };
    case 'published':
      return { ...always(next), status: 'published', published: { revision: event.revision, at, by } };
    case 'deprecated':
      return {
        ...always(next),
        status: 'deprecated',
        published: publishedOf(before),
        deprecation: { at, by, reason: event.reason },
      };
    case 'deleted':
      return next;
  }
};

/** What is true in every status. */
const always = ({ id, tenantId, version, details, latest, createdAt, createdBy, updatedAt }: Pipeline) => ({
  ...{ id, tenantId, version, details, latest, createdAt, createdBy, updatedAt },
});
