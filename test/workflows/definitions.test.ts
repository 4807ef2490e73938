import validate from 'asl-validator';
import jsonata from 'jsonata';
import { describe, expect, test } from 'vitest';
import {
  ClusterStep,
  ExperimentStep,
  LIFECYCLE_BY_STEP,
  Outcome,
  WAIT_SECONDS,
  WAITS,
} from '../../src/experiments/contract/workflow.ts';
import { snakeCase } from '../../src/platform/wire.ts';
import { type AslState, type Definition, readDefinition, type TaskState } from '../support/asl.ts';
import { expressionOf } from '../support/asl-walker.ts';

const MACHINES = ['experiment', 'withdrawal'] as const;

interface Place {
  readonly name: string;
  readonly state: AslState;
}

/** Every state, those inside a Map too. */
const placesOf = (states: Definition['States']): readonly Place[] =>
  Object.entries(states).flatMap(([name, state]) => [
    { name, state },
    ...(state.Type === 'Map' ? placesOf(state.ItemProcessor.States) : []),
  ]);

const expressionsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') {
    const expression = expressionOf(value);
    return expression === null ? [] : [expression];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(expressionsIn);
};

interface Node {
  readonly type: string;
  readonly value?: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

/** Every node of a syntax tree of JSONata. */
const nodesOf = (value: unknown): readonly Node[] => {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(nodesOf);
  return isNode(value) ? [value, ...below] : below;
};

const ALLOWED_NODES = ['path', 'name', 'variable', 'string', 'number', 'value', 'binary', 'condition'];
const ALLOWED_OPERATORS = ['=', '!=', 'and', 'or', '&'];

/** What an expression computes with: only names, literals and comparisons; everything clever lives in a function. */
const foreignIn = (expression: string): readonly string[] =>
  nodesOf(jsonata(expression).ast()).flatMap(({ type, value }) => {
    if (!ALLOWED_NODES.includes(type)) return [`${type} in ${expression}`];
    return type === 'binary' && !ALLOWED_OPERATORS.includes(String(value)) ? [`${String(value)} in ${expression}`] : [];
  });

const nextOf = (state: AslState): readonly string[] => [
  ...('Next' in state && state.Next !== undefined ? [state.Next] : []),
  ...('Choices' in state ? [...state.Choices.map(({ Next }) => Next), state.Default] : []),
  ...('Catch' in state ? (state.Catch ?? []).map(({ Next }) => Next) : []),
];

for (const machine of MACHINES) {
  const definition = readDefinition(machine);
  const places = placesOf(definition.States);
  const tasks = places.flatMap(({ name, state }) => (state.Type === 'Task' ? [{ name, state }] : []));

  describe(`the definition of ${machine}`, () => {
    test('is valid', () => {
      const result = validate(JSON.parse(JSON.stringify(definition)));
      expect(result.errors).toEqual([]);
      expect(result.isValid).toBe(true);
    });

    test('uses only the small part of JSONata', () => {
      expect(places.flatMap(({ state }) => expressionsIn(state)).flatMap(foreignIn)).toEqual([]);
    });

    test('the check sees what is not allowed', () => {
      expect(foreignIn('$count($items)')).not.toEqual([]);
      expect(foreignIn('$slots + 1')).toEqual(['+ in $slots + 1']);
      expect(foreignIn('$items[outcome = "ok"]')).not.toEqual([]);
    });

    test('every variable was assigned on every way that leads to its use', () => {
      expect(unassigned(definition)).toEqual([]);
    });

    test('every state is reached, and none leads nowhere', () => {
      const reached = new Set<string>();
      const visit = (name: string): void => {
        if (reached.has(name)) return;
        reached.add(name);
        const state = definition.States[name];
        if (state === undefined) throw new Error(`there is no state ${name}`);
        for (const next of nextOf(state)) visit(next);
      };
      visit(definition.StartAt);
      expect([...reached].toSorted()).toEqual(Object.keys(definition.States).toSorted());
    });

    test('names only functions that are substituted, with steps that they know', () => {
      for (const { state } of tasks) {
        const payload = state.Arguments.Payload as Readonly<Record<string, unknown>>;
        const schema = { '${ExperimentStepsArn}': ExperimentStep, '${ClusterStepsArn}': ClusterStep }[
          state.Arguments.FunctionName
        ];
        const known = schema?.options.find((option) => option.shape.step.value === payload['step']);
        expect(known, `step ${String(payload['step'])}`).toBeDefined();
        expect(Object.keys(payload).toSorted()).toEqual(
          Object.keys(known?.shape ?? {})
            .map(snakeCase)
            .toSorted(),
        );
      }
    });

    test('every task is tried again, and everything that fails on the top level is caught', () => {
      const isFunctional = (state: TaskState) =>
        (state.Retry ?? []).some(({ ErrorEquals }) => ErrorEquals.includes('States.TaskFailed'));
      expect(tasks.filter(({ state }) => !isFunctional(state)).map(({ name }) => name)).toEqual([]);
      const catchers = Object.entries(definition.States).filter(
        ([, state]) => state.Type === 'Task' || state.Type === 'Map',
      );
      const uncaught = catchers.filter(
        ([, state]) => !('Catch' in state && state.Catch?.at(-1)?.ErrorEquals[0] === 'States.ALL'),
      );
      expect(uncaught.map(([name]) => name)).toEqual([]);
    });

    test('every wait has literal limits, and they are those of the contract', () => {
      const waits = tasks.filter(({ state }) => state.Resource.endsWith('.waitForTaskToken'));
      expect(waits.map(({ name }) => name)).toEqual(machine === 'experiment' ? [...WAITS] : []);
      for (const { name, state } of waits) {
        expect(state.TimeoutSeconds).toBe(WAIT_SECONDS[name as (typeof WAITS)[number]]);
      }
      expect(tasks.filter(({ state }) => state.HeartbeatSeconds !== undefined).map(({ name }) => name)).toEqual(
        machine === 'experiment' ? ['Observe'] : [],
      );
    });

    test('a missing heartbeat is not tried again blindly, it is counted', () => {
      for (const { state } of tasks.filter(({ state }) => state.HeartbeatSeconds !== undefined)) {
        expect(state.Retry?.[0]).toEqual({ ErrorEquals: ['States.HeartbeatTimeout'], MaxAttempts: 0 });
        expect(state.Catch?.[0]?.ErrorEquals).toEqual(['States.HeartbeatTimeout']);
      }
    });

    test('every outcome that a Choice reads is one that a step can answer', () => {
      const read = places.flatMap(({ state }) =>
        state.Type === 'Choice'
          ? state.Choices.flatMap(({ Condition }) => /\$outcome = '(\w+)'/.exec(Condition)?.[1] ?? [])
          : [],
      );
      for (const outcome of read) expect(Outcome.options).toContain(outcome);
    });
  });
}

test('every state that works says which lifecycle states it leaves the experiment in', () => {
  const working = placesOf(readDefinition('experiment').States).filter(({ state }) => state.Type === 'Task');
  expect(working.map(({ name }) => name).toSorted()).toEqual(Object.keys(LIFECYCLE_BY_STEP).toSorted());
});

test('every way out after the claim leads through Cleanup and ends in Finalise', () => {
  const { States: states } = readDefinition('experiment');
  const ends = new Set<string>();
  const walk = (name: string, cleaned: boolean, seen: ReadonlySet<string>): void => {
    const key = `${name} ${cleaned}`;
    if (seen.has(key)) return;
    const state = states[name];
    if (state === undefined) return;
    const isClean = cleaned || name === 'Cleanup';
    if (name === 'Finalise') ends.add(isClean ? 'finalised after cleanup' : 'finalised without cleanup');
    for (const next of nextOf(state)) walk(next, isClean, new Set([...seen, key]));
    if (nextOf(state).length === 0 && name !== 'Finalise') ends.add(name);
  };
  walk('Plan', false, new Set());
  expect([...ends].toSorted()).toEqual(['Finished', 'NotFinalised', 'finalised after cleanup']);
});

/** Variables that some way from the start uses before anything assigned them. */
const unassigned = ({ StartAt, States }: Definition): readonly string[] => {
  const missing = new Set<string>();
  const known = new Map<string, ReadonlySet<string>>();
  const visit = (name: string, assigned: ReadonlySet<string>): void => {
    const before = known.get(name);
    const here = before === undefined ? assigned : new Set([...before].filter((each) => assigned.has(each)));
    if (before !== undefined && here.size === before.size) return;
    known.set(name, here);
    const state = States[name];
    if (state === undefined) return;
    const used = expressionsIn({ ...state, ItemProcessor: undefined, Catch: undefined })
      .flatMap((expression) => nodesOf(jsonata(expression).ast()))
      .flatMap(({ type, value }) => (type === 'variable' && value !== 'states' ? [String(value)] : []));
    for (const variable of used) if (!here.has(variable)) missing.add(`$${variable} in ${name}`);
    const after = new Set([...here, ...Object.keys(('Assign' in state ? state.Assign : undefined) ?? {})]);
    for (const catcher of ('Catch' in state ? state.Catch : undefined) ?? []) {
      visit(catcher.Next, new Set([...here, ...Object.keys(catcher.Assign ?? {})]));
    }
    const onward = nextOf({ ...state, Catch: [] } as AslState);
    for (const next of onward) visit(next, after);
  };
  visit(StartAt, new Set());
  return [...missing];
};
