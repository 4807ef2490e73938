import type { Settings, SettingsNode } from '../settings-tree.ts';
import { error, type Path, type Remark, warning } from './finding.ts';

/** Keys whose values open doors. */
const SECRET_KEY = /(^|[_-])(api[_-]?key|license[_-]?key|token|password|passwd|secret|secret[_-]?key|authorization)$/i;

/**
 * What a text asks the collector to put in: the environment of its own pod is all that it may read. Files, addresses and
 * texts in texts would bring in what nobody has reviewed, and a node's secrets with it.
 * @param variables names that our objects set on a collector
 */
export const checkSubstitutions = (settings: Settings, variables: readonly string[]): readonly Remark[] =>
  textsIn(settings, []).flatMap(({ path, text }) => [
    ...substitutionsIn(text).flatMap((inside) => checkOne(inside, path, variables)),
    ...plainSecret(path, text),
  ]);

interface PlacedText {
  readonly path: Path;
  readonly text: string;
}

const textsIn = (node: SettingsNode, path: Path): readonly PlacedText[] => {
  if (typeof node === 'string') return [{ path, text: node }];
  if (Array.isArray(node)) return node.flatMap((item: SettingsNode, index) => textsIn(item, [...path, index]));
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node as Settings).flatMap(([key, below]) => textsIn(below, [...path, key]));
};

/** The insides of each `${…}`, the nested ones as well; `$$` is a dollar and begins nothing. */
const substitutionsIn = (text: string): readonly string[] => {
  const open: number[] = [];
  const found: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith('$$', at)) at += 1;
    else if (text.startsWith('${', at)) {
      open.push(at + 2);
      at += 1;
    } else if (text[at] === '}' && open.length > 0) found.push(text.slice(open.pop(), at));
  }
  return found;
};

const checkOne = (inside: string, path: Path, variables: readonly string[]): readonly Remark[] => {
  const [, scheme = 'env', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]+):)?([\s\S]*)$/.exec(inside) ?? [];
  if (scheme !== 'env')
    return [
      error(
        'provider-not-allowed',
        path,
        `\${${scheme}:…} reads from outside the settings`,
        `write the value here, or use \${env:NAME}`,
      ),
    ];
  const [name = '', fallback] = rest.split(/:-([\s\S]*)/);
  if (name.includes('${'))
    return [
      error(
        'variable-name-built',
        path,
        'the name of a variable is itself put together from a variable',
        'name the variable in full',
      ),
    ];
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return [error('variable-name-malformed', path, `"${name}" is no name of a variable`, 'use letters, digits and _')];
  if (variables.includes(name) || fallback !== undefined) return [];
  return [
    warning(
      'variable-not-set',
      path,
      `nothing sets ${name} on a collector of ours, so it would be empty`,
      `give it a default, \${env:${name}:-…}, or use one of ${variables.join(', ')}`,
    ),
  ];
};

const plainSecret = (path: Path, text: string): readonly Remark[] => {
  const key = path.findLast((step) => typeof step === 'string');
  if (typeof key !== 'string' || !SECRET_KEY.test(key) || text === '' || text.includes('${')) return [];
  return [
    error(
      'secret-in-plain-text',
      path,
      `${key} stands here in plain text, for everybody who may read this pipeline`,
      `put it into a secret and write \${env:NAME}; then change it: it has been seen`,
    ),
  ];
};
