import type { PipelineOrigin, Revision } from '../../../src/pipelines/domain/revision.ts';
import { type Template, TemplateName } from '../../../src/pipelines/domain/template.ts';
import { parameterTexts, parameterValues } from '../templates/parameter-values.ts';

/** Settings as somebody is writing them: a text, or a template with values as typed. */
export type Draft =
  | { readonly kind: 'settings'; readonly yaml: string }
  | { readonly kind: 'template'; readonly template: string; readonly values: Readonly<Record<string, string>> };

export const draftOf = ({ origin, yaml }: Pick<Revision, 'origin' | 'yaml'>): Draft =>
  origin.kind === 'settings'
    ? { kind: 'settings', yaml }
    : { kind: 'template', template: origin.template, values: parameterTexts(origin.parameters) };

/** What is sent; null while there is nothing to send. */
export const originOf = (draft: Draft, templates: readonly Template[]): PipelineOrigin | null => {
  if (draft.kind === 'settings') return draft.yaml.trim() === '' ? null : { kind: 'settings', yaml: draft.yaml };
  const template = templates.find(({ name }) => name === draft.template);
  return template === undefined
    ? null
    : { kind: 'template', template: template.name, parameters: parameterValues(template, draft.values) };
};

/** Parameters as they would be asked for. */
export const wishOf = (draft: Extract<Draft, { kind: 'template' }>, templates: readonly Template[]) => {
  const template = templates.find(({ name }) => name === draft.template);
  return {
    template: template?.name ?? TemplateName.parse('baseline'),
    parameters: template === undefined ? {} : parameterValues(template, draft.values),
  };
};

export const isSameDraft = (one: Draft, other: Draft): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Where somebody begins who writes settings of their own. */
export const FIRST_SETTINGS = `receivers:
  host_metrics:
    root_path: /hostfs
    collection_interval: 60s
    scrapers:
      cpu: {}
      memory: {}
      process:
        mute_process_all_errors: true
        resource_attributes:
          process.command_line:
            enabled: false

processors:
  memory_limiter:
    check_interval: 1s
    limit_percentage: 80
    spike_limit_percentage: 20
  batch: {}

exporters:
  otlp_http:
    endpoint: https://otlp.example.com

service:
  pipelines:
    metrics:
      receivers: [host_metrics]
      processors: [memory_limiter, batch]
      exporters: [otlp_http]
`;
