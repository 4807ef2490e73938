import type { PipelineView } from '../contract/views.ts';
import { allowedPipelineCommands } from '../domain/decide-pipeline.ts';
import { type Pipeline, publishedOf } from '../domain/pipeline.ts';

/** A pipeline as people see it. */
export const viewOf = (pipeline: Pipeline): PipelineView => {
  const { id, version, status, latest, createdAt, createdBy, updatedAt } = pipeline;
  return {
    ...pipeline.details,
    ...{ id, version, status, latest, createdAt, createdBy, updatedAt },
    published: publishedOf(pipeline),
    deprecation: pipeline.status === 'deprecated' ? pipeline.deprecation : null,
    allowedCommands: [...allowedPipelineCommands(pipeline)],
  };
};
