import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stepFunctionsMachines, stepFunctionsSettler } from '../../../src/experiments/adapters/step-functions.ts';
import type { MachineInput } from '../../../src/experiments/contract/workflow.ts';
import { type Epoch, ExperimentId } from '../../../src/kernel/identity.ts';
import { TENANT } from '../../support/builders.ts';
import { startTestCloud, type TestCloud } from '../../support/emulator.ts';
import { zipOf } from '../../support/zip.ts';

// The definitions as they deploy, on a real engine: functions answer by a script and hand their tokens to this test,
// which settles them through the adapter.

const SCRIPT = (queueUrl: string): string => `
const answers = {
  plan: (event) => ({ work: ['baseline', 'candidate'].map((variant) => ({ variant, cluster_id: 'clu-00000000000a' })) }),
  'begin-promotion': () => ({ clusters: [{ cluster_id: 'clu-00000000000a' }] }),
  decide: () => ({ outcome: 'offer' }),
  apply: (event) => event.experiment_id.endsWith('bad') && event.variant === 'candidate' ? { outcome: 'invalid_setup', reason: 'refused' } : {},
  'ask-collector': (event) => event.experiment_id.endsWith('untaken') && event.variant === 'candidate' ? { outcome: 'invalid_setup', reason: 'not taken' } : {},
  'check-applied': (event) => event.answers.find((answer) => answer.outcome !== 'ok') ?? {},
};
const tell = (body) => fetch(process.env.AWS_ENDPOINT_URL, {
  method: 'POST',
  headers: {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'AmazonSQS.SendMessage',
    authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host, Signature=0',
  },
  body: JSON.stringify({ QueueUrl: '${queueUrl}', MessageBody: JSON.stringify(body) }),
});
export const handler = async (event) => {
  if (event.token) await tell(event);
  console.log(event.step);
  return { outcome: 'ok', reason: '', ...(answers[event.step] ?? (() => ({})))(event) };
};
`;

let cloud: TestCloud | undefined;
let sfn: SFNClient;
let sqs: SQSClient;
let queueUrl = '';
const arns: Record<'experiment' | 'withdrawal', string> = { experiment: '', withdrawal: '' };

beforeAll(async () => {
  cloud = await startTestCloud();
  sfn = new SFNClient({});
  sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: `tokens-${process.pid}` }))).QueueUrl ?? '';
  const functionArn = await createFunction(cloud.endpoint, SCRIPT(queueUrl));
  for (const name of ['experiment', 'withdrawal'] as const) {
    const file = join(import.meta.dirname, `../../../statemachines/${name}/definition.asl.json`);
    const created = await sfn.send(
      new CreateStateMachineCommand({
        name: `${name}-${process.pid}`,
        definition: readFileSync(file, 'utf8').replaceAll(/\$\{(Experiment|Cluster)StepsArn\}/g, functionArn),
        roleArn: 'arn:aws:iam::000000000000:role/test',
      }),
    );
    arns[name] = created.stateMachineArn ?? '';
  }
});
afterAll(async () => {
  sfn.destroy();
  sqs.destroy();
  await cloud?.stop();
});

