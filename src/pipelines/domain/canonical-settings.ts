import { COMPONENT_KINDS, type ComponentKind, canonicalId } from './components/registry.ts';
import { isSettings, type Settings, type SettingsNode, settingsAt } from './settings-tree.ts';

/**
 * Settings with every component under its name of today, where it is defined and where it is used: what was written with
 * an old name and what was written with the new one are the same then. Where both names stand side by side, both stay.
 */
export const canonicalSettings = (settings: Settings): Settings => {
  const nameOf = (kind: ComponentKind, id: string): string => idOfToday(settings, kind, id);
  const renamed = COMPONENT_KINDS.filter((kind) => kind in settings).map((kind) => [
    kind,
    Object.fromEntries(
      Object.entries(settingsAt(settings, kind)).map(([id, node]) => [nameOf(kind, id), node]),
    ) as Settings,
  ]);
  return {
    ...settings,
    ...(Object.fromEntries(renamed) as Settings),
    ...('service' in settings ? { service: canonicalService(settings, nameOf) } : {}),
  };
};

type NameOf = (kind: ComponentKind, id: string) => string;

const canonicalService = (settings: Settings, nameOf: NameOf): SettingsNode => {
  const service = settings['service'];
  if (!isSettings(service)) return service ?? null;
  const connectors = settingsAt(settings, 'connectors');
  const inPipeline = (part: ComponentKind, id: string): string =>
    Object.hasOwn(connectors, id) && !Object.hasOwn(settingsAt(settings, part), id)
      ? nameOf('connectors', id)
      : nameOf(part, id);
  const pipelines = Object.entries(settingsAt(service, 'pipelines')).map(([key, pipeline]): [string, SettingsNode] => [
    key,
    isSettings(pipeline)
      ? Object.fromEntries(
          Object.entries(pipeline).map(([part, ids]) => [
            part,
            idsOf(ids, (id) => inPipeline(part as ComponentKind, id)),
          ]),
        )
      : pipeline,
  ]);
  return {
    ...service,
    ...('extensions' in service ? { extensions: idsOf(service['extensions'], (id) => nameOf('extensions', id)) } : {}),
    ...(isSettings(service['pipelines']) ? { pipelines: Object.fromEntries(pipelines) } : {}),
  };
};

const idsOf = (node: SettingsNode | undefined, nameOf: (id: string) => string): SettingsNode =>
  Array.isArray(node) ? node.map((id: SettingsNode) => (typeof id === 'string' ? nameOf(id) : id)) : (node ?? null);

const idOfToday = (settings: Settings, kind: ComponentKind, id: string): string => {
  const today = COMPONENT_KINDS.includes(kind) ? canonicalId(kind, id) : id;
  return Object.hasOwn(settingsAt(settings, kind), today) ? id : today;
};
