import { DescribeTableCommand, DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { EXIT } from '../../cli/exit-codes.ts';
import { CommandFailure } from '../../cli/failure.ts';
import { physicalName } from '../../lib/names.ts';
import { stageOf } from '../../lib/stage.ts';
import { LOCAL_ACCOUNT } from './deploy.ts';

const ANSWER_SECONDS = 5;

/**
 * Asks an emulator that somebody else runs who it is and whether it is empty, before anything is started or deployed.
 * Rejects with a {@link CommandFailure} that names the address, what came back, and what would work.
 */
export const checkEndpoint = async (endpoint: string, region: string): Promise<void> => {
  const settings = { endpoint, region, maxAttempts: 1, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const account = await asked(new STSClient(settings), (client, options) =>
    client.send(new GetCallerIdentityCommand({}), options).then(({ Account }) => Account),
  ).catch((cause: unknown) => {
    throw isAnswered(cause)
      ? noEmulator(endpoint, `it answered "who am I" with ${describeAnswer(cause)}`)
      : new CommandFailure(
          EXIT.unavailable,
          `no AWS emulator answers at ${endpoint}: ${describeSilence(cause)}`,
          'start it there, or leave --endpoint out: then an emulator is brought along',
        );
  });
  if (account === undefined) throw noEmulator(endpoint, 'it answered "who am I" with something that names no account');
  if (account !== LOCAL_ACCOUNT)
    throw new CommandFailure(
      EXIT.invalid,
      `${endpoint} is account ${account}; the local stage deploys to ${LOCAL_ACCOUNT} only, the account of emulators`,
      'docs/deploy.md says how the other stages are deployed to an account of AWS',
    );

  const TableName = physicalName(stageOf('local', { account, region }), 'core');
  const isThere = await asked(new DynamoDBClient(settings), (client, options) =>
    client.send(new DescribeTableCommand({ TableName }), options).then(() => true),
  ).catch((cause: unknown) => {
    if (cause instanceof ResourceNotFoundException) return false;
    const what = isAnswered(cause) ? describeAnswer(cause) : describeSilence(cause);
    throw noEmulator(endpoint, `it answered a question to DynamoDB with ${what}`);
  });
  if (isThere)
    throw new CommandFailure(
      EXIT.conflict,
      `the emulator at ${endpoint} has the stacks of an earlier start (table ${TableName})`,
      'a start needs an empty one: restart or reset that emulator, then start again',
    );
};

const noEmulator = (endpoint: string, found: string): CommandFailure =>
  new CommandFailure(
    EXIT.unavailable,
    `what listens at ${endpoint} is no AWS emulator: ${found}`,
    'name the address that AWS_ENDPOINT_URL would have, LocalStack: http://127.0.0.1:4566',
  );

const asked = async <C extends { destroy(): void }, T>(
  client: C,
  ask: (client: C, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> => {
  try {
    return await ask(client, { abortSignal: AbortSignal.timeout(ANSWER_SECONDS * 1000) });
  } finally {
    client.destroy();
  }
};

/** What the SDK hangs on an error when there was an answer at all. */
interface Answered extends Error {
  readonly $response: { readonly statusCode: number; readonly headers?: Readonly<Record<string, string>> };
}

const isAnswered = (cause: unknown): cause is Answered =>
  cause instanceof Error && typeof (cause as Partial<Answered>).$response?.statusCode === 'number';

const describeAnswer = ({ name, message, $response: { statusCode, headers } }: Answered): string => {
  const type = headers?.['content-type'];
  // without an error of AWS in it the SDK has nothing to say about it
  const isOfAws = message !== 'Unknown' && !message.includes('Deserialization error');
  return [
    String(statusCode),
    ...(type === undefined ? [] : [type]),
    ...(isOfAws ? [`(${name}: ${message})`] : []),
  ].join(' ');
};

const describeSilence = (cause: unknown): string => {
  if (!(cause instanceof Error)) return String(cause);
  return cause.name === 'AbortError' ? `nothing within ${ANSWER_SECONDS} s` : cause.message;
};
