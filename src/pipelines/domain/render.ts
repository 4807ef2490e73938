import { stringify } from 'yaml';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { frameOf } from './frame.ts';
import { commonMetricSet, type MetricSet } from './metric-set.ts';
import { checkExecutableNames, type ParameterRefusal, resolveParameters } from './parameters.ts';
import { assertWholeGraph } from './pipeline-graph.ts';
import { mergeSettings } from './settings-tree.ts';
import type { FrameSettings, PipelineChoice, RenderedPipeline } from './template.ts';
import type { TemplateDefinition } from './template-definition.ts';
import { findTemplate } from './templates.ts';

export type RenderRefusal = Refusal<'pipeline-template-not-found'> | ParameterRefusal;

/** A template and its parameters as collector settings. The same wish always gives the same bytes. */
export const renderPipeline = (
  choice: PipelineChoice,
  frame: FrameSettings,
  sha256: Sha256,
): Outcome<RenderedPipeline, RenderRefusal> => {
  const found = findTemplate(choice.template, choice.version);
  if (!found.accepted) return found;
  return renderWith(found.value, found.value.metricSet, choice, frame, sha256);
};

/** Both variants of an experiment, each collecting the same metrics: see `commonMetricSet`. */
export const renderComparison = (
  choices: { readonly baseline: PipelineChoice; readonly candidate: PipelineChoice },
  frame: FrameSettings,
  sha256: Sha256,
): Outcome<{ readonly baseline: RenderedPipeline; readonly candidate: RenderedPipeline }, RenderRefusal> => {
  const templateOfBaseline = findTemplate(choices.baseline.template, choices.baseline.version);
  if (!templateOfBaseline.accepted) return templateOfBaseline;
  const templateOfCandidate = findTemplate(choices.candidate.template, choices.candidate.version);
  if (!templateOfCandidate.accepted) return templateOfCandidate;

  const metricSet = commonMetricSet(templateOfCandidate.value.metricSet, templateOfBaseline.value.neededMetrics);
  const baseline = renderWith(templateOfBaseline.value, metricSet, choices.baseline, frame, sha256);
  if (!baseline.accepted) return ofVariant('baseline', baseline.refusal);
  const candidate = renderWith(templateOfCandidate.value, metricSet, choices.candidate, frame, sha256);
  if (!candidate.accepted) return ofVariant('candidate', candidate.refusal);
  return accept({ baseline: baseline.value, candidate: candidate.value });
};

const renderWith = (
  { template, content }: TemplateDefinition,
  metricSet: MetricSet,
  choice: PipelineChoice,
  frame: FrameSettings,
  sha256: Sha256,
): Outcome<RenderedPipeline, ParameterRefusal> => {
  const parameters = resolveParameters(template, choice.parameters);
  if (!parameters.accepted) return parameters;
  const criticalProcesses = checkExecutableNames(frame.criticalProcesses, '/critical_processes');
  if (!criticalProcesses.accepted) return criticalProcesses;

  const { collectionIntervalSeconds } = frame;
  const { settings, explanation } = content({
    parameters: parameters.value,
    criticalProcesses: criticalProcesses.value,
    metricSet,
    collectionIntervalSeconds,
  });
  const whole = mergeSettings(frameOf(frame), settings);
  assertWholeGraph(whole);
  const yaml = `# ${template.name} ${template.version}\n${stringify(whole, YAML_STYLE)}`;
  return accept({
    template: template.name,
    version: template.version,
    pipeline: null,
    parameters: { ...parameters.value },
    yaml,
    sha256: sha256(yaml),
    explanation: [...explanation],
    collectionIntervalSeconds,
  });
};

/** Version 1.1 quotes what old readers take for a boolean; long OTTL conditions stay on their line; no anchors. */
const YAML_STYLE = { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false } as const;

const ofVariant = (variant: string, { code, message, facts, errors }: ParameterRefusal) =>
  refuse(
    code,
    `${variant}: ${message}`,
    { ...facts, variant },
    errors?.map((each) =>
      each.pointer.startsWith('/parameters') ? { ...each, pointer: `/${variant}_pipeline${each.pointer}` } : each,
    ),
  );
