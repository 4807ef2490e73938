/** Collector settings as plain data, before they become YAML. */
export interface Settings {
  readonly [key: string]: SettingsNode;
}
export type SettingsNode = string | number | boolean | null | readonly SettingsNode[] | Settings;

/** As the collector merges repeated `--config`: maps merge, everything else is replaced by what comes later. */
export const mergeSettings = (base: Settings, over: Settings): Settings => ({
  ...base,
  ...Object.fromEntries(Object.entries(over).map(([key, node]) => [key, mergeNodes(base[key], node)])),
});

/** The map below these keys; empty where there is none. */
export const settingsAt = (settings: Settings, ...path: readonly string[]): Settings =>
  path.reduce<Settings>((current, key) => {
    const below = current[key];
    return isSettings(below) ? below : {};
  }, settings);

/** The ids in a list of a pipeline or of the service; none where there is no list. */
export const idsIn = (node: SettingsNode | undefined): readonly string[] =>
  Array.isArray(node) ? node.map(String) : [];

export const isSettings = (node: SettingsNode | undefined): node is Settings =>
  typeof node === 'object' && node !== null && !Array.isArray(node);

const mergeNodes = (base: SettingsNode | undefined, over: SettingsNode): SettingsNode =>
  isSettings(base) && isSettings(over) ? mergeSettings(base, over) : over;
