import { stringify } from 'yaml';

/**
 * Settings, or objects around them, as text. Version 1.1 quotes what old readers take for a boolean; long OTTL conditions
 * stay on their line; no anchors.
 */
export const toYaml = (tree: object): string =>
  stringify(tree, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false });
