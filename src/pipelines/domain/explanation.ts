import { type Settings, settingsAt } from './settings-tree.ts';

/**
 * Each component that data goes through in one sentence: receivers, then processors, then where it goes, each once, in the
 * order of the pipelines.
 */
export const explain = (settings: Settings, says: Readonly<Record<string, string>>) => {
  const pipelines = settingsAt(settings, 'service', 'pipelines');
  const ids = (['receivers', 'processors', 'exporters'] as const).flatMap((part) =>
    Object.keys(pipelines).flatMap((key) => {
      const named = settingsAt(pipelines, key)[part];
      return Array.isArray(named) ? named.map(String) : [];
    }),
  );
  return [...new Set(ids)].map((component) => ({ component, sentence: says[component] ?? BY_ITS_AUTHOR }));
};

const BY_ITS_AUTHOR = 'It does what the author of the overrides wrote.';
