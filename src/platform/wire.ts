import * as z from 'zod';
import { accept, type FieldError, type Outcome } from '../kernel/outcome.ts';
import { pointerOf as pointerOfPath } from '../kernel/pointer.ts';

/**
 * Between camelCase in code and snake_case on the wire, in storage and in events. The schema says which keys are ours:
 * keys of objects are converted, keys of records belong to the user and stay as they are.
 */
export const toWire = (schema: z.ZodType, value: unknown): unknown => walk(definitionOf(schema), value, OUTWARD);

/** The way back, without judging: unknown fields are left out. For what we or our server wrote. */
export const fromWire = (schema: z.ZodType, value: unknown): unknown => walk(definitionOf(schema), value, inward([]));

/** Reads what a stranger wrote: converts, refuses fields that the schema does not know, parses. Pointers are in wire names. */
export const parseWire = <S extends z.ZodType>(
  schema: S,
  value: unknown,
): Outcome<z.infer<S>> & { readonly errors: readonly FieldError[] } => {
  const unknownFields: FieldError[] = [];
  const result = schema.safeParse(walk(definitionOf(schema), value, inward(unknownFields)));
  const errors = [...unknownFields, ...(result.success ? [] : result.error.issues.flatMap(fieldErrorsOf(schema)))];
  if (result.success && errors.length === 0) return { ...accept(result.data), errors };
  return {
    accepted: false,
    refusal: { code: 'validation-failed', message: summaryOf(errors), facts: {}, errors },
    errors,
  };
};

/** `cpuP99Ms` → `cpu_p99_ms` */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** `cpu_p99_ms` → `cpuP99Ms` */
export const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** For facts of refusals, which have no schema and whose keys are all ours. */
export const snakeCaseKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(snakeCaseKeys);
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [snakeCase(key), snakeCaseKeys(each)]));
};

/** A JSON pointer (RFC 6901) to where a path through the schema ends, in wire names. */
export const pointerOf = (schema: z.ZodType, path: readonly PropertyKey[]): string => {
  let reached: readonly Definition[] = [definitionOf(schema)];
  let pointer = '';
  for (const step of path) {
    const objects = reached.flatMap(alternativesOf);
    const owner = objects.find((each) => each.type === 'object' && Object.hasOwn(each.shape, String(step)));
    pointer += pointerOfPath([owner === undefined ? step : snakeCase(String(step))]);
    reached = objects.flatMap((each) => childOf(each, step));
  }
  return pointer;
};

type Schema = z.core.$ZodType;
type Definition = z.core.$ZodTypes['_zod']['def'];
type DefinitionOf<T extends Definition['type']> = Extract<Definition, { readonly type: T }>;

/** Zod's own description of a schema. */
const definitionOf = (schema: Schema): Definition => (schema as z.core.$ZodTypes)._zod.def;

interface Direction {
  /** name of a field of ours in the value that is read */
  readonly from: (field: string) => string;
  readonly to: (field: string) => string;
  readonly onUnknown: (path: readonly string[]) => void;
  readonly path: readonly string[];
}

const same = (name: string): string => name;
const OUTWARD: Direction = { from: same, to: snakeCase, onUnknown: () => undefined, path: [] };

const inward = (unknownFields: FieldError[]): Direction => ({
  from: snakeCase,
  to: same,
  onUnknown: (path) =>
    unknownFields.push({
      pointer: pointerOfPath(path),
      code: 'unknown-field',
      message: `there is no field "${path.at(-1)}" here`,
    }),
  path: [],
});

const below = (direction: Direction, step: string): Direction => ({ ...direction, path: [...direction.path, step] });

const walk = (definition: Definition, value: unknown, direction: Direction): unknown => {
  if (value === undefined || value === null) return value;
  switch (definition.type) {
    case 'object':
      return isPlainObject(value) ? walkObject(definition, value, direction) : value;
    case 'record':
      return isPlainObject(value)
        ? Object.fromEntries(
            Object.entries(value).map(([key, each]) => [
              key,
              walk(definitionOf(definition.valueType), each, below(direction, key)),
            ]),
          )
        : value;
    case 'array':
      return Array.isArray(value)
        ? value.map((each, index) => walk(definitionOf(definition.element), each, below(direction, String(index))))
        : value;
    case 'tuple':
      return Array.isArray(value)
        ? value.map((each, index) => {
            const item = definition.items[index] ?? definition.rest;
            return item === null ? each : walk(definitionOf(item), each, below(direction, String(index)));
          })
        : value;
    case 'union':
      return walk(definitionOf(chooseOption(definition, value, direction)), value, direction);
    case 'intersection': {
      const left = walk(definitionOf(definition.left), value, silent(direction));
      const right = walk(definitionOf(definition.right), value, silent(direction));
      return isPlainObject(left) && isPlainObject(right) ? { ...left, ...right } : left;
    }
    case 'pipe':
      return walk(definitionOf(direction.to === same ? definition.in : definition.out), value, direction);
    case 'lazy':
      return walk(definitionOf(definition.getter()), value, direction);
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return walk(definitionOf(definition.innerType), value, direction);
    default:
      return value;
  }
};

