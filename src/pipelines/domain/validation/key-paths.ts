import { isSettings, type Settings, type SettingsNode } from '../settings-tree.ts';
import { type Path, type Remark, remark } from './finding.ts';

/** What the collector cuts keys at. */
const CUT = '::';

/** Keys that the collector would cut: their parts stand somewhere else than the text shows. */
export const checkKeyPaths = (settings: Settings): readonly Remark[] =>
  keysIn(settings, []).flatMap((path) => {
    const key = String(path.at(-1));
    return key.includes(CUT)
      ? [
          remark(
            'key-in-key',
            path,
            `the collector reads "${key}" as ${key.split(CUT).join(' with ')} in it`,
            'write each key on a line of its own',
          ),
        ]
      : [];
  });

const keysIn = (node: SettingsNode, path: Path): readonly Path[] => {
  if (Array.isArray(node)) return node.flatMap((item: SettingsNode, index) => keysIn(item, [...path, index]));
  if (!isSettings(node)) return [];
  return Object.entries(node).flatMap(([key, below]) => [[...path, key], ...keysIn(below, [...path, key])]);
};
