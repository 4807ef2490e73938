import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../../src/clusters/domain/cluster.ts';
import type { Epoch, ExperimentId } from '../../../src/kernel/identity.ts';
import { epochMsOf, secondsAfter } from '../../../src/kernel/instant.ts';
import { accept, refuse } from '../../../src/kernel/outcome.ts';
import { makeListProcesses } from '../../../src/measurement/application/list-processes.ts';
import type { Series } from '../../../src/measurement/domain/answers.ts';
import { NODE_QUERIES, type NodeMetric, nodeQuery } from '../../../src/measurement/domain/queries.ts';
import { preview } from '../../../src/pipelines/domain/preview/preview.ts';
import { disksOf, memoryOf, statesOf } from '../../../src/pipelines/domain/preview/recorded-host.ts';
import { ProcessList, recordingOf } from '../../../src/pipelines/domain/process-list.ts';
import { processesOf, type RecordedProcess } from '../../../src/pipelines/domain/recorded-processes.ts';
import { Recording } from '../../../src/pipelines/domain/recording.ts';
import { HOSTS } from '../../support/hosts/hosts.ts';
import { recordingOf as recorded } from '../../support/hosts/simulated-host.ts';
import { measuredParameters } from '../../support/measured-templates.ts';
import { renderedOf } from '../../support/template-grid.ts';

const SCOPE = {
  experimentId: 'exp-0123456789ab' as ExperimentId,
  epoch: 1 as Epoch,
  slotSeconds: 4,
  collectionIntervalSeconds: 1,
};

/** What the store has of a host whose baseline shows everything: each process in its own series, at both ends of a slot. */
const storeOf = (recording: Recording): Readonly<Record<NodeMetric, readonly Series[]>> => {
  const states = statesOf(recording);
  const perProcess = (
    size: (process: RecordedProcess) => number | null,
    more: Readonly<Record<string, string>> = {},
  ): readonly Series[] => {
    const byPid = new Map<number, Series & { points: (readonly [number, number])[] }>();
    for (const { timeMs, processes } of states)
      for (const process of processes) {
        const value = size(process);
        if (value === null) continue;
        const series = byPid.get(process.pid) ?? { labels: { ...labelsOf(process), ...more }, points: [] };
        series.points.push([timeMs / 1000, value]);
        byPid.set(process.pid, series);
      }
    return [...byPid.values()];
  };
  const ofNode = (labels: Readonly<Record<string, string>>, value: number): Series => ({
    labels,
    points: states.map(({ timeMs }) => [timeMs / 1000, value] as const),
  });
  const [state] = states;
  if (state === undefined) throw new Error('it has no moment');
  return {
    process_memory_usage_bytes: perProcess(({ residentBytes }) => residentBytes),
    process_memory_virtual_bytes: perProcess(({ virtualBytes }) => virtualBytes),
    process_cpu_time_seconds_total: (['user', 'system', 'wait'] as const).flatMap((name) =>
      perProcess(({ cpuSeconds }) => cpuSeconds[name], { state: name }),
    ),
    process_disk_io_bytes_total: [
      ...perProcess(({ disk }) => disk?.readBytes ?? null, { direction: 'read' }),
      ...perProcess(({ disk }) => disk?.writtenBytes ?? null, { direction: 'write' }),
    ],
    process_threads: perProcess(({ threads }) => threads),
    process_open_file_descriptors: perProcess(({ openFiles }) => openFiles),
    system_cpu_logical_count: [ofNode({}, state.logicalCores)],
    system_memory_usage_bytes: Object.entries(memoryOf(state).byState).map(([name, bytes]) =>
      ofNode({ state: name }, bytes),
    ),
    system_disk_io_bytes_total: disksOf(state).flatMap(({ device }) =>
      ['read', 'write'].map((direction) => ofNode({ device, direction }, 0)),
    ),
  };
};

const labelsOf = ({ pid, parentPid, name, path, command, owner }: RecordedProcess): Record<string, string> => ({
  process_pid: String(pid),
  process_parent_pid: String(parentPid),
  process_executable_name: name,
  ...(path === '' ? {} : { process_executable_path: path }),
  ...(command === '' ? {} : { process_command: command }),
  ...(owner === null ? {} : { process_owner: owner }),
});

