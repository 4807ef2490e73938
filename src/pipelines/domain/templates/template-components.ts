import { COMPONENT_KINDS, COMPONENTS } from '../components/registry.ts';
import type { Template } from '../template.ts';

type Used = Template['components'][number];

/** What templates are made of. */
type TemplateComponent =
  | 'cardinality_guardian'
  | 'count'
  | 'cumulative_to_delta'
  | 'delta_to_cumulative'
  | 'file_log'
  | 'filter'
  | 'groupbyattrs'
  | 'host_metrics'
  | 'interval'
  | 'log_dedup'
  | 'memory_limiter'
  | 'otlp'
  | 'otlp_http'
  | 'prometheus_remote_write'
  | 'resource'
  | 'routing'
  | 'tail_sampling'
  | 'transform';

/** What a template of a signal uses, each with what it does there and how settled it is for that signal. */
export const components = (
  does: Readonly<Partial<Record<TemplateComponent, string>>>,
  signal: Template['signal'] = 'metrics',
): readonly Used[] =>
  Object.entries(does).map(([id, what]) => ({ id, does: what, stability: stabilityOf(id, signal) }));

const stabilityOf = (id: string, signal: Template['signal']): Used['stability'] => {
  const [found] = COMPONENT_KINDS.flatMap((kind) => COMPONENTS[kind][id]?.signals[signal] ?? []);
  if (found === undefined || found === 'development') throw new Error(`no template can use ${id} for ${signal}`);
  return found;
};

/** What the frame does in every template that goes to the measurement store. */
export const FRAME_DOES = {
  memory_limiter: 'refuses data before memory runs out',
  resource: 'stamps node and cluster on every series',
  prometheus_remote_write: 'sends to the measurement store',
} as const;
