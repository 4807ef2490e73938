import { COMPONENTS } from '../../src/pipelines/domain/components/registry.ts';
import type { Shape } from '../../src/pipelines/domain/components/shape.ts';
import { isSettings, type Settings, type SettingsNode } from '../../src/pipelines/domain/settings-tree.ts';
import type { RuleId } from '../../src/pipelines/domain/validation/rules.ts';
import { EXAMPLES, type Example, textAround } from './settings-examples.ts';

/** Settings with exactly one fault, and the rule that has to name it. */
export interface Mutant {
  readonly title: string;
  readonly rule: RuleId;
  readonly text: string;
}

/** A value in an example, the shape that it has, and the example with another value there. */
interface Place {
  readonly shape: Shape;
  readonly node: SettingsNode;
  readonly path: readonly (string | number)[];
  readonly with: (node: SettingsNode) => Settings;
}

/** Each key of each example with each fault that its shape can have, one at a time. */
export const generatedMutants = (): readonly Mutant[] =>
  EXAMPLES.flatMap((example) => {
    const shape = COMPONENTS[example.kind][example.id.split('/')[0] ?? '']?.settings;
    return shape === undefined
      ? []
      : placesIn(shape, example.settings, [], (node) => node as Settings).flatMap((place) => mutantsAt(example, place));
  });

const placesIn = (
  shape: Shape,
  node: SettingsNode,
  path: Place['path'],
  around: (node: SettingsNode) => Settings,
): readonly Place[] => {
  const here: Place = { shape, node, path, with: around };
  switch (shape.kind) {
    case 'section':
      return [
        here,
        ...entries(node).flatMap(([key, below]) => {
          const known = shape.keys[key];
          return known === undefined
            ? []
            : placesIn(known, below, [...path, key], (changed) => around({ ...(node as Settings), [key]: changed }));
        }),
      ];
    case 'list':
      return Array.isArray(node)
        ? [
            here,
            ...node.flatMap((item: SettingsNode, index) =>
              placesIn(shape.of, item, [...path, index], (changed) =>
                around(node.with(index, changed) as SettingsNode),
              ),
            ),
          ]
        : [here];
    case 'either':
      return shape.forms.flatMap((form) => (hasForm(form, node) ? placesIn(form, node, path, around) : []));
    default:
      return [here];
  }
};

const entries = (node: SettingsNode): readonly (readonly [string, SettingsNode])[] =>
  isSettings(node) ? Object.entries(node) : [];

const hasForm = (form: Shape, node: SettingsNode): boolean => {
  if (form.kind === 'list' && Array.isArray(node))
    return (form.of.kind === 'section') === isSettings(node[0] as SettingsNode);
  return (form.kind === 'map' || form.kind === 'section') && isSettings(node);
};

/** Where a group of lines may stand, a text is a line. */
const isLine = ({ path }: Place): boolean => /_(statements|conditions)$/.test(String(path.at(-2)));

const mutantsAt = (example: Example, place: Place): readonly Mutant[] => {
  const name = `${example.id}.${place.path.join('.')}`;
  const mutant = (what: string, rule: RuleId, node: SettingsNode): Mutant => ({
    title: `${name}: ${what}`,
    rule,
    text: textAround({ ...example, settings: place.with(node) }),
  });
  const { shape, node } = place;
  switch (shape.kind) {
    case 'section': {
      const [key = 'some'] = entries(node)[0] ?? [];
      const stranger = `${key}_x`;
      return isSettings(node)
        ? [
            mutant('a key that nobody knows', shape.passesOverUnknown ? 'key-passed-over' : 'key-unknown', {
              ...node,
              [stranger]: true,
            }),
            ...(place.path.length === 0 || isLine(place) ? [] : [mutant('a text instead of keys', 'value-kind', 'on')]),
          ]
        : [];
    }
    case 'text':
      return [
        mutant('a number instead of a text', 'value-kind', 7),
        ...(shape.oneOf === undefined
          ? []
          : [
              mutant(
                'a word that is not possible',
                shape.isUnchecked ? 'value-without-effect' : 'value-not-allowed',
                `${node}x`,
              ),
            ]),
      ];
    case 'integer':
      return [
        mutant('a text instead of a number', 'value-kind', 'many'),
        ...(shape.least === undefined ? [] : [mutant('a number too small', 'value-out-of-range', shape.least - 1)]),
        ...(shape.most === undefined ? [] : [mutant('a number too large', 'value-out-of-range', shape.most + 1)]),
      ];
    case 'decimal':
      return [mutant('a text instead of a number', 'value-kind', 'many')];
    case 'duration':
      return [
        mutant('a duration in words', 'duration-unreadable', '10 seconds'),
        mutant('true instead of a duration', 'value-kind', true),
        ...(shape.least === undefined ? [] : [mutant('a negative duration', 'value-out-of-range', '-1s')]),
      ];
    case 'flag':
      return [mutant('a word instead of true', 'value-kind', 'yes')];
    case 'list':
      return [mutant('a map instead of a list', 'value-kind', { a: 1 })];
    case 'map':
      return [mutant('a list instead of a map', 'value-kind', [1])];
    case 'either':
    case 'anything':
      return [];
  }
};
