import { stringify } from 'yaml';

// Rules in the shapes that public rule sets have (of clusters, of nodes, of processes), over the names of our metrics.

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
}

const GAUGES = [
  'process_memory_usage_bytes',
  'process_memory_virtual_bytes',
  'process_threads',
  'process_open_file_descriptors',
];
const COUNTERS = ['process_cpu_time_seconds_total', 'process_disk_io_bytes_total'];
const SYSTEM_COUNTERS = [
  'system_cpu_time_seconds_total',
  'system_disk_io_bytes_total',
  'system_disk_operations_total',
  'system_network_io_bytes_total',
];
const EXECUTABLES = ['nginx', 'postgres', 'redis', 'java', 'python3', 'kubelet'];

const processRules = (): readonly Rule[] => [
  ...GAUGES.flatMap((name) => [
    { record: `exe:${name}:sum`, expr: `sum by (process_executable_name) (${name}{process_executable_name!="job"})` },
    { record: `node:${name}:max`, expr: `max by (k8s_node_name) (${name}{process_executable_name!="job"})` },
    {
      record: `node:${name}:avg5m`,
      expr: `avg without (process_pid) (avg_over_time(${name}{process_executable_name!="job"}[5m]))`,
    },
    { alert: `${name}High`, expr: `exe:${name}:sum > 1e12`, for: '5m' },
    {
      alert: `${name}Grows`,
      expr: `predict_linear(${name}{process_executable_name!="job"}[10m], 3600) > 1e12`,
      for: '10m',
    },
    { alert: `${name}Doubled`, expr: `exe:${name}:sum / exe:${name}:sum offset 5m > 2`, for: '1m' },
    { alert: `${name}Top`, expr: `topk(3, ${name}{process_executable_name!="job"}) > 1e12` },
    { alert: `${name}Peak`, expr: `max_over_time(exe:${name}:sum[5m]) > 1e12` },
    {
      alert: `${name}Spread`,
      expr: `quantile by (process_owner) (0.9, ${name}{process_executable_name!="job"}) > 1e12`,
      for: '5m',
    },
    {
      alert: `${name}Deviates`,
      expr: `stddev by (process_owner) (avg_over_time(${name}{process_executable_name!="job"}[5m])) > 1e12`,
    },
    ...EXECUTABLES.flatMap((executable, index) => [
      { alert: `${name}Gone${index}`, expr: `absent(${name}{process_executable_name="${executable}"})`, for: '1m' },
      {
        alert: `${name}Low${index}`,
        expr: `sum by (process_executable_name) (${name}{process_executable_name="${executable}"}) < 1`,
        for: '2m',
      },
      {
        alert: `${name}AnyOf${index}`,
        expr: `count(${name}{process_executable_name=~"${executable}|none"}) < 1 or absent(${name}{process_executable_name="${executable}"})`,
      },
    ]),
  ]),
  ...COUNTERS.flatMap((name) => [
    {
      record: `exe:${name}:rate5m`,
      expr: `sum by (process_executable_name) (rate(${name}{process_executable_name!="job"}[5m]))`,
    },
    {
      record: `owner:${name}:rate5m`,
      expr: `sum by (process_owner) (rate(${name}{process_executable_name!="job"}[5m]))`,
    },
    { alert: `${name}High`, expr: `exe:${name}:rate5m > 1e9`, for: '5m' },
    { alert: `${name}Share`, expr: `exe:${name}:rate5m / on () group_left sum(exe:${name}:rate5m) > 0.95`, for: '5m' },
    { alert: `${name}Ratio`, expr: `sum(rate(${name}{process_owner="root"}[5m])) / sum(rate(${name}[5m])) > 0.99` },
    { alert: `${name}Stopped`, expr: `sum(increase(${name}[10m])) == 0` },
    { alert: `${name}Top`, expr: `topk(2, exe:${name}:rate5m) > 1e9` },
    { alert: `${name}Average`, expr: `avg_over_time(exe:${name}:rate5m[5m]) > 1e9` },
    ...EXECUTABLES.flatMap((executable, index) => [
      {
        alert: `${name}Busy${index}`,
        expr: `sum without (process_pid, state, direction) (rate(${name}{process_executable_name="${executable}"}[5m])) > 1e9`,
        for: '2m',
      },
      {
        alert: `${name}Silent${index}`,
        expr: `absent_over_time(${name}{process_executable_name="${executable}"}[5m])`,
      },
      { alert: `${name}Resets${index}`, expr: `resets(${name}{process_executable_name="${executable}"}[10m]) > 3` },
    ]),
  ]),
];

