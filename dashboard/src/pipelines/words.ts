import type { PipelineStatus } from '../../../src/pipelines/domain/pipeline.ts';
import type { Word } from '../format/words.ts';

export const PIPELINE_WORDS: Readonly<Record<PipelineStatus, Word>> = {
  draft: { word: 'draft', tone: 'neutral' },
  published: { word: 'published', tone: 'good' },
  deprecated: { word: 'deprecated', tone: 'unclear' },
};

/** Parts of a pipeline, as the address names them. */
export const PIPELINE_TABS = ['settings', 'revisions', 'compare', 'export'] as const;
