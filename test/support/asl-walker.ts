import jsonata from 'jsonata';
import { epochMsOf } from '../../src/kernel/instant.ts';
import type { AslState, Assignments, Catcher, Definition, MapState, Retrier, TaskState } from './asl.ts';
import type { VirtualTime } from './virtual-time.ts';

// Walks a definition as Step Functions does, in virtual time. Behaviour model, from the documentation of AWS:
// variables assigned in a state are seen by the next one; retries count per retrier and state entry; the first catcher
// that matches wins; States.ALL catches everything but States.Runtime; a token wait ends by success, failure,
// TimeoutSeconds, or HeartbeatSeconds without a heartbeat; a Lambda that throws fails a token task, too.

export type Lambda = (payload: unknown) => Promise<unknown>;

export class TaskFailure extends Error {
  readonly error: string;
  constructor(error: string, cause: string) {
    super(cause);
    this.error = error;
  }
}

export interface Execution {
  readonly name: string;
  readonly input: unknown;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  output: unknown;
  error: string | null;
  /** every state that was entered, in order */
  readonly entered: string[];
  /** states in which a retry, and errors that a catcher, took */
  readonly retried: string[];
  readonly caught: string[];
  /** history events as AWS would count them, roughly: five for each task, two for every other state */
  events: number;
}

export interface Walker {
  start(name: string, input: unknown): 'started' | 'exists';
  execution(name: string): Execution | undefined;
  executions(): readonly Execution[];
  /** false: there is no such wait, or no longer */
  succeed(token: string, output: unknown): boolean;
  fail(token: string, error: string, cause: string): boolean;
  heartbeat(token: string): boolean;
  openTokens(): readonly string[];
}

export interface WalkerOptions {
  readonly definition: Definition;
  readonly time: VirtualTime;
  /** by the name of the substitution: `ExperimentStepsArn` */
  readonly lambdas: Readonly<Record<string, Lambda>>;
  readonly onEnd?: (execution: Execution) => void;
}

interface OpenWait {
  succeed(output: unknown): void;
  fail(failure: TaskFailure): void;
  heartbeat(): void;
}
interface Scope {
  readonly execution: Execution;
  readonly variables: Record<string, unknown>;
  readonly item?: unknown;
}

