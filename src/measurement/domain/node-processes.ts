import { epochMsOf, type Instant, secondsBetween } from '../../kernel/instant.ts';
import { accept, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import type { ListedProcess, ProcessList } from '../../pipelines/domain/process-list.ts';
import type { Series } from './answers.ts';
import { type NodeMetric, PROCESS_LABEL } from './queries.ts';

export type ProcessListRefusal = Refusal<'processes-not-listed'>;

/** More would not fit into the item in which the answer waits. */
const MOST_PROCESSES = 1000;

/** Series of a node at two instants as a list of its processes; refuses where they are not told apart, or are gone. */
export const listOf = (
  answers: Readonly<Partial<Record<NodeMetric, readonly Series[]>>>,
  { node, from, at }: { readonly node: string; readonly from: Instant; readonly at: Instant },
): Outcome<ProcessList, ProcessListRefusal> => {
  const series = (metric: NodeMetric): readonly Series[] => answers[metric] ?? [];
  const instants = [from, at].map((instant) => epochMsOf(instant));
  const valuesOf = ({ points }: Series): readonly (number | null)[] =>
    instants.map((ms) => points.find(([seconds]) => Math.round(seconds * 1000) === ms)?.[1] ?? null);
  const resident = series('process_memory_usage_bytes');
  const told = resident.filter(({ labels }) => /^\d+$/.test(labels[PID] ?? ''));
  if (told.length === 0) return refuse('processes-not-listed', whyNone(resident, node), { node });
  if (told.length > MOST_PROCESSES) {
    return refuse(
      'processes-not-listed',
      `${node} has ${told.length} processes, an answer holds ${MOST_PROCESSES}; record the host instead: phoenix pipeline record`,
      { node, processes: told.length },
    );
  }
  const sizes = (metric: NodeMetric, label?: string) => {
    const byPid = new Map<string, (number | null)[]>();
    for (const each of series(metric)) {
      const states = LABELLED[metric];
      // summed at the source: everything stands in the first place
      const said = states === undefined ? undefined : (each.labels[states.label] ?? states.first);
      if (said !== label) continue;
      byPid.set(each.labels[PID] ?? '', [...valuesOf(each)]);
    }
    return (pid: string): (number | null)[] => byPid.get(pid) ?? instants.map(() => null);
  };
  const columns = {
    user: sizes('process_cpu_time_seconds_total', 'user'),
    system: sizes('process_cpu_time_seconds_total', 'system'),
    wait: sizes('process_cpu_time_seconds_total', 'wait'),
    resident: sizes('process_memory_usage_bytes'),
    virtual: sizes('process_memory_virtual_bytes'),
    read: sizes('process_disk_io_bytes_total', 'read'),
    written: sizes('process_disk_io_bytes_total', 'write'),
    threads: sizes('process_threads'),
    files: sizes('process_open_file_descriptors'),
  };
  const processes = told.map(({ labels }): ListedProcess => {
    const pid = labels[PID] ?? '';
    const column = Object.fromEntries(Object.entries(columns).map(([name, of]) => [name, of(pid)]));
    return {
      pid: Number(pid),
      parentPid: Number(labels['process_parent_pid'] ?? 0),
      name: labels[PROCESS_LABEL] ?? '',
      path: labels['process_executable_path'] ?? '',
      command: labels['process_command'] ?? '',
      owner: labels['process_owner'] ?? null,
      ...(column as Pick<ListedProcess, keyof typeof columns>),
    };
  });
  return accept({
    kind: 'phoenix-process-list',
    version: 1,
    node,
    at: from,
    momentSeconds: [0, secondsBetween(from, at)],
    processors: Math.max(1, Math.round(newest(series('system_cpu_logical_count')[0]) ?? 1)),
    memoryBytes: Object.fromEntries(
      series('system_memory_usage_bytes').flatMap((each) => {
        const value = newest(each);
        return value === null ? [] : [[each.labels['state'] ?? '', value]];
      }),
    ),
    disks: [...new Set(series('system_disk_io_bytes_total').flatMap(({ labels }) => labels['device'] ?? []))].sort(),
    processes: processes.toSorted((one, other) => one.pid - other.pid),
  });
};

const PID = 'process_pid';

/** Metrics with one series a state: what it is called, and where a sum over all of them is put. */
const LABELLED: Readonly<Partial<Record<NodeMetric, { readonly label: string; readonly first: string }>>> = {
  process_cpu_time_seconds_total: { label: 'state', first: 'user' },
  process_disk_io_bytes_total: { label: 'direction', first: 'read' },
};

const newest = (series: Series | undefined): number | null => series?.points.at(-1)?.[1] ?? null;

const whyNone = (resident: readonly Series[], node: string): string =>
  resident.length === 0
    ? `the measurement store has nothing more of the baseline on ${node}: it keeps data for a while only; record the host instead`
    : `the baseline does not tell the processes of ${node} apart; take an experiment whose baseline shows each, or record the host`;
