import * as z from 'zod';
import { accept, type Outcome } from '../../../kernel/outcome.ts';
import { type ComparisonRefusal, renderComparison, renderPipeline } from '../render.ts';
import { type FrameSettings, PipelineChoice } from '../template.ts';
import { TEXT_LIMITS } from '../validation/settings-text.ts';

/** A pipeline to look ahead at: a template with its values, or settings of one's own. */
export const PreviewSide = z.union([
  PipelineChoice,
  z.strictObject({ yaml: z.string().min(1).max(TEXT_LIMITS.characters) }),
]);
export type PreviewSide = z.infer<typeof PreviewSide>;

/**
 * Both as collector settings. Two templates collect the same metrics, as in an experiment; beside settings of one's own a
 * template collects its own.
 */
export const settingsOfSides = (
  { baseline, candidate }: { readonly baseline: PreviewSide; readonly candidate: PreviewSide },
  frame: FrameSettings,
): Outcome<{ readonly baseline: string; readonly candidate: string }, ComparisonRefusal> => {
  if ('template' in baseline && 'template' in candidate) {
    const rendered = renderComparison({ baseline, candidate }, frame, notHashed);
    return rendered.accepted
      ? accept({ baseline: rendered.value.baseline.yaml, candidate: rendered.value.candidate.yaml })
      : rendered;
  }
  const before = textOf(baseline, frame);
  if (!before.accepted) return before;
  const after = textOf(candidate, frame);
  return after.accepted ? accept({ baseline: before.value, candidate: after.value }) : after;
};

const textOf = (side: PreviewSide, frame: FrameSettings): Outcome<string, ComparisonRefusal> => {
  if ('yaml' in side) return accept(side.yaml);
  const rendered = renderPipeline(side, frame, notHashed);
  return rendered.accepted ? accept(rendered.value.yaml) : rendered;
};

/** Nobody deploys what was only looked at. */
const notHashed = (): string => '';
