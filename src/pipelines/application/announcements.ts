import { canonicalJson } from '../../kernel/canonical-json.ts';
import { draftEvent, type EventDraft, eventNamed } from '../../platform/declare/event.ts';
import { pipelineEvents } from '../contract/events.ts';
import { type Pipeline, PipelineDetails, publishedOf } from '../domain/pipeline.ts';
import type { PipelineEvent } from '../domain/pipeline-changes.ts';
import type { RevisionHead } from '../domain/revision.ts';

/** What is said on the bus about one event of the domain. */
export const announcementOf = (before: Pipeline | null, event: PipelineEvent, after: Pipeline): EventDraft => {
  const subject = { pipelineId: after.id, name: after.details.name };
  switch (event.type) {
    case 'created':
      return draftEvent(eventNamed(pipelineEvents, 'pipeline.created'), { ...subject, ...saying(event.first) });
    case 'revised':
      return draftEvent(eventNamed(pipelineEvents, 'pipeline.revised'), { ...subject, ...saying(event.revision) });
    case 'published':
    case 'deprecated':
      return draftEvent(eventNamed(pipelineEvents, 'pipeline.status_changed'), {
        ...subject,
        from: before?.status ?? 'draft',
        to: after.status,
        revision: publishedOf(after)?.revision ?? null,
        reason: event.type === 'deprecated' ? event.reason : null,
      });
    case 'details-changed':
      return draftEvent(eventNamed(pipelineEvents, 'pipeline.changed'), {
        ...subject,
        fields: PipelineDetails.keyof().options.filter(
          (field) => canonicalJson(before?.details[field]) !== canonicalJson(after.details[field]),
        ),
      });
    case 'deleted':
      return draftEvent(eventNamed(pipelineEvents, 'pipeline.deleted'), subject);
  }
};

const saying = ({ number, sha256, errors, warnings }: RevisionHead) => ({ revision: number, sha256, errors, warnings });
