import type { Settings } from './settings-tree.ts';
import { pipelinesOf } from './validation/wiring.ts';

/**
 * Each component that data goes through in one sentence: receivers, then processors, then where it goes, each once, in the
 * order of the pipelines. Those that `says` does not know are of an author.
 */
export const explain = (
  settings: Settings,
  says: Readonly<Record<string, string>>,
  ofAuthor: (component: string) => string,
) => {
  const pipelines = pipelinesOf(settings);
  const ids = (['receivers', 'processors', 'exporters'] as const).flatMap((part) =>
    pipelines.flatMap(({ parts }) => parts[part]),
  );
  return [...new Set(ids)].map((component) => ({ component, sentence: says[component] ?? ofAuthor(component) }));
};
