/** Parts of an experiment, as the address names them. */
export const TABS = ['overview', 'processes', 'cost', 'deployment', 'timeline', 'evidence'] as const;
