import * as z from 'zod';
import { epochMsOf } from '../../kernel/instant.ts';
import { accept, type Outcome, refuse } from '../../kernel/outcome.ts';
import type { Pauses } from '../../kernel/ports.ts';
import { sha256 } from '../../kernel/system-sha256.ts';
import { LeadsInside } from '../../platform/http/address-guard.ts';
import type { MetricsFailure, MetricsSource, QueryResult } from '../application/ports.ts';
import { ANSWER_BYTES, type PrometheusTransport, QUERY_SECONDS, type TransportAnswer } from './prometheus-transport.ts';

/** A Prometheus (or what speaks like it) as our source; its failures become ours: whose fault, and what would help. */
export const prometheusSource = (transport: PrometheusTransport, pauses: Pauses): MetricsSource => ({
  name: transport.name,
  range: async ({ promql, from, to, stepSeconds }) => {
    const form = new URLSearchParams({
      query: promql,
      start: seconds(epochMsOf(from)),
      end: seconds(epochMsOf(to)),
      step: String(stepSeconds),
      timeout: `${QUERY_SECONDS}s`,
    }).toString();
    for (let tries = 1; ; tries++) {
      const attempt = await ask(transport, form, promql);
      if (attempt.again === undefined || tries >= TRIES) return attempt.outcome;
      await pauses.upTo(LONGEST_PAUSE_MS * tries);
    }
  },
});

const TRIES = 3;
const LONGEST_PAUSE_MS = 500;

/** `again`: the same question may be answered next time. */
interface Attempt {
  readonly outcome: Outcome<QueryResult, MetricsFailure>;
  readonly again?: true;
}

const ask = async (transport: PrometheusTransport, form: string, promql: string): Promise<Attempt> => {
  const { name } = transport;
  const failed: Failed = (code, what) => refuse(code, `${name} ${what}`, { source: name });
  try {
    const answer = await transport.post('/api/v1/query_range', form);
    return readAnswer(answer, promql, failed);
  } catch (error) {
    const cause = rootOf(error);
    if (cause instanceof LeadsInside) {
      return {
        outcome: refuse('address-not-allowed', `${cause.message}; the stage may list it in allowedMetricSources`, {
          source: name,
        }),
      };
    }
    const what = isTimeout(error) ? `did not answer within ${QUERY_SECONDS} s` : `does not answer (${cause.message})`;
    return { outcome: failed('metrics-source-unreachable', what), again: true };
  }
};

type Failed = (code: MetricsFailure['code'], what: string) => Outcome<never, MetricsFailure>;

const readAnswer = ({ status, body }: TransportAnswer, promql: string, failed: Failed): Attempt => {
  const refused = (why: string, tooMuch: boolean): Attempt => ({
    outcome: refuse('metrics-query-refused', why, tooMuch ? { promql, tooMuch } : { promql }),
  });
  if (body === null) {
    return refused(`the answer is larger than ${ANSWER_BYTES / 1024 / 1024} MB; ask for less at once`, true);
  }
  if (status === 401 || status === 403) {
    return { outcome: failed('metrics-source-unauthorized', `does not let us in (status ${status})`) };
  }
  if (status === 429 || status >= 500) {
    const what = `is not able to answer now (status ${status}${complaintOf(body)})`;
    return { outcome: failed('metrics-source-unreachable', what), again: true };
  }
  if (status === 400 || status === 422) {
    const complaint = complaintOf(body);
    return refused(`the query was refused${complaint}`, TOO_MUCH.test(complaint));
  }
  const parsed = status === 200 ? RangeAnswer.safeParse(parseJson(body)) : undefined;
  if (parsed?.success !== true) {
    return { outcome: failed('metrics-source-not-prometheus', `does not speak like a Prometheus (status ${status})`) };
  }
  return { outcome: accept(toResult(parsed.data)) };
};

/** How Prometheus, Mimir and VictoriaMetrics say that less at once would be answered. */
const TOO_MUCH = /too many samples|exceeded the maximum|cannot select more than/;

const RangeAnswer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) }),
    ),
  }),
  warnings: z.array(z.string()).default([]),
});

const Complaint = z.object({ errorType: z.string().optional(), error: z.string() });

const complaintOf = (body: string): string => {
  const complaint = Complaint.safeParse(parseJson(body));
  return complaint.success ? `: ${complaint.data.error.slice(0, 300)}` : '';
};

const toResult = ({ data, warnings }: z.infer<typeof RangeAnswer>): QueryResult => ({
  // "NaN", "+Inf" and "-Inf" all become NaN: whoever reads it says that it is not finite
  series: data.result.map(({ metric, values }) => ({
    labels: metric,
    points: values.map(([at, value]) => [at, Number(value)] as const),
  })),
  warnings,
  sha256: sha256(canonical(data.result)),
});

/** The values as the store wrote them, in an order that does not depend on its mood. */
const canonical = (result: z.infer<typeof RangeAnswer>['data']['result']): string =>
  JSON.stringify(
    result
      .map(({ metric, values }) => [JSON.stringify(Object.entries(metric).sort(byName)), values] as const)
      .sort(byName),
  );

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : one > other ? 1 : 0;

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

const isTimeout = (error: unknown): boolean => error instanceof Error && error.name === 'TimeoutError';

/** `fetch failed` hides the reason in its cause. */
const rootOf = (error: unknown): Error => {
  if (!(error instanceof Error)) return new Error(String(error));
  return error.cause instanceof Error ? rootOf(error.cause) : error;
};
