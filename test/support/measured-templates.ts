import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ParameterValue } from '../../src/pipelines/domain/template.ts';

const TABLE = join(import.meta.dirname, '../../docs/templates-measured.generated.md');

/** Series that real collectors gave out, by the name of the row, in the order of the hosts. */
export const measuredSeries = (): ReadonlyMap<string, readonly number[]> =>
  new Map(
    [...readFileSync(TABLE, 'utf8').matchAll(/^\| ([a-z-]+) \| (\d+) of .*? \| (\d+) of .*? \| (\d+) of /gm)].map(
      ([, name = '', ...counts]) => [name, counts.map(Number)],
    ),
  );

const MEBIBYTE = 1_048_576;
const IMPORTANT = ['chronyd', 'sshd', 'systemd'];
const RUNTIMES = ['MainThread', 'java', 'python3'];

/** What the rows were made with, but for the CPU of who is busy, which is half a core. */
export const measuredParameters = (
  busyRatio: number,
): Readonly<Record<string, Readonly<Record<string, ParameterValue>>>> => ({
  baseline: {},
  'top-k': {
    cpu_threshold_ratio: busyRatio,
    memory_threshold_bytes: 256 * MEBIBYTE,
    minimum_age_seconds: 0,
    pinned_processes: ['cron'],
  },
  'priority-filter': {
    critical_processes: ['postgres'],
    important_processes: IMPORTANT,
    runtime_processes: RUNTIMES,
    runtime_memory_bytes: 100 * MEBIBYTE,
  },
  'two-speed': { slow_factor: 2, critical_processes: [] },
  'pruned-attributes': {},
  adaptive: {
    cpu_threshold_ratio: busyRatio,
    memory_threshold_bytes: 50 * MEBIBYTE,
    critical_processes: ['postgres'],
  },
  intelligent: {
    cpu_threshold_ratio: busyRatio,
    memory_threshold_bytes: 100 * MEBIBYTE,
    critical_processes: ['postgres'],
    important_processes: IMPORTANT,
    slow_factor: 2,
  },
  minimal: {
    cpu_threshold_ratio: busyRatio,
    memory_threshold_bytes: 100 * MEBIBYTE,
    allowed_processes: ['postgres', ...RUNTIMES],
  },
  'same-input-shadow': { kept_processes: ['postgres'] },
  aggregated: {},
  'aggregated-named': { named_processes: ['postgres'], individual_processes: ['java'], group_by_owner: false },
  hybrid: { critical_processes: ['postgres'], important_processes: ['cc1plus', 'sshd'] },
});
