import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Variant } from '../../src/measurement/domain/sample.ts';
import type { PushedSeries } from './remote-write.ts';

// A host that is known at every second, and two collectors that read it at moments of their own.

type Labels = Readonly<Record<string, string>>;

interface HostSeries {
  readonly name: string;
  readonly labels: Labels;
  /** by second; null while there is no such process */
  readonly values: readonly (number | null)[];
}

const EXECUTABLES = ['nginx', 'postgres', 'redis', 'java', 'python3', 'node', 'sshd', 'dockerd', 'kubelet', 'cron'];
const MB = 1024 * 1024;

/** Chance of a seed: the same host each time. */
const chanceOf = (seed: number) => {
  const generator = xoroshiro128plus(seed);
  return (): number => (generator.next() >>> 0) / 2 ** 32;
};

/** A host with steady, bursty and idle processes, some that come and go, and the system around them. */
export const simulateHost = (seed: number, seconds: number): readonly HostSeries[] => {
  const chance = chanceOf(seed);
  const everySecond = <T>(next: (second: number) => T): T[] =>
    Array.from({ length: seconds }, (_, second) => next(second));
  const counter = (rate: (second: number) => number, quantum = 0): number[] => {
    let sum = 1000 * chance();
    return everySecond((second) => {
      sum += Math.max(0, rate(second));
      return quantum === 0 ? sum : Math.floor(sum / quantum) * quantum;
    });
  };
  /** wanders around a level and is pulled back */
  const wandering = (level: number, step: number): number[] => {
    let value = level;
    return everySecond(() => {
      value += 0.02 * (level - value) + step * level * (chance() - 0.5);
      return Math.max(0, value);
    });
  };
  const series = (name: string, labels: Labels, values: readonly (number | null)[]): HostSeries => ({
    name,
    labels,
    values,
  });
  const processes = EXECUTABLES.flatMap((executable, index) => {
    const labels = {
      process_executable_name: executable,
      process_pid: String(100 + index),
      process_owner: index % 2 === 0 ? 'root' : 'app',
    };
    const phase = Math.floor(chance() * 60);
    const burst = index % 3 === 1;
    const cpu = (share: number) => (second: number) =>
      burst ? ((second + phase) % 60 < 3 ? 10 * share * chance() : 0.001 * chance()) : share * (0.5 + chance());
    return [
      series('process_cpu_time_seconds_total', { ...labels, state: 'user' }, counter(cpu(0.02 * (index + 1)), 0.01)),
      series('process_cpu_time_seconds_total', { ...labels, state: 'system' }, counter(cpu(0.005 * (index + 1)), 0.01)),
      series('process_memory_usage_bytes', labels, wandering((index + 1) * 40 * MB, 0.02)),
      series(
        'process_memory_virtual_bytes',
        labels,
        everySecond(() => (index + 1) * 400 * MB),
      ),
      series('process_threads', labels, wandering(4 + 3 * index, 0.2).map(Math.round)),
      series('process_open_file_descriptors', labels, wandering(20 + 10 * index, 0.3).map(Math.round)),
      series(
        'process_disk_io_bytes_total',
        { ...labels, direction: 'read' },
        counter(() => (chance() < 0.05 ? 1e6 * chance() : 0)),
      ),
      series(
        'process_disk_io_bytes_total',
        { ...labels, direction: 'write' },
        counter(() => 5000 * index * chance()),
      ),
    ];
  });
  // jobs that live for seconds, so that one reader or none sees them
  const jobs = Array.from({ length: Math.floor(seconds / 60) }, (_, turn) => {
    const [from, lives] = [turn * 60 + Math.floor(chance() * 50), 2 + Math.floor(chance() * 45)];
    const labels = { process_executable_name: 'job', process_pid: String(5000 + turn), process_owner: 'app' };
    const during = (value: (second: number) => number) =>
      everySecond((second) => (second >= from && second < from + lives ? value(second - from) : null));
    return [
      series(
        'process_memory_usage_bytes',
        labels,
        during(() => 30 * MB * (0.5 + chance())),
      ),
      series(
        'process_cpu_time_seconds_total',
        { ...labels, state: 'user' },
        during((age) => 0.3 * age),
      ),
      series(
        'process_threads',
        labels,
        during(() => 2),
      ),
    ];
  }).flat();
  const devices = ['sda', 'sdb'].flatMap((device, index) =>
    ['read', 'write'].flatMap((direction) => [
      series(
        'system_disk_io_bytes_total',
        { device, direction },
        counter(() => 1e5 * (index + 1) * chance()),
      ),
      series(
        'system_disk_operations_total',
        { device, direction },
        counter(() => 20 * chance()),
      ),
    ]),
  );
  const interfaces = ['eth0', 'lo'].flatMap((device) =>
    ['receive', 'transmit'].flatMap((direction) => [
      series(
        'system_network_io_bytes_total',
        { device, direction },
        counter((second) => 2e5 * (1 + Math.sin(second / 300)) * chance()),
      ),
      series(
        'system_network_errors_total',
        { device, direction },
        counter(() => (chance() < 0.002 ? 1 : 0)),
      ),
    ]),
  );
  const used = wandering(6000 * MB, 0.005);
  return [
    ...processes,
    ...jobs,
    ...devices,
    ...interfaces,
    ...['0', '1'].flatMap((cpu) =>
      ['user', 'system', 'idle', 'wait'].map((state, index) =>
        series(
          'system_cpu_time_seconds_total',
          { cpu, state },
          counter(() => ([0.3, 0.1, 0.55, 0.05][index] ?? 0) * (0.6 + 0.8 * chance()), 0.01),
        ),
      ),
    ),
    series('system_memory_usage_bytes', { state: 'used' }, used),
    series(
      'system_memory_usage_bytes',
      { state: 'free' },
      used.map((value) => 16_000 * MB - value),
    ),
    ...['1m', '5m', '15m'].map((window, index) =>
      series(`system_cpu_load_average_${window}`, {}, wandering(1.2, 0.1 / (index + 1))),
    ),
    ...['/', '/data'].map((mountpoint) =>
      series(
        'system_filesystem_usage_bytes',
        { mountpoint, state: 'used' },
        counter(() => 20_000 * chance()).map((value) => 5e10 + value),
      ),
    ),
    ...['/', '/data'].map((mountpoint) =>
      series(
        'system_filesystem_usage_bytes',
        { mountpoint, state: 'free' },
        everySecond(() => 2e10),
      ),
    ),
    ...['running', 'sleeping'].map((status) =>
      series('system_processes_count', { status }, wandering(status === 'running' ? 3 : 180, 0.1).map(Math.round)),
    ),
    series(
      'system_paging_operations_total',
      { direction: 'page_in' },
      counter(() => (chance() < 0.01 ? 50 * chance() : 0)),
    ),
  ];
};

