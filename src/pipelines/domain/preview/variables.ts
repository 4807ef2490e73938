import { isSettings, type Settings, type SettingsNode } from '../settings-tree.ts';
import { LATER, LATER_TEXT, resolveText } from '../validation/resolved.ts';

/** Values of variables of the environment, by name. */
export type Environment = Readonly<Record<string, string>>;

/**
 * Settings with their variables put in. What only the pod knows stays as it is written, `${…}`, and can be told by that.
 */
export const withVariables = (settings: Settings, environment: Environment): Settings =>
  Object.fromEntries(Object.entries(settings).map(([key, node]) => [key, filled(node, environment)]));

const filled = (node: SettingsNode, environment: Environment): SettingsNode => {
  if (typeof node === 'string') return filledText(node, environment);
  if (Array.isArray(node)) return (node as readonly SettingsNode[]).map((item) => filled(item, environment));
  return isSettings(node) ? withVariables(node, environment) : node;
};

const VARIABLE = /\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-[^${}]*)?\}/g;

const filledText = (text: string, environment: Environment): SettingsNode => {
  if (!text.includes('$')) return text;
  const known = text.replace(VARIABLE, (whole, name: string) => environment[name] ?? whole);
  const resolved = resolveText(known, () => false);
  return resolved === LATER || resolved === LATER_TEXT ? known : resolved.value;
};
