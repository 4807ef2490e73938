import type { Epoch, ExperimentId } from '../../kernel/identity.ts';
import { secondsAfter } from '../../kernel/instant.ts';
import type { Outcome } from '../../kernel/outcome.ts';
import type { Answer } from '../domain/answers.ts';
import type { Answers } from '../domain/assemble.ts';
import { metricQueries, PROCESSES_QUERY, processesQuery } from '../domain/queries.ts';
import { type SlotGrid, slotEnd } from '../domain/slots.ts';
import type { MetricsFailure, MetricsSource, QueryResult } from './ports.ts';

/** What is measured, apart from when. */
export interface Subject {
  readonly experimentId: ExperimentId;
  readonly epoch: Epoch;
  readonly grid: SlotGrid;
  readonly collectionIntervalSeconds: number;
  readonly criticalProcesses: readonly string[];
}

/** A cluster's store, and the nodes whose collectors write to it. */
export interface NodesOfStore {
  readonly source: MetricsSource;
  readonly nodes: readonly string[];
}

/** Everything that one store said about some slots. */
export interface AskedStore {
  readonly nodes: readonly string[];
  readonly answers: Answers;
  /** the first failure among its answers */
  readonly failure: MetricsFailure | null;
  readonly hashes: Readonly<Record<string, string>>;
  readonly warnings: readonly string[];
}

/** Asks one store everything about these slots, which follow each other. */
export const askStore = async (
  subject: Subject,
  { source, nodes }: NodesOfStore,
  slots: readonly number[],
): Promise<AskedStore> => {
  const { grid, criticalProcesses } = subject;
  const scope = { ...subject, slotSeconds: grid.slotSeconds };
  const [first = 0, last = first] = [slots[0], slots.at(-1)];
  const range = {
    // from one slot earlier: whether a collector ran all the slot shows at its beginning
    from: secondsAfter(slotEnd(grid, first), -grid.slotSeconds),
    to: slotEnd(grid, last),
    stepSeconds: grid.slotSeconds,
  };
  const questions = [
    ...Object.entries(metricQueries(scope)).map(([name, promql]) => ({ name, promql })),
    ...chunksOfNodes(nodes, criticalProcesses, slots.length).map((chunk) => ({
      name: PROCESSES_QUERY,
      promql: processesQuery(scope, criticalProcesses, chunk),
    })),
  ];
  const asked = await Promise.all(
    questions.map(async ({ name, promql }) => ({ name, outcome: await source.range({ promql, ...range }) })),
  );
  const outcomesByName = Map.groupBy(asked, ({ name }) => name);
  return {
    nodes,
    answers: Object.fromEntries(
      [...outcomesByName].map(([name, parts]) => [name, toAnswer(parts.map(({ outcome }) => outcome))]),
    ),
    failure: asked.flatMap(({ outcome }) => (outcome.accepted ? [] : [outcome.refusal]))[0] ?? null,
    hashes: Object.fromEntries(
      [...outcomesByName].flatMap(([name, parts]) =>
        parts.flatMap(({ outcome }, part) =>
          outcome.accepted ? [[part === 0 ? name : `${name}[${part + 1}]`, outcome.value.sha256]] : [],
        ),
      ),
    ),
    warnings: [...new Set(asked.flatMap(({ outcome }) => (outcome.accepted ? outcome.value.warnings : [])))],
  };
};

/** Processes are the only answer with more than a line per node: it is asked in parts where it would pass 2 MB. */
const chunksOfNodes = (
  nodes: readonly string[],
  names: readonly string[],
  slotCount: number,
): readonly (readonly string[])[] => {
  if (names.length === 0) return [];
  const bytesPerNode = 2 * names.length * (LABEL_BYTES + VALUE_BYTES * slotCount);
  const size = Math.max(1, Math.floor(1_000_000 / bytesPerNode));
  return Array.from({ length: Math.ceil(nodes.length / size) }, (_, part) =>
    nodes.slice(part * size, (part + 1) * size),
  );
};

const LABEL_BYTES = 250;
const VALUE_BYTES = 30;

const toAnswer = (parts: readonly Outcome<QueryResult, MetricsFailure>[]): Answer => {
  const refusal = parts.flatMap((part) => (part.accepted ? [] : [part.refusal]))[0];
  if (refusal !== undefined) {
    return { missing: refusal.code === 'metrics-query-refused' ? 'query_refused' : 'source_unreachable' };
  }
  return { series: parts.flatMap((part) => (part.accepted ? part.value.series : [])) };
};
