import { PipelineId } from '../../../src/kernel/identity.ts';
import type { PipelineReference } from '../../../src/pipelines/domain/template.ts';

/** A revision as addresses and form fields name it: `pipe-0123456789ab@3`. */
export const variantText = (pipelineId: PipelineId, revision: number): string => `${pipelineId}@${revision}`;

/** null: the text names no pipeline, so it is the name of a template. */
export const parseVariantText = (text: string): PipelineReference | null => {
  const [, named = '', digits] = /^(pipe-[0-9a-z]{12})(?:@(\d{1,4}))?$/.exec(text) ?? [];
  const pipelineId = PipelineId.safeParse(named);
  if (!pipelineId.success) return null;
  return { pipelineId: pipelineId.data, ...(digits === undefined ? {} : { revision: Number(digits) }) };
};
