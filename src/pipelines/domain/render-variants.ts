import type { ClusterId } from '../../kernel/identity.ts';
import { accept, type Outcome } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { haveEqualInput, readingAs } from './equal-input.ts';
import { type OwnSettingsRefusal, renderOwnSettings } from './frame-own-settings.ts';
import { type ComparisonRefusal, renderAsVariant, renderComparison } from './render.ts';
import type { FrameSettings, PipelineChoice, RenderedPipeline, RevisionRef } from './template.ts';
import { findTemplate } from './templates.ts';

/** What one variant of an experiment is made of: a template with values, or an author's own settings. */
export type VariantSource =
  | { readonly kind: 'template'; readonly choice: PipelineChoice; readonly revision: RevisionRef | null }
  | {
      readonly kind: 'settings';
      readonly yaml: string;
      readonly revision: RevisionRef;
      /** the cluster on which a collector runs with them */
      readonly incumbentOf?: ClusterId;
    };

export type VariantRefusal = ComparisonRefusal | OwnSettingsRefusal;

/** One variant by itself, in the frame. */
export const renderVariant = (
  source: VariantSource,
  frame: FrameSettings,
  sha256: Sha256,
): Outcome<RenderedPipeline, VariantRefusal> => {
  if (source.kind === 'settings') {
    const own = renderOwnSettings({ ...source.revision, yaml: source.yaml }, frame, sha256);
    const { incumbentOf } = source;
    return own.accepted && incumbentOf !== undefined ? accept({ ...own.value, incumbentOf }) : own;
  }
  const rendered = renderAsVariant(source.choice, frame, sha256);
  return rendered.accepted ? accept({ ...rendered.value, pipeline: source.revision }) : rendered;
};

/**
 * Both variants of an experiment, reading the same of the node, so that a saving comes from what is done with it: two
 * templates collect the same metrics, a template beside an author's settings collects theirs, and two authors have to
 * agree.
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
  if (!other.accepted) return other;
  if (baseline.kind === 'template') {
    const reading = readAs(baseline, one.value, other.value, sha256);
    return reading.accepted ? accept({ baseline: reading.value, candidate: other.value }) : reading;
  }
  if (candidate.kind === 'template') {
    const reading = readAs(candidate, other.value, one.value, sha256);
    return reading.accepted ? accept({ baseline: one.value, candidate: reading.value }) : reading;
  }
  const equal = haveEqualInput(one.value, other.value);
  return equal.accepted ? accept({ baseline: one.value, candidate: other.value }) : equal;
};

const readAs = (
  { choice }: Extract<VariantSource, { kind: 'template' }>,
  rendered: RenderedPipeline,
  own: RenderedPipeline,
  sha256: Sha256,
): Outcome<RenderedPipeline, VariantRefusal> => {
  const found = findTemplate(choice.template, choice.version);
  return found.accepted ? readingAs(rendered, found.value.neededMetrics, own, sha256) : found;
};