const systemRules = (): readonly Rule[] => [
  {
    record: 'node:cpu:busy',
    expr: '1 - avg by (k8s_node_name) (rate(system_cpu_time_seconds_total{state="idle"}[5m]))',
  },
  { alert: 'CpuSaturated', expr: 'node:cpu:busy > 0.95', for: '10m' },
  { alert: 'CpuBusy', expr: 'node:cpu:busy > 0.05', for: '1m' },
  {
    alert: 'MemoryFull',
    expr: 'system_memory_usage_bytes{state="used"} / ignoring (state) sum without (state) (system_memory_usage_bytes) > 0.9',
    for: '5m',
  },
  { alert: 'MemoryUsed', expr: 'sum(system_memory_usage_bytes{state="used"}) / sum(system_memory_usage_bytes) > 0.01' },
  {
    alert: 'DiskFull',
    expr: 'system_filesystem_usage_bytes{state="free"} / on (mountpoint) sum by (mountpoint) (system_filesystem_usage_bytes) < 0.05',
    for: '15m',
  },
  { alert: 'DiskFills', expr: 'predict_linear(system_filesystem_usage_bytes{state="used"}[10m], 4 * 3600) > 1e12' },
  { alert: 'NetworkErrors', expr: 'increase(system_network_errors_total[5m]) > 50' },
  { alert: 'Paging', expr: 'rate(system_paging_operations_total[5m]) > 1000', for: '5m' },
  { alert: 'TooManyProcesses', expr: 'sum(system_processes_count) > 5000' },
  { alert: 'CollectorDown', expr: 'absent(otelcol_process_uptime)', for: '1m' },
  { alert: 'QueueFull', expr: 'otelcol_exporter_queue_size > 900', for: '5m' },
  ...['1m', '5m', '15m'].map((window) => ({
    alert: `Load${window}`,
    expr: `system_cpu_load_average_${window} > 50`,
    for: '5m',
  })),
  ...SYSTEM_COUNTERS.flatMap((name) => [
    { record: `node:${name}:rate5m`, expr: `sum without (cpu, device) (rate(${name}[5m]))` },
    { alert: `${name}High`, expr: `node:${name}:rate5m > 1e12`, for: '5m' },
    { alert: `${name}Zero`, expr: `sum by (k8s_node_name) (rate(${name}[5m])) == 0`, for: '5m' },
    { alert: `${name}Jump`, expr: `node:${name}:rate5m > 100 * node:${name}:rate5m offset 5m` },
    { alert: `${name}Irate`, expr: `sum(irate(${name}[5m])) > 1e12` },
    { alert: `${name}Max`, expr: `max_over_time(node:${name}:rate5m[5m]) > 1e12` },
    { alert: `${name}Min`, expr: `min_over_time(sum(rate(${name}[2m]))[10m:1m]) > 1e12` },
    {
      alert: `${name}Unless`,
      expr: `sum by (k8s_node_name) (rate(${name}[5m])) > 1e12 unless on (k8s_node_name) otelcol_process_uptime`,
    },
  ]),
];

/** Two hundred rules and more, as the text of a rule file. */
export const ruleCorpus = (): string =>
  stringify(
    {
      groups: [
        { name: 'processes', rules: processRules() },
        { name: 'system', rules: systemRules() },
      ],
    },
    { aliasDuplicateObjects: false },
  );
