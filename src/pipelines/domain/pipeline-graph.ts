import type { Settings } from './settings-tree.ts';
import { checkWiring } from './validation/wiring.ts';

/**
 * Every component that a pipeline names is defined and every exporter that is defined is used: an exporter that nobody
 * references would open connections for nothing. Throws: then a template is written wrongly, whatever a person wished.
 */
export const assertWholeGraph = (settings: Settings): void => {
  const faults = checkWiring(settings).filter(
    ({ rule, path }) => rule === 'reference-undefined' || (rule === 'component-unused' && path[0] === 'exporters'),
  );
  if (faults.length > 0) throw new Error(`the template is wrong: ${faults.map(({ message }) => message).join('; ')}`);
};
