import type { Settings, SettingsNode } from './settings-tree.ts';

/** A variable that settings put in; `hasDefault`: everywhere, so the collector starts without it. */
export interface UsedVariable {
  readonly name: string;
  readonly hasDefault: boolean;
}

/** Every variable that settings name, in the order of the alphabet. `$$` is a dollar and begins nothing. */
export const variablesIn = (settings: Settings): readonly UsedVariable[] => {
  const uses = textsIn(settings).flatMap((text) =>
    [...text.matchAll(SUBSTITUTION)].flatMap(([, name, fallback]) =>
      name === undefined ? [] : [{ name, hasDefault: fallback !== undefined }],
    ),
  );
  return [...Map.groupBy(uses, ({ name }) => name)]
    .map(([name, same]) => ({ name, hasDefault: same.every(({ hasDefault }) => hasDefault) }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
};

const SUBSTITUTION = /\$\$|\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(:-)?/g;

const textsIn = (node: SettingsNode): readonly string[] => {
  if (typeof node === 'string') return [node];
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(textsIn) : [];
};
