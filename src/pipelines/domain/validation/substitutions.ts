import { pointerOf } from '../../../kernel/pointer.ts';
import { listed } from '../../../kernel/words.ts';
import { COLLECTOR_ENVIRONMENT, UNSET_VARIABLE } from '../frame.ts';
import type { Settings, SettingsNode } from '../settings-tree.ts';
import { leadsOf } from './components.ts';
import { type Path, type Remark, remark } from './finding.ts';
import type { ClusterPolicy } from './policy.ts';

/** Keys whose values open doors, at the end of a name or alone. */
const SECRET_KEY =
  /(^|[._-])(api[_-]?key|app[_-]?key|license[_-]?key|(ingest(ion)?|access)[_-]?key|token|password|passwd|secret|secret[_-]?key|authorization|key_pem|owner_auth|x-honeycomb-team|dsn)$/i;

/** Values that open doors whatever they are called. */
const SECRET_VALUE =
  /^(Bearer|Basic|Api-Token|ApiKey|Token)\s+\S{8,}|-----BEGIN [A-Z ]*PRIVATE KEY|^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]+:[^/\s@]+@|\b(AKIA|ASIA)[A-Z0-9]{16}\b|\b(NRAK|NRII|glc|ghp|xox[abp]|dt0c01)[-_.][A-Za-z0-9_.-]{8,}/;

/**
 * What a text asks the collector to put in: the environment of its own pod is all that it may read. Files, addresses and
 * texts in texts would bring in what nobody has reviewed, and a node's secrets with it.
 * @param allowed names that may be put in; undefined where nobody has said which
 */
export const checkSubstitutions = (settings: Settings, allowed: AllowedVariables | undefined): readonly Remark[] => {
  const places = new Set(leadsOf(settings).flatMap(({ means, path }) => (means === 'secret' ? [pointerOf(path)] : [])));
  return [
    ...textsIn(settings, []).flatMap(({ path, text }) =>
      substitutionsIn(text).flatMap((inside) => checkOne(inside, path, allowed, () => places.has(pointerOf(path)))),
    ),
    ...plainSecretsIn(settings),
  ];
};

export const plainSecretsIn = (settings: Settings): readonly Remark[] =>
  textsIn(settings, []).flatMap(({ path, key, text }) => plainSecretAt(path, key, text) ?? []);

type AllowedVariables = Pick<ClusterPolicy, 'variables' | 'secretVariables'>;

interface PlacedText {
  readonly path: Path;
  readonly key: string;
  readonly text: string;
}

const textsIn = (node: SettingsNode, path: Path): readonly PlacedText[] => {
  if (typeof node === 'string') return [{ path, key: lastKey(path), text: node }];
  if (Array.isArray(node)) return node.flatMap((item: SettingsNode, index) => textsIn(item, [...path, index]));
  if (typeof node !== 'object' || node === null) return [];
  const { name, value } = node as Settings;
  // headers may be a list of names and values
  if (typeof name === 'string' && typeof value === 'string')
    return Object.entries(node as Settings).flatMap(([key, below]) =>
      key === 'value' ? [{ path: [...path, key], key: name, text: value }] : textsIn(below, [...path, key]),
    );
  return Object.entries(node as Settings).flatMap(([key, below]) => textsIn(below, [...path, key]));
};

const lastKey = (path: Path): string => String(path.findLast((step) => typeof step === 'string') ?? '');

/** The insides of each `${…}`, the nested ones as well; `$$` is a dollar and begins nothing. */
const substitutionsIn = (text: string): readonly string[] => {
  const open: number[] = [];
  const found: string[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text.startsWith('$$', at)) at += 1;
    else if (text.startsWith('${', at)) {
      open.push(at + 2);
      at += 1;
      // inside of one another they are refused, however many there are
      if (open.length > DEEPEST) return ['${'];
    } else if (text[at] === '}' && open.length > 0) found.push(text.slice(open.pop(), at));
  }
  return found;
};

const DEEPEST = 8;

/** Whoever writes these means a collector of ours, where they are set. */
const SET_BY_US: readonly string[] = [...Object.values(COLLECTOR_ENVIRONMENT), UNSET_VARIABLE];

const checkOne = (
  inside: string,
  path: Path,
  allowed: AllowedVariables | undefined,
  isForSecrets: () => boolean,
): readonly Remark[] => {
  const [, scheme = 'env', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]+):)?([\s\S]*)$/.exec(inside) ?? [];
  if (scheme !== 'env' && rest.startsWith('-'))
    return [
      remark(
        'provider-not-allowed',
        path,
        `\${${inside}} asks for a provider called ${scheme}`,
        `write \${env:${inside}}: a default needs env before the name`,
      ),
    ];
  if (scheme !== 'env')
    return [
      remark(
        'provider-not-allowed',
        path,
        `\${${scheme}:…} reads from outside the settings`,
        `write the value here, or use \${env:NAME}`,
      ),
    ];
  const [name = '', fallback] = rest.split(/:-([\s\S]*)/);
  if (name.includes('${'))
    return [
      remark(
        'variable-name-built',
        path,
        'the name of a variable is itself put together from a variable',
        'name the variable in full',
      ),
    ];
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return [remark('variable-name-malformed', path, `"${name}" is no name of a variable`, 'use letters, digits and _')];
  if (allowed === undefined)
    return fallback === undefined && !SET_BY_US.includes(name)
      ? [
          remark(
            'variable-not-set',
            path,
            `nothing here sets ${name}, so it may be empty`,
            `give it a default, \${env:${name}:-…}`,
          ),
        ]
      : [];
  if (!allowed.variables.includes(name))
    return [
      remark(
        'variable-not-allowed',
        path,
        `${name} is none of the variables that a pipeline may put in`,
        `use one of ${listed(allowed.variables)}, or have the owner of the cluster allow it`,
      ),
    ];
  return allowed.secretVariables.includes(name) && !isForSecrets()
    ? [
        remark(
          'secret-out-of-place',
          path,
          `${name} holds a secret, and would be read by whoever sees what stands here`,
          'put it into a header of what sends',
        ),
      ]
    : [];
};

/** What opens a door and stands there for everybody to read; null: nothing. */
export const plainSecretAt = (path: Path, key: string, text: string): Remark | null =>
  !isPlainSecret(key, text)
    ? null
    : remark(
        'secret-in-plain-text',
        path,
        `${key} stands here in plain text, for everybody who may read this pipeline`,
        `put it into a secret and write \${env:NAME}; then change it: it has been seen`,
      );

/** What is put in is no secret of the text; what stands around it, or for it where it is not set, may be one. */
const isPlainSecret = (key: string, text: string): boolean => {
  if (!text.includes('${')) return text !== '' && (SECRET_KEY.test(key) || SECRET_VALUE.test(text));
  const written = text.replace(/\$\{([^${}]*)\}/g, (_whole, inside: string) => inside.split(/:-(.*)/s)[1] ?? ' ');
  return SECRET_VALUE.test(written) || (SECRET_KEY.test(key) && LONG_WORD.test(written));
};

/** Longer than the words that stand before a secret to say of what kind it is. */
const LONG_WORD = /[A-Za-z0-9+/=_.-]{12}/;