const silent = (direction: Direction): Direction => ({ ...direction, onUnknown: () => undefined });

const walkObject = (
  definition: DefinitionOf<'object'>,
  value: Readonly<Record<string, unknown>>,
  direction: Direction,
): Record<string, unknown> => {
  const fields = Object.entries(definition.shape);
  const known = new Set(fields.map(([field]) => direction.from(field)));
  const strangers = Object.keys(value).filter((key) => !known.has(key));
  const isOpen = definition.catchall !== undefined && definitionOf(definition.catchall).type !== 'never';
  if (!isOpen) for (const key of strangers) direction.onUnknown([...direction.path, key]);
  return Object.fromEntries([
    ...fields
      .filter(([field]) => Object.hasOwn(value, direction.from(field)) && value[direction.from(field)] !== undefined)
      .map(([field, schema]) => [
        direction.to(field),
        walk(definitionOf(schema), value[direction.from(field)], below(direction, direction.from(field))),
      ]),
    ...(isOpen ? strangers.map((key) => [key, value[key]]) : []),
  ]);
};

/** The option that the value means: by its discriminator, else the first that accepts it, else the first that has its shape. */
const chooseOption = (union: DefinitionOf<'union'>, value: unknown, direction: Direction): Schema => {
  const { options } = union;
  const discriminator = 'discriminator' in union ? String(union.discriminator) : undefined;
  const [first] = options;
  if (first === undefined) throw new Error('a union schema has no options');
  if (discriminator !== undefined && isPlainObject(value)) {
    const tag = value[direction.from(discriminator)];
    return (
      options.find((option) =>
        alternativesOf(definitionOf(option)).some(
          (each) => each.type === 'object' && accepts(each.shape[discriminator], tag),
        ),
      ) ?? first
    );
  }
  const parses = (option: Schema): boolean => {
    if (direction.to !== same) return accepts(option, value);
    const strangers: FieldError[] = [];
    return accepts(option, walk(definitionOf(option), value, inward(strangers))) && strangers.length === 0;
  };
  const hasShape = (option: Schema): boolean =>
    alternativesOf(definitionOf(option)).some((each) =>
      Array.isArray(value) ? each.type === 'array' : each.type === 'object' || each.type === 'record',
    );
  return options.find(parses) ?? (typeof value === 'object' ? options.find(hasShape) : undefined) ?? first;
};

const accepts = (schema: Schema | undefined, value: unknown): boolean =>
  schema !== undefined && z.safeParse(schema, value).success;

/** What remains when wrappers are taken off: objects, records, arrays, leaves. */
const alternativesOf = (definition: Definition): readonly Definition[] => {
  switch (definition.type) {
    case 'union':
      return definition.options.flatMap((option) => alternativesOf(definitionOf(option)));
    case 'intersection':
      return [definition.left, definition.right].flatMap((side) => alternativesOf(definitionOf(side)));
    case 'pipe':
      return alternativesOf(definitionOf(definition.in));
    case 'lazy':
      return alternativesOf(definitionOf(definition.getter()));
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return alternativesOf(definitionOf(definition.innerType));
    default:
      return [definition];
  }
};

const childOf = (definition: Definition, step: PropertyKey): readonly Definition[] => {
  switch (definition.type) {
    case 'object': {
      const field = definition.shape[String(step)];
      return field === undefined ? [] : [definitionOf(field)];
    }
    case 'record':
      return [definitionOf(definition.valueType)];
    case 'array':
      return [definitionOf(definition.element)];
    case 'tuple': {
      const item = definition.items[Number(step)] ?? definition.rest;
      return item === null ? [] : [definitionOf(item)];
    }
    default:
      return [];
  }
};

const fieldErrorsOf =
  (schema: z.ZodType) =>
  (issue: z.core.$ZodIssue): readonly FieldError[] => {
    const branches = issue.code === 'invalid_union' ? issue.errors.filter((branch) => branch.length > 0) : [];
    const closest = branches.toSorted((a, b) => depthOf(b) - depthOf(a) || a.length - b.length)[0];
    if (closest !== undefined && depthOf(closest) > 0) {
      return closest.flatMap((inner) => fieldErrorsOf(schema)({ ...inner, path: [...issue.path, ...inner.path] }));
    }
    return [
      {
        pointer: pointerOf(schema, issue.path),
        code: issue.code.replaceAll('_', '-'),
        message: messageOf(issue),
      },
    ];
  };

const depthOf = (branch: readonly z.core.$ZodIssue[]): number => Math.max(...branch.map((issue) => issue.path.length));

const messageOf = (issue: z.core.$ZodIssue): string => {
  if (issue.code !== 'invalid_type') return issue.message;
  const [expected = '', received] = issue.message.replace('Invalid input: ', '').split(', received ');
  return received === 'undefined' ? `is missing; ${expected}` : `${expected}, found ${received}`;
};

const summaryOf = (errors: readonly FieldError[]): string => {
  const [first] = errors;
  if (first === undefined) return 'the request is not valid';
  const rest = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  return `${first.pointer === '' ? 'the body' : first.pointer}: ${first.message}${rest}`;
};

const isPlainObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