export type Distortion = (series: HostSeries, second: number) => HostSeries | null;

/** What one collector writes: what it saw every `everySeconds`, from a moment of its own on, a little late each time. */
export const readHost = (
  host: readonly HostSeries[],
  reader: {
    readonly stamps: Labels;
    readonly variant: Variant;
    readonly seed: number;
    readonly fromMs: number;
    readonly everySeconds: number;
    /** what a candidate makes of a series; null: it drops it */
    readonly distort?: (series: HostSeries) => HostSeries | null;
  },
): readonly PushedSeries[] => {
  const chance = chanceOf(reader.seed);
  const phaseMs = Math.floor(chance() * reader.everySeconds * 1000);
  const seconds = host[0]?.values.length ?? 0;
  const moments = Array.from(
    { length: Math.floor(seconds / reader.everySeconds) - 1 },
    (_, turn) => turn * reader.everySeconds * 1000 + phaseMs + Math.floor(chance() * 20),
  );
  const seen = host.flatMap((each) => reader.distort?.(each) ?? (reader.distort === undefined ? [each] : []));
  const own: readonly HostSeries[] = [
    {
      name: 'otelcol_process_uptime',
      labels: { k8s_pod_name: `pod-${reader.variant}` },
      values: Array.from({ length: seconds }, (_, second) => second),
    },
    {
      name: 'otelcol_exporter_queue_size',
      labels: { k8s_pod_name: `pod-${reader.variant}`, exporter: 'x' },
      values: Array.from({ length: seconds }, () => Math.floor(chance() * 5)),
    },
  ];
  return [...seen, ...own].flatMap(({ name, labels, values }) => {
    const samples = moments.flatMap((moment): readonly (readonly [number, number])[] => {
      const value = values[Math.floor(moment / 1000)] ?? null;
      return value === null ? [] : [[reader.fromMs + moment, value]];
    });
    return samples.length === 0
      ? []
      : [{ labels: { __name__: name, k8s_node_name: 'node-1', ...labels, ...reader.stamps }, samples }];
  });
};
