import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { defineFunction } from '../../../src/platform/declare/function.ts';
import { type LambdaContext, makeEntries } from '../../../src/platform/entry.ts';
import type { GatewayEvent } from '../../../src/platform/http/message.ts';
import { powertoolsLog } from '../../../src/platform/observe.ts';
import { currentTraceId } from '../../../src/platform/run.ts';
import { recordingLog, recordingMeter, T0, testClock } from '../../support/platform.ts';

const manifest = defineFunction({
  name: 'measure-slots',
  summary: '',
  triggers: [],
  needs: { core: 'read' },
  memoryMb: 512,
  timeoutSeconds: 60,
});
const ENV = { CORE_TABLE_NAME: 'phoenix-core' };
const context = (remainingMs = 10_000): LambdaContext => ({
  awsRequestId: 'request-7',
  getRemainingTimeInMillis: () => remainingMs,
});

const setUp = (env: Record<string, string> = ENV) => {
  const log = recordingLog();
  const meter = recordingMeter();
  return { log, meter, entries: makeEntries({ env, clock: testClock(), logOf: () => log, meterOf: () => meter }) };
};

const httpEvent = (path = '/live', headers: Record<string, string> = {}): GatewayEvent => ({
  version: '2.0',
  rawPath: path,
  rawQueryString: 'a=1&b=2&b=3',
  headers: { Accept: 'text/plain', ...headers },
  body: Buffer.from('{"x":1}').toString('base64'),
  isBase64Encoded: true,
  requestContext: { requestId: 'r-1', stage: '$default', http: { method: 'get', path } },
});

const never = (): Promise<never> => new Promise(() => undefined);

afterEach(() => vi.restoreAllMocks());

