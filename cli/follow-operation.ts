import type { Client } from '../src/client/client.ts';
import type { Operation } from '../src/platform/declare/operation.ts';
import type { Context } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { CommandFailure } from './failure.ts';

const PROGRESS: Readonly<Record<'pending' | 'running', string>> = {
  pending: '◐ waiting for a worker',
  running: '◐ the worker is asking',
};

/** Follows long work to its end; each change is a line. */
export const followOperation = async (
  client: Client,
  operation: Operation,
  say: Context['say'],
): Promise<Operation> => {
  let lastSaid = '';
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const { body } = await client.getOperation({ params: { operationId: operation.id } });
    if (body.state === 'succeeded' || body.state === 'failed') return body;
    if (body.state !== lastSaid) say(PROGRESS[body.state]);
    lastSaid = body.state;
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  throw new CommandFailure(
    EXIT.unavailable,
    'no worker has answered for two minutes',
    `look again later: operation ${operation.id}`,
  );
};
