import { matchSection, pattern } from './matching.ts';
import { duration, flag, listOf, type SectionShape, type Shape, section, text, word } from './shape.ts';

/** A metric of the host: whether it is there unasked, its attributes, and what it is. */
interface HostMetric {
  readonly isDefault: boolean;
  readonly kind: 'counter' | 'sum' | 'gauge';
  readonly attributes: readonly string[];
}

const on = (kind: HostMetric['kind'], ...attributes: readonly string[]): HostMetric => ({
  isDefault: true,
  kind,
  attributes,
});
const off = (kind: HostMetric['kind'], ...attributes: readonly string[]): HostMetric => ({
  isDefault: false,
  kind,
  attributes,
});

const HUGE_PAGES = 'system.memory.linux.hugepages';
const NFS_OPERATION = on('counter', 'onc_rpc.version', 'nfs.operation.name');
const NFS_PROCEDURE = on('counter', 'onc_rpc.version', 'onc_rpc.procedure.name');

/** What each scraper of the host gives. A sum that may fall is a `sum`, one that never does a `counter`. */
export const HOST_METRICS = {
  cpu: {
    'system.cpu.frequency': off('gauge', 'cpu'),
    'system.cpu.logical.count': on('sum'),
    'system.cpu.physical.count': off('sum'),
    'system.cpu.time': on('counter', 'cpu', 'state'),
    'system.cpu.utilization': off('gauge', 'cpu', 'state'),
  },
  disk: {
    'system.disk.io': on('counter', 'device', 'direction'),
    'system.disk.io_time': on('counter', 'device'),
    'system.disk.merged': on('counter', 'device', 'direction'),
    'system.disk.operation_time': on('counter', 'device', 'direction'),
    'system.disk.operations': on('counter', 'device', 'direction'),
    'system.disk.pending_operations': on('sum', 'device'),
    'system.disk.weighted_io_time': on('counter', 'device'),
  },
  filesystem: {
    'system.filesystem.inodes.usage': on('sum', 'device', 'mode', 'mountpoint', 'type', 'state'),
    'system.filesystem.usage': on('sum', 'device', 'mode', 'mountpoint', 'type', 'state'),
    'system.filesystem.utilization': off('gauge', 'device', 'mode', 'mountpoint', 'type'),
  },
  load: {
    'system.cpu.load_average.15m': on('gauge'),
    'system.cpu.load_average.1m': on('gauge'),
    'system.cpu.load_average.5m': on('gauge'),
  },
  memory: {
    'system.linux.memory.available': off('sum'),
    'system.linux.memory.dirty': off('sum'),
    'system.memory.limit': off('sum'),
    [`${HUGE_PAGES}.limit`]: off('sum'),
    [`${HUGE_PAGES}.page_size`]: off('sum'),
    [`${HUGE_PAGES}.reserved`]: off('sum'),
    [`${HUGE_PAGES}.surplus`]: off('sum'),
    [`${HUGE_PAGES}.usage`]: off('sum', `${HUGE_PAGES}.state`),
    [`${HUGE_PAGES}.utilization`]: off('gauge', `${HUGE_PAGES}.state`),
    'system.memory.linux.shared': off('sum'),
    'system.memory.page_size': off('gauge'),
    'system.memory.usage': on('sum', 'state'),
    'system.memory.utilization': off('gauge', 'state'),
  },
  network: {
    'system.network.connections': on('sum', 'protocol', 'state'),
    'system.network.conntrack.count': off('sum'),
    'system.network.conntrack.max': off('sum'),
    'system.network.dropped': on('counter', 'device', 'direction'),
    'system.network.errors': on('counter', 'device', 'direction'),
    'system.network.io': on('counter', 'device', 'direction'),
    'system.network.packets': on('counter', 'device', 'direction'),
  },
  nfs: {
    'nfs.client.net.count': on('counter', 'network.transport'),
    'nfs.client.net.tcp.connection.accepted': on('counter'),
    'nfs.client.operation.count': NFS_OPERATION,
    'nfs.client.procedure.count': NFS_PROCEDURE,
    'nfs.client.rpc.authrefresh.count': on('counter'),
    'nfs.client.rpc.count': on('counter'),
    'nfs.client.rpc.retransmit.count': on('counter'),
    'nfs.server.fh.stale.count': on('counter'),
    'nfs.server.io': on('counter', 'network.io.direction'),
    'nfs.server.net.count': on('counter', 'network.transport'),
    'nfs.server.net.tcp.connection.accepted': on('counter'),
    'nfs.server.operation.count': NFS_OPERATION,
    'nfs.server.procedure.count': NFS_PROCEDURE,
    'nfs.server.repcache.requests': on('counter', 'nfs.server.repcache.status'),
    'nfs.server.rpc.count': on('counter', 'error.type'),
    'nfs.server.thread.count': on('sum'),
  },
  paging: {
    'system.paging.faults': on('counter', 'type'),
    'system.paging.operations': on('counter', 'direction', 'type'),
    'system.paging.usage': on('sum', 'device', 'state'),
    'system.paging.utilization': off('gauge', 'device', 'state'),
  },
  process: {
    'process.context_switches': off('counter', 'type'),
    'process.cpu.time': on('counter', 'state'),
    'process.cpu.utilization': off('gauge', 'state'),
    'process.disk.io': on('counter', 'direction'),
    'process.disk.operations': off('counter', 'direction'),
    'process.handles': off('sum'),
    'process.memory.usage': on('sum'),
    'process.memory.utilization': off('gauge'),
    'process.memory.virtual': on('sum'),
    'process.open_file_descriptors': off('sum'),
    'process.paging.faults': off('counter', 'type'),
    'process.signals_pending': off('sum'),
    'process.threads': off('sum'),
    'process.uptime': off('gauge'),
  },
  processes: {
    'system.processes.count': on('sum', 'status'),
    'system.processes.created': on('counter'),
  },
  system: { 'system.uptime': on('gauge') },
} as const satisfies Readonly<Record<string, Readonly<Record<string, HostMetric>>>>;