const createFunction = async (endpoint: string, code: string): Promise<string> => {
  const answer = await fetch(`${endpoint}/2015-03-31/functions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      FunctionName: `steps-${process.pid}`,
      Runtime: 'nodejs24.x',
      Role: 'arn:aws:iam::000000000000:role/test',
      Handler: 'index.handler',
      Code: { ZipFile: zipOf('index.mjs', code).toString('base64') },
      Timeout: 20,
    }),
  });
  const { FunctionArn: arn } = (await answer.json()) as { FunctionArn?: string };
  if (arn === undefined) throw new Error(`no function: ${answer.status}`);
  return arn;
};

const inputOf = (suffix: string, mode: MachineInput['mode'] = 'run'): MachineInput => ({
  tenantId: TENANT,
  experimentId: ExperimentId.parse(`exp-000000000${suffix}`),
  epoch: 1 as Epoch,
  mode,
});

/** The next token that a step of this experiment hands on. */
const nextWait = async (suffix: string): Promise<{ readonly step: string; readonly token: string }> => {
  for (;;) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 2 }),
    );
    const [message] = messages;
    if (message?.Body === undefined) continue;
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
    const wait = JSON.parse(message.Body);
    if (wait.experiment_id.endsWith(suffix)) return wait;
  }
};

const executionArn = (machine: 'experiment' | 'withdrawal', name: string): string =>
  `${arns[machine].replace(':stateMachine:', ':execution:')}:${name}`;

const ended = async (machine: 'experiment' | 'withdrawal', name: string) => {
  for (;;) {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn: executionArn(machine, name) }));
    if (execution.status !== 'RUNNING') return execution;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

const enteredStates = async (name: string): Promise<readonly string[]> => {
  const { events = [] } = await sfn.send(
    new GetExecutionHistoryCommand({ executionArn: executionArn('experiment', name), maxResults: 1000 }),
  );
  return events.flatMap(({ stateEnteredEventDetails: details }) => details?.name ?? []);
};

const machines = () => stepFunctionsMachines({ client: sfn, arns });
const settler = () => stepFunctionsSettler({ client: sfn });

test('the way to a promotion on a real engine, each wait settled once', async () => {
  const name = 'exp-000000000aaa-1';
  expect(await machines().start('experiment', name, inputOf('aaa'))).toBe('started');
  const settled = [
    ['await-ready', 'ready'],
    ['warmup', 'warm'],
    ['observe', 'horizon'],
    ['await-approval', 'approved'],
    ['await-promoted', 'ready'],
  ] as const;
  const used: string[] = [];
  for (const [step, outcome] of settled) {
    const wait = await nextWait('aaa');
    expect(wait.step).toBe(step);
    expect(await settler().heartbeat(wait.token)).toBe('alive');
    expect(await settler().succeed(wait.token, { outcome, reason: '' })).toBe('settled');
    used.push(wait.token);
  }
  expect((await ended('experiment', name)).status).toBe('SUCCEEDED');
  for (const token of used) {
    expect(await settler().succeed(token, { outcome: 'stopped', reason: '' })).toBe('gone');
    expect(await settler().heartbeat(token)).toBe('gone');
  }
  const states = await enteredStates(name);
  expect(states.slice(0, 7)).toEqual(['Begin', 'Entrance', 'Validate', 'IsValid', 'Claim', 'IsClaimed', 'Plan']);
  expect(states.slice(-4)).toEqual(['IsPromoted', 'Cleanup', 'Finalise', 'Finished']);
});

test('a stop while it warms up leads through Compensate and Cleanup', async () => {
  const name = 'exp-000000000ccc-1';
  await machines().start('experiment', name, inputOf('ccc'));
  await settler().succeed((await nextWait('ccc')).token, { outcome: 'ready', reason: '' });
  await settler().succeed((await nextWait('ccc')).token, { outcome: 'stopped', reason: 'an incident' });
  expect((await ended('experiment', name)).status).toBe('SUCCEEDED');
  expect((await enteredStates(name)).slice(-5)).toEqual(['IsWarm', 'Compensate', 'Cleanup', 'Finalise', 'Finished']);
});

test('what a cluster refuses is read from the answers and leads the same way', async () => {
  const name = 'exp-000000000bad-1';
  await machines().start('experiment', name, inputOf('bad'));
  expect((await ended('experiment', name)).status).toBe('SUCCEEDED');
  expect((await enteredStates(name)).slice(-6)).toEqual([
    'CheckApplied',
    'IsApplied',
    'Compensate',
    'Cleanup',
    'Finalise',
    'Finished',
  ]);
});

test('a recovery enters at Compensate', async () => {
  const name = 'exp-000000000rrr-1-recovery-2026112109';
  await machines().start('experiment', name, inputOf('rrr', 'recover'));
  expect((await ended('experiment', name)).status).toBe('SUCCEEDED');
  expect(await enteredStates(name)).toEqual(['Begin', 'Entrance', 'Compensate', 'Cleanup', 'Finalise', 'Finished']);
});

test('the withdrawal removes, reads back and says so', async () => {
  const name = 'exp-000000000www-1-withdrawal';
  await machines().start('withdrawal', name, inputOf('www'));
  expect((await ended('withdrawal', name)).status).toBe('SUCCEEDED');
});

test('a name starts once; the same input again is success, another input is our own mistake', async () => {
  const name = 'exp-000000000www-1-withdrawal-again';
  expect(await machines().start('withdrawal', name, inputOf('www'))).toBe('started');
  expect(await machines().start('withdrawal', name, inputOf('www'))).toBe('exists');
  await ended('withdrawal', name);
  expect(await machines().start('withdrawal', name, inputOf('www'))).toBe('exists');
  await expect(machines().start('withdrawal', name, inputOf('xxx'))).rejects.toThrow('exists with another input');
});
