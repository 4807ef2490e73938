import type { Template } from '../template.ts';

type Used = Template['components'][number];

/** How settled each component is that a template uses, at the pinned version of the collector. */
const STABILITY = {
  cardinality_guardian: 'alpha',
  count: 'alpha',
  cumulative_to_delta: 'beta',
  delta_to_cumulative: 'alpha',
  file_log: 'beta',
  filter: 'alpha',
  groupbyattrs: 'beta',
  host_metrics: 'beta',
  interval: 'alpha',
  log_dedup: 'alpha',
  memory_limiter: 'beta',
  otlp: 'stable',
  otlp_http: 'stable',
  prometheus_remote_write: 'beta',
  resource: 'beta',
  routing: 'alpha',
  tail_sampling: 'beta',
  transform: 'beta',
} as const satisfies Record<string, Used['stability']>;

export type TemplateComponent = keyof typeof STABILITY;

/** What a template uses, each with what it does there. */
export const components = (does: Readonly<Partial<Record<TemplateComponent, string>>>): readonly Used[] =>
  Object.entries(does).map(([id, what]) => ({ id, does: what, stability: STABILITY[id as TemplateComponent] }));

/** What the frame does in every template that goes to the measurement store. */
export const FRAME_DOES = {
  memory_limiter: 'refuses data before memory runs out',
  resource: 'stamps node and cluster on every series',
  prometheus_remote_write: 'sends to the measurement store',
} as const;
