import middy from '@middy/core';
import * as z from 'zod';
import { epochMsOf, Instant } from '../kernel/instant.ts';
import type { Clock } from '../kernel/ports.ts';
import { systemClock } from '../kernel/system.ts';
import type { EnvironmentOf, FunctionManifest } from './declare/function.ts';
import { readEnvironment } from './environment.ts';
import { fromGateway, type GatewayEvent, type HttpAnswer } from './http/message.ts';
import { answerProblem } from './http/problem-answer.ts';
import { powertoolsLog, powertoolsMeter } from './observe.ts';
import type { Router } from './router.ts';
import { type Log, type LogIds, type Meter, type Run, withinRun } from './run.ts';
import { fromWire, toWire } from './wire.ts';

/** What Lambda tells about an invocation: the parts that we read. */
export interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export type LambdaHandler<E, A> = (event: E, context: LambdaContext) => Promise<A>;

/** Wires a function once, at its first invocation: adapters from the environment, use cases from adapters. */
export type Wire<M extends FunctionManifest, W> = (environment: EnvironmentOf<M>) => W;

/** What a queue carries and what is done with each message. Keys of bodies are wire names; `z.unknown()` takes them as they are. */
export interface QueueWork<S extends z.ZodType> {
  readonly message: S;
  readonly work: (message: z.infer<S>, run: Run) => Promise<void>;
  /** for every log line about this message */
  readonly ids?: (message: z.infer<S>) => LogIds;
}

/** One step of a machine: the payload names the step; what is returned is what a Choice reads. */
export interface MachineWork<S extends z.ZodType, A extends z.ZodType> {
  readonly payload: S;
  readonly answer: A;
  readonly work: (payload: z.infer<S>, run: Run) => Promise<z.infer<A>>;
  readonly ids?: (payload: z.infer<S>) => LogIds;
}

/** What a schedule hands on. Some schedulers deliver the placeholder of the time as it is written: then now is meant. */
export type ScheduleWork = (scheduledAt: Instant, run: Run) => Promise<void>;

export type StreamWork = (records: readonly StreamRecord[], run: Run) => Promise<void>;

/** One change of a table, in DynamoDB's own attribute form. */
export interface StreamRecord {
  readonly eventID?: string;
  readonly eventName?: string;
  readonly dynamodb?: { readonly SequenceNumber?: string; readonly NewImage?: Readonly<Record<string, unknown>> };
}

export interface SqsEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

export interface SqsAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export interface EntrySystem {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logOf: (functionName: string) => Log;
  readonly meterOf: (functionName: string) => Meter;
}

/**
 * The ways into a function. Whatever happens, an invocation publishes its metrics and ends with the one line
 * `invocation.ended`; its outcome is one of succeeded, refused, partly_failed, failed, timed_out and is counted as a metric.
 */
export const makeEntries = (system: EntrySystem) => {
  /** Any event; what the work answers is the answer. */
  const entry = <M extends FunctionManifest, E, A>(
    manifest: M,
    wire: Wire<M, (event: E, run: Run) => Promise<A>>,
  ): LambdaHandler<E, A> =>
    frame(system, manifest, wire, {
      work: async (work, event: E, run) => ({ outcome: 'succeeded', answer: await work(event, run) }),
    });

  /** Requests of the HTTP API. A failure is answered as a problem, never as an exception. */
  const httpEntry = <M extends FunctionManifest>(
    manifest: M,
    wire: Wire<M, Router>,
  ): LambdaHandler<GatewayEvent, HttpAnswer> =>
    frame(system, manifest, wire, {
      work: async (router, event: GatewayEvent, run) => {
        const request = fromGateway(event);
        const asked = { ...run, requestId: request.requestId };
        const answer = await withinRun(asked, () => router(request, asked));
        run.log.remember({ status: answer.statusCode });
        return { outcome: outcomeOfStatus(answer.statusCode), answer };
      },
      onFailure: (event, traceId, outcome) =>
        answerProblem({}, HTTP_FAILURES[outcome](traceId), {
          service: manifest.name,
          traceId,
          requestId: event.requestContext.requestId,
        }),
    });

  /** Messages one by one. One that fails or cannot be read is reported alone and never costs the others. */
  const queueEntry = <M extends FunctionManifest, S extends z.ZodType>(
    manifest: M,
    wire: Wire<M, QueueWork<S>>,
  ): LambdaHandler<SqsEvent, SqsAnswer> =>
    frame(system, manifest, wire, {
      work: async (queue, event: SqsEvent, run) => {
        const failed: { itemIdentifier: string }[] = [];
        for (const record of event.Records) {
          const isDone = await workOnMessage(queue, record, run);
          if (!isDone) failed.push({ itemIdentifier: record.messageId });
        }
        run.meter.count('messages', event.Records.length);
        run.meter.count('messages_failed', failed.length);
        return {
          outcome: failed.length === 0 ? 'succeeded' : 'partly_failed',
          answer: { batchItemFailures: failed },
        };
      },
    });

  /** A batch of changes of a table. The work deals with poison itself: what it throws repeats the whole batch. */
  const streamEntry = <M extends FunctionManifest>(
    manifest: M,
    wire: Wire<M, StreamWork>,
  ): LambdaHandler<{ readonly Records: readonly StreamRecord[] }, void> =>
    frame(system, manifest, wire, {
      work: async (work, event: { readonly Records: readonly StreamRecord[] }, run) => {
        await work(event.Records, run);
        run.meter.count('records', event.Records.length);
        return { outcome: 'succeeded', answer: undefined };
      },
    });

  const scheduleEntry = <M extends FunctionManifest>(
    manifest: M,
    wire: Wire<M, ScheduleWork>,
  ): LambdaHandler<unknown, void> =>
    frame(system, manifest, wire, {
      work: async (work, event: unknown, run) => {
        const given = ScheduleEvent.safeParse(event);
        await work(given.success ? (given.data.time ?? system.clock.now()) : system.clock.now(), run);
        return { outcome: 'succeeded', answer: undefined };
      },
    });

  /** A task of a state machine: payload and answer are parsed and written in wire names. A payload that cannot be read is our own fault and throws. */
  const machineEntry = <M extends FunctionManifest, S extends z.ZodType, A extends z.ZodType>(
    manifest: M,
    wire: Wire<M, MachineWork<S, A>>,
  ): LambdaHandler<unknown, unknown> =>
    frame(system, manifest, wire, {
      work: async (task, event: unknown, run) => {
        const payload = task.payload.parse(fromWire(task.payload, event));
        if (task.ids !== undefined) run.log.remember(task.ids(payload));
        const answer = await task.work(payload, run);
        return { outcome: 'succeeded', answer: toWire(task.answer, answer) };
      },
    });

  return { entry, httpEntry, queueEntry, streamEntry, scheduleEntry, machineEntry };
};

