import { isSettings, type Settings, settingsAt } from './settings-tree.ts';

const KINDS = ['receivers', 'processors', 'exporters'] as const;

/**
 * Every component that a pipeline names is defined and every exporter that is defined is used: an exporter that nobody
 * references would open connections for nothing. Throws: then a template is written wrongly, whatever a person wished.
 */
export const assertWholeGraph = (settings: Settings): void => {
  const pipelines = Object.values(settingsAt(settings, 'service', 'pipelines')).filter(isSettings);
  const used = (kind: string): readonly string[] =>
    pipelines.flatMap((pipeline) => {
      const ids = pipeline[kind];
      return Array.isArray(ids) ? ids.map(String) : [];
    });
  const undefinedIds = KINDS.flatMap((kind) => {
    const defined = { ...settingsAt(settings, kind), ...settingsAt(settings, 'connectors') };
    return used(kind).filter((id) => !Object.hasOwn(defined, id));
  });
  const unusedExporters = Object.keys(settingsAt(settings, 'exporters')).filter(
    (id) => !used('exporters').includes(id),
  );
  if (undefinedIds.length > 0) throw new Error(`the template uses ${undefinedIds.join(', ')} without defining it`);
  if (unusedExporters.length > 0) throw new Error(`no pipeline uses exporter ${unusedExporters.join(', ')}`);
};
