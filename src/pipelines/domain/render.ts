import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { Sha256 } from '../../kernel/ports.ts';
import { explain } from './explanation.ts';
import { FRAME_SAYS, frameOf } from './frame.ts';
import { commonMetricSet, type MetricSet } from './metric-set.ts';
import { applyOverrides, type OverrideRefusal } from './overrides.ts';
import { checkExecutableNames, type ParameterRefusal, refuseFaults, resolveParameters } from './parameters.ts';
import { assertWholeGraph } from './pipeline-graph.ts';
import { sendAlsoTo } from './send-also-to.ts';
import { mergeSettings, type Settings, settingsAt } from './settings-tree.ts';
import { toYaml } from './settings-yaml.ts';
import { type FrameSettings, NO_NEEDS, type PipelineChoice, type RenderedPipeline } from './template.ts';
import type { TemplateDefinition, TemplateWish } from './template-definition.ts';
import { findTemplate } from './templates.ts';
import { pipelinesOf } from './validation/wiring.ts';

export type RenderRefusal = Refusal<'pipeline-template-not-found'> | ParameterRefusal | OverrideRefusal;
export type ComparisonRefusal = RenderRefusal | Refusal<'pipeline-not-comparable'>;

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
): Outcome<{ readonly baseline: RenderedPipeline; readonly candidate: RenderedPipeline }, ComparisonRefusal> => {
  const templateOfBaseline = findVariant(choices.baseline);
  if (!templateOfBaseline.accepted) return templateOfBaseline;
  const templateOfCandidate = findVariant(choices.candidate);
  if (!templateOfCandidate.accepted) return templateOfCandidate;

  const metricSet = commonMetricSet(templateOfCandidate.value.metricSet, templateOfBaseline.value.neededMetrics);
  const baseline = renderWith(templateOfBaseline.value, metricSet, choices.baseline, frame, sha256);
  if (!baseline.accepted) return ofVariant('baseline', baseline.refusal);
  const candidate = renderWith(templateOfCandidate.value, metricSet, choices.candidate, frame, sha256);
  if (!candidate.accepted) return ofVariant('candidate', candidate.refusal);
  return accept({ baseline: baseline.value, candidate: candidate.value });
};

/** One variant by itself, as far as that can be said without the other: whether its template can be one, and renders. */
export const renderAsVariant = (
  choice: PipelineChoice,
  frame: FrameSettings,
  sha256: Sha256,
): Outcome<RenderedPipeline, ComparisonRefusal> => {
  const found = findVariant(choice);
  return found.accepted ? renderWith(found.value, found.value.metricSet, choice, frame, sha256) : found;
};

const findVariant = ({
  template,
  version,
}: PipelineChoice): Outcome<TemplateDefinition, Refusal<'pipeline-template-not-found' | 'pipeline-not-comparable'>> => {
  const found = findTemplate(template, version);
  if (!found.accepted) return found;
  const { use } = found.value.template;
  return use === 'experiment'
    ? found
    : refuse('pipeline-not-comparable', `template ${template} ${WHY_NOT[use]}`, { template, use });
};

const WHY_NOT: Readonly<Record<Exclude<TemplateDefinition['template']['use'], 'experiment'>, string>> = {
  deployment: 'does not read the metrics of a node, which is what an experiment measures',
  pre_check: 'is a comparison by itself, and no variant of another',
  not_yet: 'has components that cannot be built at the pinned version of the collector',
};

const renderWith = (
  definition: TemplateDefinition,
  metricSet: MetricSet,
  choice: PipelineChoice,
  frame: FrameSettings,
  sha256: Sha256,
): Outcome<RenderedPipeline, ParameterRefusal | OverrideRefusal> => {
  const { template } = definition;
  const parameters = resolveParameters(template, choice.parameters);
  if (!parameters.accepted) return parameters;
  const criticalProcesses = checkExecutableNames(frame.criticalProcesses, '/critical_processes');
  if (!criticalProcesses.accepted) return criticalProcesses;
  const { collectionIntervalSeconds, remoteWriteAuth } = frame;
  const wish: TemplateWish = {
    parameters: parameters.value,
    criticalProcesses: criticalProcesses.value,
    metricSet,
    collectionIntervalSeconds,
    remoteWriteAuth,
  };
  const faults = definition.faults?.(wish) ?? [];
  if (faults.length > 0) return refuseFaults(template, faults);

  const content = definition.content(wish);
  const slowestIntervalSeconds = content.slowestIntervalSeconds ?? collectionIntervalSeconds;
  const sent = sendAlsoTo(
    pruned(mergeSettings(frameOf(frame), content.settings)),
    frame.destinations ?? [],
    template,
    slowestIntervalSeconds,
  );
  if (!sent.accepted) return sent;
  assertWholeGraph(sent.value.settings);
  const heading = `# ${template.name} ${template.version}\n`;
  const overridden = applyOverrides(sent.value.settings, choice.overrides, (settings) => heading + toYaml(settings));
  if (!overridden.accepted) return overridden;
  const yaml = heading + toYaml(overridden.value);
  return accept({
    template: template.name,
    version: template.version,
    pipeline: null,
    parameters: { ...parameters.value },
    yaml,
    sha256: sha256(yaml),
    explanation: explain(
      overridden.value,
      { ...FRAME_SAYS, ...content.says, ...sent.value.says },
      () => 'It does what the author of the overrides wrote.',
    ),
    collectionIntervalSeconds,
    slowestIntervalSeconds,
    needs: { ...NO_NEEDS, ...content.needs, secrets: [...sent.value.secrets] },
  });
};

/** Of the frame what the template does not use: a store that nothing goes to, and who signs for it. */
const pruned = (settings: Settings): Settings => {
  const used = pipelinesOf(settings).flatMap(({ parts }) => parts.exporters);
  const exporters = Object.fromEntries(
    Object.entries(settingsAt(settings, 'exporters')).filter(([id]) => used.includes(id)),
  );
  const isSigning = JSON.stringify(exporters).includes('"authenticator":"sigv4auth"');
  const { sigv4auth, ...unsigned } = settingsAt(settings, 'extensions');
  return {
    ...settings,
    exporters,
    ...(isSigning || sigv4auth === undefined
      ? {}
      : {
          extensions: unsigned,
          service: { ...settingsAt(settings, 'service'), extensions: Object.keys(unsigned) },
        }),
  };
};

const ofVariant = (variant: string, { code, message, facts, errors }: ParameterRefusal | OverrideRefusal) =>
  refuse(
    code,
    `${variant}: ${message}`,
    { ...facts, variant },
    errors?.map((each) =>
      /^\/(parameters|overrides)/.test(each.pointer)
        ? { ...each, pointer: `/${variant}_pipeline${each.pointer}` }
        : each,
    ),
  );
