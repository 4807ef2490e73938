import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// The part of the Amazon States Language (JSONata) that our definitions use, as types.

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
  readonly MaxAttempts?: number;
  readonly JitterStrategy?: string;
}
export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly Assign?: Assignments;
  readonly Next: string;
}
export type Assignments = Readonly<Record<string, unknown>>;

interface Common {
  readonly Comment?: string;
  readonly Assign?: Assignments;
  readonly Output?: unknown;
}
interface Onward {
  readonly Next?: string;
  readonly End?: true;
}
export interface TaskState extends Common, Onward {
  readonly Type: 'Task';
  readonly Resource: string;
  readonly Arguments: { readonly FunctionName: string; readonly Payload: unknown };
  readonly TimeoutSeconds?: number;
  readonly HeartbeatSeconds?: number;
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}
export interface MapState extends Common, Onward {
  readonly Type: 'Map';
  readonly Items: string;
  readonly ItemSelector: unknown;
  readonly MaxConcurrency: number;
  readonly ItemProcessor: { readonly StartAt: string; readonly States: Readonly<Record<string, AslState>> };
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
}
export interface ChoiceState extends Common {
  readonly Type: 'Choice';
  readonly Choices: readonly { readonly Condition: string; readonly Next: string; readonly Assign?: Assignments }[];
  readonly Default: string;
}
export interface PassState extends Common, Onward {
  readonly Type: 'Pass';
}
export interface WaitState extends Common, Onward {
  readonly Type: 'Wait';
  readonly Seconds: number;
}
export interface SucceedState extends Common {
  readonly Type: 'Succeed';
}
export interface FailState {
  readonly Comment?: string;
  readonly Type: 'Fail';
  readonly Error: string;
  readonly Cause: string;
}
export type AslState = TaskState | MapState | ChoiceState | PassState | WaitState | SucceedState | FailState;

export interface Definition {
  readonly QueryLanguage: 'JSONata';
  readonly StartAt: string;
  readonly States: Readonly<Record<string, AslState>>;
}

/** The definition as it deploys. */
export const readDefinition = (name: 'experiment' | 'withdrawal'): Definition =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../statemachines/${name}/definition.asl.json`), 'utf8'));