const listed = async (recording: Recording, store = storeOf(recording)) => {
  const asked: string[] = [];
  const byQuery = new Map(NODE_QUERIES.map((name) => [nodeQuery(SCOPE, name, 'node-1'), name] as const));
  const list = makeListProcesses({
    sources: {
      open: async () =>
        accept({
          name: 'a store',
          range: async ({ promql }) => {
            asked.push(promql);
            const name = byQuery.get(promql);
            return name === undefined
              ? refuse('metrics-query-refused', 'this store knows no such query')
              : accept({ series: store[name], warnings: [], sha256: '' });
          },
        }),
    },
  });
  const at = secondsAfter(recording.recordedAt, 4);
  return { asked, outcome: await list({} as Cluster, { scope: SCOPE, node: 'node-1', at }) };
};

const required = async (recording: Recording): Promise<ProcessList> => {
  const { outcome } = await listed(recording);
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};

describe.each(HOSTS.map((host) => [host.name, host] as const))('what was sent of the host "%s"', (_, host) => {
  const recording = recorded(host, [0, 4]);

  test('gives its processes back, each with what it did between two readings', async () => {
    const list = ProcessList.parse(await required(recording));
    const back = Recording.parse(recordingOf(list));
    for (const [index, moment] of recording.moments.entries()) {
      const wanted = processesOf(recording, moment);
      const found = processesOf(back, back.moments[index] ?? moment);
      const same = ({ ageSeconds: _age, cpuSeconds, ...process }: RecordedProcess) => ({
        ...process,
        cpu: Object.values(cpuSeconds).map((seconds) => seconds.toFixed(2)),
      });
      expect(found.map(same)).toEqual(wanted.map(same));
    }
  });

  test('predicts the series and points that a recording of the host predicts', async () => {
    const back = recordingOf(await required(recording));
    const frame = { collectionIntervalSeconds: 1, criticalProcesses: ['nginx'] };
    const baseline = renderedOf('baseline', {}, frame).yaml;
    const parameters = measuredParameters(0.5);
    for (const template of ['hybrid', 'top-k', 'pruned-attributes']) {
      const candidate = renderedOf(template, parameters[template] ?? {}, frame).yaml;
      const figures = (from: Recording) => {
        const found = preview({
          recording: from,
          baseline,
          candidate,
          criticalProcesses: ['nginx'],
          hosts: 1,
          terms: {},
          priceBook: 'signoz',
        });
        if (!found.accepted) throw new Error(found.refusal.message);
        return (['baseline', 'candidate'] as const).map((variant) => {
          const { figures: told } = found.value[variant];
          return told === null ? null : { series: told.series, points: told.pointsPerMinute, critical: told.critical };
        });
      };
      expect(figures(back), template).toEqual(figures(recording));
    }
  });
});

describe('nothing is made up', () => {
  const recording = recorded(HOSTS[0] as (typeof HOSTS)[number], [0, 4]);
  const store = storeOf(recording);

  test('a process that ended between the readings is in the first only', async () => {
    const [gone, ...others] = store.process_memory_usage_bytes;
    if (gone === undefined) throw new Error('the host has no process');
    const ended = { ...gone, points: gone.points.slice(0, 1) };
    const { outcome } = await listed(recording, { ...store, process_memory_usage_bytes: [ended, ...others] });
    if (!outcome.accepted) throw new Error(outcome.refusal.message);
    const [first, second] = recordingOf(outcome.value).moments;
    const file = `proc/${gone.labels['process_pid']}/stat`;
    expect([first?.files[file] !== undefined, second?.files[file] !== undefined]).toEqual([true, false]);
  });

  test.each([
    ['a store that keeps it no more', [], 'has nothing more of the baseline on node-1'],
    [
      'a baseline of groups',
      store.process_memory_usage_bytes.map(({ labels: { process_pid: _, ...labels }, points }) => ({ labels, points })),
      'does not tell the processes of node-1 apart',
    ],
    [
      'more than an answer holds',
      Array.from({ length: 1001 }, (_, index) => ({
        labels: { process_pid: String(index + 1) },
        points: [[epochMsOf(recording.recordedAt) / 1000, 1] as const],
      })),
      'an answer holds 1000',
    ],
  ])('%s is refused with the way out', async (_, series, sentence) => {
    const { outcome } = await listed(recording, { ...store, process_memory_usage_bytes: series });
    expect(outcome).toMatchObject({ accepted: false, refusal: { code: 'processes-not-listed' } });
    if (outcome.accepted) return;
    expect(outcome.refusal.message).toContain(sentence);
  });

  test('the baseline of this node alone is asked for, at both ends of the slot', async () => {
    const { asked } = await listed(recording);
    expect(asked).toHaveLength(NODE_QUERIES.length);
    expect(asked[0]).toBe(
      'last_over_time(process_memory_usage_bytes{phx_variant=~"baseline",k8s_node_name=~"node-1",phx_experiment="exp-0123456789ab",phx_epoch="e1"}[2s])',
    );
  });
});