export const makeWalker = (options: WalkerOptions): Walker => {
  const { definition, time } = options;
  const executions = new Map<string, Execution>();
  const waits = new Map<string, OpenWait>();
  let tokens = 0;

  const run = async (execution: Execution): Promise<void> => {
    try {
      const scope = { execution, variables: {} };
      execution.output = await walk(definition.StartAt, definition.States, execution.input, scope);
      execution.status = 'SUCCEEDED';
    } catch (thrown) {
      execution.status = 'FAILED';
      execution.error = thrown instanceof TaskFailure ? thrown.error : 'States.Runtime';
      if (!(thrown instanceof TaskFailure)) execution.output = String(thrown);
    }
    options.onEnd?.(execution);
  };

  const walk = async (
    startAt: string,
    states: Readonly<Record<string, AslState>>,
    input: unknown,
    scope: Scope,
  ): Promise<unknown> => {
    let name: string | undefined = startAt;
    let current = input;
    while (name !== undefined) {
      const state: AslState | undefined = states[name];
      if (state === undefined) throw new Error(`there is no state ${name}`);
      scope.execution.entered.push(name);
      scope.execution.events += state.Type === 'Task' ? 5 : 2;
      const next = await enter(name, state, current, scope);
      if ('done' in next) return next.output;
      name = next.to;
      current = next.output;
    }
    return current;
  };

  type Next = { readonly to: string; readonly output: unknown } | { readonly done: true; readonly output: unknown };

  const enter = async (name: string, state: AslState, input: unknown, scope: Scope): Promise<Next> => {
    const context = { Execution: { Name: scope.execution.name }, Map: { Item: { Value: scope.item } } };
    const evaluate = (value: unknown, extra: object = {}, variables = scope.variables): Promise<unknown> =>
      evaluateDeep(value, { ...variables, states: { input, context, ...extra } });
    const assign = async (assignments: Assignments | undefined, extra: object = {}): Promise<void> => {
      const before = { ...scope.variables };
      for (const [variable, value] of Object.entries(assignments ?? {})) {
        scope.variables[variable] = await evaluate(value, extra, before);
      }
    };
    const onward = (target: { readonly Next?: string; readonly End?: true }, output: unknown): Next =>
      target.Next === undefined ? { done: true, output } : { to: target.Next, output };

    switch (state.Type) {
      case 'Pass': {
        const output = state.Output === undefined ? input : await evaluate(state.Output);
        await assign(state.Assign);
        return onward(state, output);
      }
      case 'Choice': {
        for (const { Condition, Next } of state.Choices) {
          const holds = await evaluate(Condition);
          if (typeof holds !== 'boolean') throw new Error(`the condition ${Condition} in ${name} is not a boolean`);
          if (holds) return { to: Next, output: input };
        }
        return { to: state.Default, output: input };
      }
      case 'Wait':
        await time.sleep(state.Seconds);
        return onward(state, input);
      case 'Succeed':
        return { done: true, output: state.Output === undefined ? input : await evaluate(state.Output) };
      case 'Fail':
        throw new TaskFailure(state.Error, state.Cause);
      case 'Task':
      case 'Map': {
        const attempts = new Map<Retrier, number>();
        for (;;) {
          try {
            const result =
              state.Type === 'Task' ? await runTask(state, evaluate) : await runMap(state, evaluate, scope);
            const output = state.Output === undefined ? result : await evaluate(state.Output, { result });
            await assign(state.Assign, { result });
            return onward(state, output);
          } catch (thrown) {
            if (!(thrown instanceof TaskFailure)) throw thrown;
            const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, thrown.error));
            const used = retrier === undefined ? 0 : (attempts.get(retrier) ?? 0);
            if (retrier !== undefined && used < (retrier.MaxAttempts ?? 3)) {
              attempts.set(retrier, used + 1);
              scope.execution.retried.push(name);
              scope.execution.events += 5;
              await time.sleep(delayOf(retrier, used));
              continue;
            }
            const catcher = state.Catch?.find(({ ErrorEquals }: Catcher) => matches(ErrorEquals, thrown.error));
            if (catcher === undefined) throw thrown;
            scope.execution.caught.push(`${name}: ${thrown.error}`);
            const errorOutput = { Error: thrown.error, Cause: thrown.message };
            await assign(catcher.Assign, { errorOutput });
            return { to: catcher.Next, output: errorOutput };
          }
        }
      }
    }
  };

  const runTask = async (
    state: TaskState,
    evaluate: (value: unknown, extra?: object) => Promise<unknown>,
  ): Promise<unknown> => {
    const lambda = options.lambdas[state.Arguments.FunctionName.replace(/^\$\{|\}$/g, '')];
    if (lambda === undefined) throw new Error(`no function is substituted for ${state.Arguments.FunctionName}`);
    const isWait = state.Resource.endsWith('.waitForTaskToken');
    if (!isWait) return { Payload: await callLambda(lambda, await evaluate(state.Arguments.Payload)) };
    const token = `token-${++tokens}`;
    const settled = openWait(token, state);
    settled.catch(() => undefined);
    const context = { Task: { Token: token } };
    await callLambda(lambda, await evaluate(state.Arguments.Payload, { context })).catch((thrown) => {
      waits.get(token)?.fail(thrown as TaskFailure);
    });
    return settled;
  };

  const openWait = (token: string, state: TaskState): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const nowMs = (): number => epochMsOf(time.now());
      const cancels: (() => void)[] = [];
      const close = (end: () => void): void => {
        for (const cancel of cancels) cancel();
        waits.delete(token);
        end();
      };
      const fail = (failure: TaskFailure): void => close(() => reject(failure));
      const after = (seconds: number, error: string): (() => void) =>
        time.at(nowMs() + seconds * 1000, () => fail(new TaskFailure(error, `after ${seconds} s`)));
      cancels.push(after(state.TimeoutSeconds ?? 99_999_999, 'States.Timeout'));
      const beat = state.HeartbeatSeconds;
      let cancelBeat = beat === undefined ? () => undefined : after(beat, 'States.HeartbeatTimeout');
      cancels.push(() => cancelBeat());
      waits.set(token, {
        fail,
        succeed: (output) => close(() => resolve(output)),
        heartbeat: () => {
          cancelBeat();
          if (beat !== undefined) cancelBeat = after(beat, 'States.HeartbeatTimeout');
        },
      });
    });

  const runMap = async (
    state: MapState,
    evaluate: (value: unknown, extra?: object) => Promise<unknown>,
    scope: Scope,
  ): Promise<unknown> => {
    const items = await evaluate(state.Items);
    if (!Array.isArray(items)) throw new Error(`the items ${state.Items} are not an array`);
    return Promise.all(
      items.map(async (item) => {
        const context = { Map: { Item: { Value: item } } };
        const input = await evaluate(state.ItemSelector, { context });
        // what an item assigns stays within it
        const inner = { execution: scope.execution, variables: { ...scope.variables }, item };
        return walk(state.ItemProcessor.StartAt, state.ItemProcessor.States, input, inner);
      }),
    );
  };

  const settleWith = (token: string, act: (wait: OpenWait) => void): boolean => {
    const wait = waits.get(token);
    if (wait !== undefined) act(wait);
    return wait !== undefined;
  };

  return {
    start: (name, input) => {
      if (executions.has(name)) return 'exists';
      const execution: Execution = {
        name,
        input,
        status: 'RUNNING',
        output: null,
        error: null,
        entered: [],
        retried: [],
        caught: [],
        events: 0,
      };
      executions.set(name, execution);
      void run(execution);
      return 'started';
    },
    execution: (name) => executions.get(name),
    executions: () => [...executions.values()],
    succeed: (token, output) => settleWith(token, (wait) => wait.succeed(output)),
    fail: (token, error, cause) => settleWith(token, (wait) => wait.fail(new TaskFailure(error, cause))),
    heartbeat: (token) => settleWith(token, (wait) => wait.heartbeat()),
    openTokens: () => [...waits.keys()],
  };
};

