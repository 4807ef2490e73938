import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  SendTaskFailureCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ProbedCloud } from './cloud.ts';

/** What the emulator does with state machines. */
export const probeMachines = (started: () => ProbedCloud): void => {
  let cloud: ProbedCloud;
  beforeAll(() => {
    cloud = started();
  });

  const ROLE = 'arn:aws:iam::000000000000:role/probe';
  const call = (Payload: object, more: object = {}) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    Arguments: { FunctionName: functionArn(), Payload },
    ...more,
  });
  const wait = (step: string, more: object) =>
    call(
      { step, token: '{% $states.context.Task.Token %}' },
      { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', ...more },
    );
  const functionArn = () =>
    `arn:aws:lambda:${cloud.deployment.region}:000000000000:function:${cloud.deployment.functions['experiment-steps']}`;

  const machine = async (name: string, States: object, more: object = {}): Promise<string> => {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0], States, ...more });
    const { stateMachineArn } = await cloud.sfn.send(
      new CreateStateMachineCommand({ name, definition, roleArn: ROLE }),
    );
    if (stateMachineArn === undefined) throw new Error(`no machine ${name}`);
    return stateMachineArn;
  };
  const start = async (stateMachineArn: string, name?: string): Promise<string> => {
    const { executionArn } = await cloud.sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: '{"id":"exp-1"}', ...(name === undefined ? {} : { name }) }),
    );
    if (executionArn === undefined) throw new Error('the execution has no ARN');
    return executionArn;
  };
  const end = (executionArn: string, deadlineSeconds = 15): Promise<DescribeExecutionOutput> =>
    cloud.until(
      'the execution to end',
      async () => {
        const execution = await cloud.sfn.send(new DescribeExecutionCommand({ executionArn }));
        return execution.status === 'RUNNING' ? undefined : execution;
      },
      deadlineSeconds,
    );
  const tokenOf = (step: string): Promise<string> =>
    cloud.until('the token', async () =>
      Object.keys(await cloud.notes())
        .find((name) => name.startsWith(`token ${step} `))
        ?.slice(`token ${step} `.length),
    );

  test('the machines of the product are there', async () => {
    const { stateMachines = [] } = await cloud.sfn.send(new ListStateMachinesCommand({}));
    const names = stateMachines.map(({ name }) => name);
    expect(names).toContain('phoenix-local-experiment');
    expect(names).toContain('phoenix-local-withdrawal');
  });

  test('what a step returns is read by a choice, and what was assigned stays', async () => {
    const arn = await machine('probe-choice', {
      Do: call({ step: 'good' }, { Assign: { outcome: '{% $states.result.Payload.outcome %}' }, Next: 'Which' }),
      Which: { Type: 'Choice', Choices: [{ Condition: "{% $outcome = 'good' %}", Next: 'Good' }], Default: 'Bad' },
      Good: {
        Type: 'Pass',
        End: true,
        Output: { was: '{% $outcome %}', id: '{% $states.context.Execution.Input.id %}' },
      },
      Bad: { Type: 'Fail', Error: 'Bad' },
    });
    const execution = await end(await start(arn));
    expect(execution.status).toBe('SUCCEEDED');
    expect(JSON.parse(execution.output ?? '')).toEqual({ was: 'good', id: 'exp-1' });
  });

  describe('waits for a token', () => {
    test('end with what was reported', async () => {
      const arn = await machine('probe-success', {
        Wait: wait('success', { TimeoutSeconds: 30, Output: '{% $states.result %}', End: true }),
      });
      const execution = await start(arn);
      await cloud.sfn.send(
        new SendTaskSuccessCommand({ taskToken: await tokenOf('success'), output: '{"seen":true}' }),
      );
      expect(JSON.parse((await end(execution)).output ?? '')).toEqual({ seen: true });
    });

    test('fail with the name that was reported, which a catcher matches', async () => {
      const arn = await machine('probe-failure', {
        Wait: wait('failure', { TimeoutSeconds: 30, End: true, Catch: [{ ErrorEquals: ['Stopped'], Next: 'Caught' }] }),
        Caught: { Type: 'Pass', Output: 'caught', End: true },
      });
      const execution = await start(arn);
      await cloud.sfn.send(
        new SendTaskFailureCommand({ taskToken: await tokenOf('failure'), error: 'Stopped', cause: 'a person' }),
      );
      expect(JSON.parse((await end(execution)).output ?? '')).toBe('caught');
    });

    test('end at their own time limit', async () => {
      const arn = await machine('probe-timeout', {
        Wait: wait('timeout', {
          TimeoutSeconds: 2,
          End: true,
          Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Late' }],
        }),
        Late: { Type: 'Pass', Output: 'late', End: true },
      });
      expect(JSON.parse((await end(await start(arn))).output ?? '')).toBe('late');
    });

    test('a token that was used is refused', async () => {
      await expect(
        cloud.sfn.send(new SendTaskSuccessCommand({ taskToken: await tokenOf('success'), output: '{}' })),
      ).rejects.toMatchObject({ name: expect.stringMatching(/TaskDoesNotExist|TaskTimedOut/) });
    });

    test.fails('end when nobody has sent a heartbeat', async () => {
      const arn = await machine('probe-heartbeat', {
        Wait: wait('heartbeat', { TimeoutSeconds: 30, HeartbeatSeconds: 1, End: true }),
      });
      await end(await start(arn), 5);
    });

    test.fails('end when their function throws', async () => {
      const arn = await machine('probe-throw-in-wait', { Wait: wait('throw', { TimeoutSeconds: 30, End: true }) });
      await end(await start(arn), 5);
    });
  });

  describe('known gaps', () => {
    test.fails("the name of a thrown error reaches the machine's catchers", async () => {
      const arn = await machine('probe-error-name', {
        Do: call({ step: 'throw' }, { End: true, Catch: [{ ErrorEquals: ['PlannedFailure'], Next: 'Caught' }] }),
        Caught: { Type: 'Pass', Output: 'caught', End: true },
      });
      expect((await end(await start(arn))).status).toBe('SUCCEEDED');
    });

    test.fails('a machine ends at its own time limit', async () => {
      const arn = await machine(
        'probe-machine-timeout',
        { Sleep: { Type: 'Wait', Seconds: 4, End: true } },
        { TimeoutSeconds: 1 },
      );
      expect((await end(await start(arn))).status).toBe('TIMED_OUT');
    });

    test.fails('starting a running execution again with the same input is no error', async () => {
      const arn = await machine('probe-idempotent', { Sleep: { Type: 'Wait', Seconds: 5, End: true } });
      expect(await start(arn, 'exp-1-1')).toBe(await start(arn, 'exp-1-1'));
    });

    test.fails('a succeeding state gives the output that it names', async () => {
      const arn = await machine('probe-succeed', { Good: { Type: 'Succeed', Output: 'named' } });
      expect(JSON.parse((await end(await start(arn))).output ?? '')).toBe('named');
    });

    test.fails('a failed execution can be driven on', async () => {
      const arn = await machine('probe-redrive', { Bad: { Type: 'Fail', Error: 'Bad' } });
      const { executionArn } = await end(await start(arn));
      await cloud.sfn.send(new RedriveExecutionCommand({ executionArn }));
    });
  });

  test('starting an execution again says that it exists, which counts as success after comparing the input', async () => {
    const arn = await machine('probe-exists', { Sleep: { Type: 'Wait', Seconds: 5, End: true } });
    const executionArn = await start(arn, 'exp-2-1');
    await expect(start(arn, 'exp-2-1')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
    const { input } = await cloud.sfn.send(new DescribeExecutionCommand({ executionArn }));
    expect(JSON.parse(input ?? '')).toEqual({ id: 'exp-1' });
    await cloud.sfn.send(new StopExecutionCommand({ executionArn }));
  });
};
