import { accept, type Outcome } from '../../kernel/outcome.ts';
import { type OwnSettingsRefusal, renderOwnSettings } from './frame-own-settings.ts';
import { type RenderRefusal, renderComparison, renderPipeline, type Sha256 } from './render.ts';
import type { FrameSettings, PipelineChoice, RenderedPipeline, RevisionRef } from './template.ts';

/** What one variant of an experiment is made of: a template with values, or an author's own settings. */
export type VariantSource =
  | { readonly kind: 'template'; readonly choice: PipelineChoice; readonly revision: RevisionRef | null }
  | { readonly kind: 'settings'; readonly yaml: string; readonly revision: RevisionRef };

export type VariantRefusal = RenderRefusal | OwnSettingsRefusal;

/** One variant by itself, in the frame. */
export const renderVariant = (
  source: VariantSource,
  frame: FrameSettings,
  sha256: Sha256,
): Outcome<RenderedPipeline, VariantRefusal> => {
  if (source.kind === 'settings') return renderOwnSettings({ ...source.revision, yaml: source.yaml }, frame, sha256);
  const rendered = renderPipeline(source.choice, frame, sha256);
  return rendered.accepted ? accept({ ...rendered.value, pipeline: source.revision }) : rendered;
};

/**
 * Both variants of an experiment. Two templates collect the same metrics, so that a saving comes from the idea of the
 * candidate alone; settings that people wrote collect what stands in them.
 */
export const renderVariants = (
  { baseline, candidate }: { readonly baseline: VariantSource; readonly candidate: VariantSource },
  frame: FrameSettings,
  sha256: Sha256,
): Outcome<{ readonly baseline: RenderedPipeline; readonly candidate: RenderedPipeline }, VariantRefusal> => {
  if (baseline.kind === 'template' && candidate.kind === 'template') {
    const both = renderComparison({ baseline: baseline.choice, candidate: candidate.choice }, frame, sha256);
    if (!both.accepted) return both;
    return accept({
      baseline: { ...both.value.baseline, pipeline: baseline.revision },
      candidate: { ...both.value.candidate, pipeline: candidate.revision },
    });
  }
  const one = renderVariant(baseline, frame, sha256);
  if (!one.accepted) return one;
  const other = renderVariant(candidate, frame, sha256);
  return other.accepted ? accept({ baseline: one.value, candidate: other.value }) : other;
};