/** Attributes of the resource that each process is, and whether they are there unasked. */
export const PROCESS_ATTRIBUTES: Readonly<Record<string, boolean>> = {
  'process.cgroup': false,
  'process.command': true,
  'process.command_line': true,
  'process.executable.name': true,
  'process.executable.path': true,
  'process.owner': true,
  'process.parent_pid': true,
  'process.pid': true,
};

/** The names of all metrics that the host can give. */
export const HOST_METRIC_NAMES: readonly string[] = Object.values(HOST_METRICS).flatMap((metrics) =>
  Object.keys(metrics),
);

const metricShape = ({ isDefault, kind, attributes }: HostMetric): SectionShape =>
  section({
    enabled: flag(isDefault),
    ...(attributes.length === 0
      ? {}
      : {
          attributes: listOf(word(attributes)),
          aggregation_strategy: word(['sum', 'avg', 'min', 'max'], { default: kind === 'gauge' ? 'avg' : 'sum' }),
        }),
  });

const metricsOf = (scraper: keyof typeof HOST_METRICS): SectionShape =>
  section(
    Object.fromEntries(
      Object.entries<HostMetric>(HOST_METRICS[scraper]).map(([name, metric]) => [name, metricShape(metric)]),
    ),
    { renamed: RENAMED_METRICS },
  );

/** Names of before, which no collector of today gives. */
export const RENAMED_METRICS: Readonly<Record<string, string>> = {
  'process.memory.physical': 'process.memory.usage',
  'process.memory.physical_usage': 'process.memory.usage',
  'process.memory.virtual_usage': 'process.memory.virtual',
};

const metricFilter = section(
  { strict: text(), regexp: pattern },
  {
    rules: [
      ({ strict, regexp }) =>
        Boolean(strict) === Boolean(regexp)
          ? { message: 'a filter has either strict or regexp', fix: 'keep one of them' }
          : undefined,
    ],
  },
);

const processAttributes = section(
  Object.fromEntries(
    Object.entries(PROCESS_ATTRIBUTES).map(([name, isDefault]) => [
      name,
      section({
        enabled: flag(isDefault),
        metrics_include: listOf(metricFilter),
        metrics_exclude: listOf(metricFilter),
      }),
    ]),
  ),
);

const scraper = (name: keyof typeof HOST_METRICS, keys: Readonly<Record<string, Shape>> = {}): SectionShape =>
  section({ metrics: metricsOf(name), ...keys });

const included = (names: string) => ({ include: matchSection(names), exclude: matchSection(names) });

/** What `scrapers` of the host's receiver can hold. */
export const HOST_SCRAPERS: Readonly<Record<keyof typeof HOST_METRICS, SectionShape>> = {
  cpu: scraper('cpu'),
  disk: scraper('disk', included('devices')),
  filesystem: scraper('filesystem', {
    include_virtual_filesystems: flag(false),
    include_devices: matchSection('devices'),
    exclude_devices: matchSection('devices'),
    include_fs_types: matchSection('fs_types'),
    exclude_fs_types: matchSection('fs_types'),
    include_mount_points: matchSection('mount_points'),
    exclude_mount_points: matchSection('mount_points'),
  }),
  load: scraper('load', { cpu_average: flag(false) }),
  memory: scraper('memory'),
  network: scraper('network', included('interfaces')),
  nfs: scraper('nfs'),
  paging: scraper('paging'),
  process: scraper('process', {
    resource_attributes: processAttributes,
    ...included('names'),
    mute_process_all_errors: flag(false),
    mute_process_name_error: flag(false),
    mute_process_io_error: flag(false),
    mute_process_cgroup_error: flag(false),
    mute_process_exe_error: flag(false),
    mute_process_user_error: flag(false),
    scrape_process_delay: duration('0s'),
  }),
  processes: scraper('processes'),
  system: scraper('system'),
};
