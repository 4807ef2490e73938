import {
  DescribeExecutionCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { ServiceFailure } from '../../platform/failure.ts';
import { toWire } from '../../platform/wire.ts';
import type { MachineName, Machines, Settler } from '../application/ports.ts';
import { MachineInput, StepAnswer } from '../contract/workflow.ts';

type Client = Pick<SFNClient, 'send'>;

/** Starts executions. A name that exists is ours if its input is the same; with another input it is our own mistake. */
export const stepFunctionsMachines = ({
  client,
  arns,
}: {
  readonly client: Client;
  readonly arns: Readonly<Partial<Record<MachineName, string>>>;
}): Machines => ({
  start: async (machine, name, input) => {
    const stateMachineArn = arns[machine];
    if (stateMachineArn === undefined) throw new Error(`this function may not start the machine ${machine}`);
    const text = JSON.stringify(toWire(MachineInput, input));
    try {
      await client.send(new StartExecutionCommand({ stateMachineArn, name, input: text }));
      return 'started';
    } catch (error) {
      if (!isNamed(error, 'ExecutionAlreadyExists')) throw unavailable(error);
    }
    const known = await describe(client, executionArn(stateMachineArn, name));
    if (known !== undefined && !isSameJson(known, text)) {
      throw new Error(`execution ${name} exists with another input: ${known}`);
    }
    return 'exists';
  },
});

/** Tells waiting executions. A token that nobody waits for was settled before, or came too late. */
export const stepFunctionsSettler = ({ client }: { readonly client: Client }): Settler => {
  const tell = async (send: () => Promise<unknown>): Promise<boolean> => {
    try {
      await send();
      return true;
    } catch (error) {
      if (GONE.some((name) => isNamed(error, name))) return false;
      throw unavailable(error);
    }
  };
  return {
    succeed: async (taskToken, answer) => {
      const output = JSON.stringify(toWire(StepAnswer, answer));
      return (await tell(() => client.send(new SendTaskSuccessCommand({ taskToken, output })))) ? 'settled' : 'gone';
    },
    heartbeat: async (taskToken) =>
      (await tell(() => client.send(new SendTaskHeartbeatCommand({ taskToken })))) ? 'alive' : 'gone',
  };
};

const GONE = ['TaskDoesNotExist', 'TaskTimedOut', 'InvalidToken'];

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;

const unavailable = (error: unknown): ServiceFailure =>
  new ServiceFailure(
    isNamed(error, 'ThrottlingException') ? 'throttled' : 'service-unavailable',
    'the workflow service',
    error,
  );

/** An execution is named after its machine, whichever alias started it. */
const executionArn = (stateMachineArn: string, name: string): string => {
  const [arn, partition, service, region, account, , machine] = stateMachineArn.split(':');
  return [arn, partition, service, region, account, 'execution', machine, name].join(':');
};

const describe = async (client: Client, arn: string): Promise<string | undefined> => {
  try {
    return (await client.send(new DescribeExecutionCommand({ executionArn: arn }))).input;
  } catch (error) {
    throw unavailable(error);
  }
};

const isSameJson = (a: string, b: string): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const sorted = (text: string): unknown => Object.entries(JSON.parse(text) as object).toSorted();
