import type { Epoch } from '../../kernel/identity.ts';

/**
 * Labels that the frame puts on every series that a variant writes, its own telemetry included. Queries select by
 * experiment and epoch, so that what an earlier life of an experiment left in the store never mixes in.
 */
export const SERIES_LABELS = {
  experiment: 'phx_experiment',
  epoch: 'phx_epoch',
  variant: 'phx_variant',
  node: 'k8s_node_name',
} as const;

/** With a letter in front: the collector reads values of its environment as YAML, and a bare number would become one. */
export const epochLabel = (epoch: Epoch): string => `e${epoch}`;

/** The port of a collector's own telemetry; scrapers find it by its name. */
export const SELF_PORT = { name: 'self', number: 8888 } as const;
export const HEALTH_PORT = { name: 'health', number: 13_133 } as const;