/** What crosses the border is JSON, and a thrown error becomes a failed task by its name. */
const callLambda = async (lambda: Lambda, payload: unknown): Promise<unknown> => {
  try {
    const answer = await lambda(JSON.parse(JSON.stringify(payload)));
    return answer === undefined ? null : JSON.parse(JSON.stringify(answer));
  } catch (thrown) {
    if (thrown instanceof TaskFailure) throw thrown;
    throw new TaskFailure(thrown instanceof Error ? thrown.name : 'Error', String(thrown));
  }
};

const matches = (errors: readonly string[], error: string): boolean =>
  errors.includes(error) ||
  (errors.includes('States.ALL') && error !== 'States.Runtime') ||
  (errors.includes('States.TaskFailed') && error !== 'States.Timeout');

const delayOf = (
  { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = 31_622_400 }: Retrier,
  used: number,
): number => Math.min(IntervalSeconds * BackoffRate ** used, MaxDelaySeconds);

const EXPRESSION = /^\{%([\s\S]*)%\}$/;

export const expressionOf = (text: string): string | null => EXPRESSION.exec(text)?.[1]?.trim() ?? null;

/** Evaluates every `{% … %}` inside a value; an expression without a result is an error, as on AWS. */
export const evaluateDeep = async (value: unknown, bindings: Readonly<Record<string, unknown>>): Promise<unknown> => {
  if (typeof value === 'string') {
    const expression = expressionOf(value);
    if (expression === null) return value;
    const result: unknown = await jsonata(expression).evaluate(null, bindings);
    if (result === undefined) throw new TaskFailure('States.QueryEvaluationError', `${expression} has no result`);
    return JSON.parse(JSON.stringify(result));
  }
  if (Array.isArray(value)) return Promise.all(value.map((each) => evaluateDeep(each, bindings)));
  if (typeof value === 'object' && value !== null) {
    const entries = await Promise.all(
      Object.entries(value).map(async ([key, each]) => [key, await evaluateDeep(each, bindings)] as const),
    );
    return Object.fromEntries(entries);
  }
  return value;
};