describe('every way in', () => {
  test('wires once from the environment and ends with one line and one publication', async () => {
    const { entries, log, meter } = setUp();
    let wirings = 0;
    const handler = entries.entry(manifest, (environment) => {
      wirings += 1;
      return async (event: number) => `${environment.core.tableName} ${event}`;
    });
    expect(await handler(1, context())).toBe('phoenix-core 1');
    expect(await handler(2, context())).toBe('phoenix-core 2');
    expect(wirings).toBe(1);
    expect(log.lines.map(({ event, facts, ids }) => [event, facts['outcome'], ids.trace])).toEqual([
      ['invocation.ended', 'succeeded', 'request-7'],
      ['invocation.ended', 'succeeded', 'request-7'],
    ]);
    expect([meter.published, meter.counts['succeeded']]).toEqual([2, 2]);
  });

  test('a failure is logged, counted and thrown', async () => {
    const { entries, log, meter } = setUp();
    const handler = entries.entry(manifest, () => async () => {
      throw new Error('broken');
    });
    await expect(handler({}, context())).rejects.toThrow('broken');
    expect(log.lines.map(({ event }) => event)).toEqual(['invocation.failed', 'invocation.ended']);
    expect(meter.counts).toEqual({ failed: 1 });
  });

  test('a missing variable is said by name', async () => {
    const { entries } = setUp({});
    await expect(entries.entry(manifest, () => never)({}, context())).rejects.toThrow('without CORE_TABLE_NAME');
  });

  test('work that does not end in time is ended by us, with its last line', async () => {
    const { entries, log, meter } = setUp();
    await expect(entries.entry(manifest, () => never)({}, context(260))).rejects.toThrow(
      'measure-slots did not end within its 60 s',
    );
    expect(log.lines.at(-1)).toMatchObject({ event: 'invocation.ended', facts: { outcome: 'timed_out' } });
    expect(meter.counts).toEqual({ timed_out: 1 });
  });

  test('the trace of X-Ray is the trace everywhere inside', async () => {
    const { entries, log } = setUp({ ...ENV, _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1' });
    const handler = entries.entry(manifest, () => async () => currentTraceId());
    expect(await handler({}, context())).toBe('1-5759e988-bd862e3fe1be46a994272793');
    expect(log.lines[0]?.ids.trace).toBe('1-5759e988-bd862e3fe1be46a994272793');
    expect(currentTraceId()).toBe('');
  });
});

describe('requests', () => {
  test('arrive with lower-case headers, decoded body and repeated query fields', async () => {
    const { entries } = setUp();
    const handler = entries.httpEntry(manifest, () => async (request) => ({
      statusCode: 200,
      headers: {},
      body: JSON.stringify(request),
    }));
    const { body } = await handler(httpEvent(), context());
    expect(JSON.parse(body)).toEqual({
      method: 'GET',
      path: '/live',
      query: { a: '1', b: ['2', '3'] },
      headers: { accept: 'text/plain' },
      body: '{"x":1}',
      claims: null,
      requestId: 'r-1',
    });
  });

  test.each([
    ['a token says its claims', { jwt: { claims: { sub: 'anna' } } }, { sub: 'anna' }],
    ['our authorizer says which key', { lambda: { keyId: 'key-1' } }, { token_use: 'service_key', sub: 'key-1' }],
    ['an authorizer that says nothing names nobody', { lambda: null }, null],
  ])('%s', async (_, authorizer, claims) => {
    const { entries } = setUp();
    const handler = entries.httpEntry(manifest, () => async (request) => ({
      statusCode: 200,
      headers: {},
      body: JSON.stringify(request.claims),
    }));
    const event = httpEvent();
    const known = { ...event, requestContext: { ...event.requestContext, authorizer } };
    expect(JSON.parse((await handler(known, context())).body)).toEqual(claims);
  });

  test('the name of a stage is not part of the path', async () => {
    const { entries } = setUp();
    const handler = entries.httpEntry(manifest, () => async ({ path }) => ({
      statusCode: 200,
      headers: {},
      body: path,
    }));
    const event = httpEvent('/prod/live');
    const staged = { ...event, requestContext: { ...event.requestContext, stage: 'prod' } };
    expect((await handler(staged, context())).body).toBe('/live');
  });

  test.each([
    [200, 'succeeded'],
    [404, 'refused'],
    [503, 'failed'],
  ])('an answer %d counts as %s', async (statusCode, outcome) => {
    const { entries, meter } = setUp();
    await entries.httpEntry(manifest, () => async () => ({ statusCode, headers: {}, body: '' }))(
      httpEvent(),
      context(),
    );
    expect(meter.counts).toEqual({ [outcome]: 1 });
  });

  test('a function that cannot even be wired answers a problem without our insides', async () => {
    const { entries } = setUp({});
    const answer = await entries.httpEntry(manifest, () => never)(httpEvent(), context());
    expect(answer.statusCode).toBe(500);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'INTERNAL_ERROR', trace_id: 'request-7', instance: 'r-1' });
    expect(answer.body).not.toContain('CORE_TABLE_NAME');
  });

  test('a request that takes too long is answered 503 before the gateway gives up', async () => {
    const { entries } = setUp();
    const answer = await entries.httpEntry(manifest, () => never)(httpEvent(), context(260));
    expect([answer.statusCode, JSON.parse(answer.body).code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
  });
});

describe('messages', () => {
  const Message = z.object({ experimentId: z.string(), slot: z.int() });
  const record = (messageId: string, body: unknown) => ({
    messageId,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const worker = (seen: string[]) => ({
    message: Message,
    ids: ({ experimentId }: z.infer<typeof Message>) => ({ experiment: experimentId }),
    work: async ({ experimentId, slot }: z.infer<typeof Message>) => {
      if (slot < 0) throw new Error('negative slot');
      seen.push(`${experimentId}/${slot}`);
    },
  });

  test('one that fails and one that cannot be read are reported alone, the others are done', async () => {
    const { entries, log, meter } = setUp();
    const seen: string[] = [];
    const answer = await entries.queueEntry(manifest, () => worker(seen))(
      {
        Records: [
          record('m1', { experiment_id: 'exp-1', slot: 1 }),
          record('m2', '{ broken'),
          record('m3', { experiment_id: 'exp-2', slot: -1 }),
          record('m4', { experimentId: 'exp-3', slot: 1 }),
          record('m5', { experiment_id: 'exp-4', slot: 2 }),
        ],
      },
      context(),
    );
    expect(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual(['m2', 'm3', 'm4']);
    expect(seen).toEqual(['exp-1/1', 'exp-4/2']);
    expect(meter.counts).toEqual({ messages: 5, messages_failed: 3, partly_failed: 1 });
    expect(log.lines.find(({ ids }) => ids.messageId === 'm3')?.ids).toMatchObject({ experiment: 'exp-2' });
  });

  test('what a rule put into the queue is read by its detail', async () => {
    const { entries } = setUp();
    const seen: string[] = [];
    await entries.queueEntry(manifest, () => worker(seen))(
      { Records: [record('m1', { 'detail-type': 'slot.due', detail: { experiment_id: 'exp-1', slot: 3 } })] },
      context(),
    );
    expect(seen).toEqual(['exp-1/3']);
  });
});

describe('schedules and machines', () => {
  test.each([
    [{ time: '2026-11-21T09:00:00.000Z' }, '2026-11-21T09:00:00.000Z'],
    [{ time: '<aws.scheduler.scheduled-time>' }, T0],
    [null, T0],
  ])('a schedule that hands on %j means %s', async (event, expected) => {
    const { entries } = setUp();
    const seen: string[] = [];
    await entries.scheduleEntry(manifest, () => async (at) => {
      seen.push(at);
    })(event, context());
    expect(seen).toEqual([expected]);
  });

  test('a step reads and answers in wire names', async () => {
    const { entries, log } = setUp();
    const step = entries.machineEntry(manifest, () => ({
      payload: z.object({ experimentId: z.string(), epoch: z.int() }),
      answer: z.object({ nextState: z.string() }),
      ids: ({ experimentId, epoch }) => ({ experiment: experimentId, epoch }),
      work: async ({ epoch }) => ({ nextState: `after ${epoch}` }),
    }));
    expect(await step({ experiment_id: 'exp-1', epoch: 3 }, context())).toEqual({ next_state: 'after 3' });
    expect(log.lines.at(-1)?.ids).toMatchObject({ experiment: 'exp-1', epoch: 3 });
    await expect(step({ experiment_id: 'exp-1' }, context())).rejects.toThrow();
  });
});

describe('the real log', () => {
  test('is one JSON line with the ids, whatever is written into it', () => {
    const written: string[] = [];
    const log = powertoolsLog('measure-slots').with({ trace: 't-1' });
    vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      written.push(String(chunk));
      return true;
    });
    log.remember({ tenant: 'acme', experiment: 'exp-1', epoch: 2 });
    log.info('slot.measured', { text: 'two\nlines\u001b[31m', huge: 'x'.repeat(1_000_000) });
    log.failure('slot.failed', new Error('outer', { cause: new Error('inner') }));
    vi.restoreAllMocks();
    const lines = written.join('').trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]?.length).toBeLessThan(4000);
    const [first, second] = lines.map((line): Record<string, unknown> => JSON.parse(line));
    expect(first).toMatchObject({
      service: 'measure-slots',
      message: 'slot.measured',
      trace: 't-1',
      tenant: 'acme',
      experiment: 'exp-1',
      epoch: 2,
    });
    expect(second).toMatchObject({ failure: { message: 'outer', cause: { message: 'inner' } } });
  });
});
