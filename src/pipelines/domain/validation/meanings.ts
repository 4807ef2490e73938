import type { Meaning, Shape } from '../components/shape.ts';
import { isSettings, type SettingsNode } from '../settings-tree.ts';
import type { Path } from './finding.ts';

/** A text that leads somewhere, and where it stands. */
export interface Lead {
  readonly means: Meaning;
  readonly text: string;
  readonly path: Path;
}

/** Every text in settings that leads somewhere: where data goes, what is read, whose ear is at the door. */
export const leadsIn = (shape: Shape, node: SettingsNode | undefined, path: Path): readonly Lead[] => {
  if (node === undefined || node === null) return [];
  switch (shape.kind) {
    case 'text':
      return shape.means !== undefined && typeof node === 'string' ? [{ means: shape.means, text: node, path }] : [];
    case 'list':
      if (typeof node === 'string') return leadsIn(shape, node.split(','), path);
      return Array.isArray(node)
        ? node.flatMap((item: SettingsNode, index) => leadsIn(shape.of, item, [...path, index]))
        : [];
    case 'map':
      return isSettings(node)
        ? Object.entries(node).flatMap(([key, below]) => leadsIn(shape.of, below, [...path, key]))
        : [];
    case 'section':
      return isSettings(node)
        ? Object.entries(node).flatMap(([key, below]) => {
            const known = Object.hasOwn(shape.keys, key) ? shape.keys[key] : undefined;
            return known === undefined ? [] : leadsIn(known, below, [...path, key]);
          })
        : [];
    case 'either':
      return shape.forms.flatMap((form) => leadsIn(form, node, path));
    case 'integer':
    case 'decimal':
    case 'duration':
    case 'flag':
    case 'anything':
      return [];
  }
};
