import type { Cluster } from '../../clusters/domain/cluster.ts';
import { type Instant, secondsAfter } from '../../kernel/instant.ts';
import { accept, type Outcome } from '../../kernel/outcome.ts';
import type { ProcessList } from '../../pipelines/domain/process-list.ts';
import type { Series } from '../domain/answers.ts';
import { listOf, type ProcessListRefusal } from '../domain/node-processes.ts';
import { NODE_QUERIES, nodeQuery, type QueryScope } from '../domain/queries.ts';
import type { MetricsFailure, MetricsSources } from './ports.ts';

/** Which node, and the end of the slot until which its baseline sent. */
export interface NodeMoment {
  readonly scope: QueryScope;
  readonly node: string;
  readonly at: Instant;
}

/**
 * The processes of a node as the baseline of an experiment sent them, at the end of a slot and at its beginning: two
 * readings, so that rates are known. Asked of the measurement store, because samples hold totals and no processes.
 */
export const makeListProcesses =
  ({ sources }: { readonly sources: MetricsSources }) =>
  async (
    cluster: Cluster,
    { scope, node, at }: NodeMoment,
  ): Promise<Outcome<ProcessList, MetricsFailure | ProcessListRefusal>> => {
    const opened = await sources.open(cluster);
    if (!opened.accepted) return opened;
    const from = secondsAfter(at, -scope.slotSeconds);
    const answers: Record<string, readonly Series[]> = {};
    // one after the other: a store answers two megabytes a question, and is asked for no more than that at once
    for (const name of NODE_QUERIES) {
      const promql = nodeQuery(scope, name, node);
      const answer = await opened.value.range({ promql, from, to: at, stepSeconds: scope.slotSeconds });
      if (!answer.accepted) return answer;
      answers[name] = answer.value.series;
    }
    const listed = listOf(answers, { node, from, at });
    return listed.accepted ? accept(listed.value) : listed;
  };
