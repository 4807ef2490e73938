import { isSettings, type Settings, type SettingsNode } from '../../settings-tree.ts';
import type { Path } from '../../validation/finding.ts';
import { cannotPredict, type Limit, type Ready } from '../limits.ts';
import { makeMatcher } from '../matching.ts';
import { type Attributes, type AttributeValue, dropAttributes } from '../metrics.ts';
import type { MakeProcessor } from './processor.ts';

/** `attributes`: changes attributes of each point. */
export const attributes: MakeProcessor = ({ settings, path }) => {
  const actions = readyActions(settings['actions'], [...path, 'actions']);
  const chosen = ['include', 'exclude'].filter((key) => settings[key] !== undefined);
  return {
    limits: [
      ...actions.limits,
      ...chosen.map((key) => cannotPredict([...path, key], `which points ${key} chooses is not part of a preview`)),
    ],
    run: () => (batch) => {
      for (const { metrics } of batch.resources)
        for (const { points } of metrics) for (const point of points) actions.run(point.attributes);
      return [batch];
    },
  };
};

/** `resource`: changes attributes of each resource. */
export const resource: MakeProcessor = ({ settings, path }) => {
  const actions = readyActions(settings['attributes'], [...path, 'attributes']);
  return {
    limits: actions.limits,
    run: () => (batch) => {
      for (const each of batch.resources) actions.run(each.attributes);
      return [batch];
    },
  };
};

type Change = (attributes: Attributes) => void;

const readyActions = (node: SettingsNode | undefined, path: Path): Ready<Change> => {
  const actions = (Array.isArray(node) ? (node as readonly SettingsNode[]) : []).map((action, index) =>
    readyAction(isSettings(action) ? action : {}, [...path, index]),
  );
  return {
    limits: actions.flatMap(({ limits }) => limits),
    run: (given) => {
      for (const { run } of actions) run(given);
    },
  };
};

const readyAction = (given: Settings, path: Path): Ready<Change> => {
  const action = String(given['action']).toLowerCase();
  const key = String(given['key'] ?? '');
  const source = sourceOf(given, path);
  const fromSource = (write: (attributes: Attributes, value: AttributeValue) => void): Ready<Change> => ({
    limits: source.limits,
    run: (attributes) => {
      const value = source.run(attributes);
      if (value !== undefined) write(attributes, value);
    },
  });
  switch (action) {
    case 'insert':
      return fromSource((attributes, value) => {
        if (!attributes.has(key)) attributes.set(key, value);
      });
    case 'update':
      return fromSource((attributes, value) => {
        if (attributes.has(key)) attributes.set(key, value);
      });
    case 'upsert':
      return fromSource((attributes, value) => void attributes.set(key, value));
    case 'delete': {
      const pattern = given['pattern'];
      const matches = typeof pattern === 'string' && pattern !== '' ? makeMatcher(pattern) : undefined;
      return {
        limits: [],
        run: (attributes) => {
          attributes.delete(key);
          if (matches !== undefined) dropAttributes(attributes, matches);
        },
      };
    }
    default:
      return {
        limits: [cannotPredict(path, `what the action ${action} makes is not part of a preview`)],
        run: () => {},
      };
  }
};

/** Where the value comes from. */
const sourceOf = (given: Settings, path: Path): Ready<(attributes: Attributes) => AttributeValue | undefined> => {
  const { value, from_attribute: from, from_context: context } = given;
  const limits: Limit[] = [];
  if (context !== undefined && context !== '')
    limits.push(cannotPredict([...path, 'from_context'], 'what a sender says of itself is in no recording'));
  if (typeof from === 'string' && from !== '') return { limits, run: (attributes) => attributes.get(from) };
  const constant = constantOf(value);
  return { limits, run: () => constant };
};

const constantOf = (node: SettingsNode | undefined): AttributeValue | undefined => {
  if (typeof node === 'number') return Number.isInteger(node) ? BigInt(node) : node;
  return typeof node === 'string' || typeof node === 'boolean' ? node : undefined;
};