type Outcome = 'succeeded' | 'refused' | 'partly_failed' | Failure;
type Failure = 'failed' | 'timed_out';

interface Inside<W, E, A> {
  readonly work: (wired: W, event: E, run: Run) => Promise<{ readonly outcome: Outcome; readonly answer: A }>;
  /** answers for a failure instead of throwing it */
  readonly onFailure?: (event: E, traceId: string, outcome: Failure) => A;
}

/** Kept for the last log line, the metrics and the answer. */
const TIME_TO_END_MS = 250;

const frame = <M extends FunctionManifest, W, E, A>(
  system: EntrySystem,
  manifest: M,
  wire: Wire<M, W>,
  inside: Inside<W, E, A>,
): LambdaHandler<E, A> => {
  const functionLog = system.logOf(manifest.name);
  const meter = system.meterOf(manifest.name);
  let wired: { readonly value: W } | undefined;
  return async (event, context) => {
    const traceId = traceIdOf(event, system.env, context);
    const log = functionLog.with({ trace: traceId });
    const run: Run = { traceId, log, meter, remainingMs: () => context.getRemainingTimeInMillis() };
    const startedAtMs = epochMsOf(system.clock.now());
    let outcome = 'failed' as Outcome;
    const handler = middy<E, A>({
      timeoutEarlyInMillis: TIME_TO_END_MS,
      timeoutEarlyResponse: () => {
        outcome = 'timed_out';
        throw new Error(`${manifest.name} did not end within its ${manifest.timeoutSeconds} s`);
      },
    }).handler(() =>
      withinRun(run, async () => {
        wired ??= { value: wire(readEnvironment(manifest, system.env)) };
        const ended = await inside.work(wired.value, event, run);
        outcome = ended.outcome;
        return ended.answer;
      }),
    );
    try {
      return await (handler as LambdaHandler<E, A>)(event, context);
    } catch (error) {
      log.failure('invocation.failed', error);
      const failure: Failure = outcome === 'timed_out' ? outcome : 'failed';
      if (inside.onFailure === undefined) throw error;
      return inside.onFailure(event, traceId, failure);
    } finally {
      const durationMs = epochMsOf(system.clock.now()) - startedAtMs;
      meter.count(outcome);
      meter.milliseconds('duration', durationMs);
      meter.publish();
      log.info('invocation.ended', { outcome, durationMs });
    }
  };
};

const workOnMessage = async <S extends z.ZodType>(
  queue: QueueWork<S>,
  record: SqsEvent['Records'][number],
  run: Run,
): Promise<boolean> => {
  const log = run.log.with({ messageId: record.messageId });
  try {
    const message = queue.message.parse(fromWire(queue.message, unwrapEvent(JSON.parse(record.body))));
    if (queue.ids !== undefined) log.remember(queue.ids(message));
    const messageRun = { ...run, log };
    await withinRun(messageRun, () => queue.work(message, messageRun));
    return true;
  } catch (error) {
    log.failure('message.failed', error);
    return false;
  }
};

/** What a rule of the bus put into the queue is the event's detail; everything else is the message itself. */
const unwrapEvent = (body: unknown): unknown => {
  const isBusEvent = typeof body === 'object' && body !== null && 'detail-type' in body && 'detail' in body;
  return isBusEvent ? body.detail : body;
};

const ScheduleEvent = z.object({ time: Instant.optional().catch(undefined) });

const outcomeOfStatus = (status: number): Outcome => (status < 400 ? 'succeeded' : status < 500 ? 'refused' : 'failed');

const HTTP_FAILURES = {
  failed: (traceId: string) => ({
    code: 'internal-error',
    message: `something went wrong on our side; tell us the trace ${traceId}`,
    facts: {},
  }),
  timed_out: () => ({
    code: 'service-unavailable',
    message: 'this took longer than a request may take; try again',
    facts: {},
  }),
} as const;

/** X-Ray's root id where there is one, else the id of the invocation. */
const traceIdOf = (event: unknown, env: EntrySystem['env'], context: LambdaContext): string => {
  const headers = (event as Partial<GatewayEvent> | null)?.headers;
  const given = headers?.['x-amzn-trace-id'] ?? env['_X_AMZN_TRACE_ID'] ?? '';
  return /(?:^|;)\s*Root=([\w-]{1,64})/.exec(given)?.[1] ?? context.awsRequestId;
};

export const { entry, httpEntry, queueEntry, streamEntry, scheduleEntry, machineEntry } = makeEntries({
  env: process.env,
  clock: systemClock,
  logOf: powertoolsLog,
  meterOf: powertoolsMeter,
});
