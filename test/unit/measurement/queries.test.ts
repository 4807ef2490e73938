import { describe, expect, test } from 'vitest';
import type { Epoch, ExperimentId } from '../../../src/kernel/identity.ts';
import {
  metricQueries,
  namedQueries,
  processesQuery,
  type QueryScope,
  writtenNamesQuery,
} from '../../../src/measurement/domain/queries.ts';
import { METRICS } from '../../../src/measurement/domain/sample.ts';

const SCOPE: QueryScope = {
  experimentId: 'exp-0123456789ab' as ExperimentId,
  epoch: 3 as Epoch,
  slotSeconds: 60,
  collectionIntervalSeconds: 10,
};

describe('the queries of an experiment', () => {
  test('each selects by experiment and epoch wherever it selects anything', () => {
    const queries = [
      ...Object.values(metricQueries(SCOPE)),
      processesQuery(SCOPE, ['nginx']),
      writtenNamesQuery(SCOPE, 60),
    ];
    for (const query of queries) {
      const selectors = query.match(/\{[^}]*\}/g) ?? [];
      expect(selectors.length).toBeGreaterThan(0);
      for (const selector of selectors) {
        expect(selector).toContain('phx_experiment="exp-0123456789ab",phx_epoch="e3"');
      }
    }
  });

  test('none uses rate or increase, which misread a single slot', () => {
    for (const query of Object.values(metricQueries(SCOPE))) expect(query).not.toMatch(/\b(rate|increase|delta)\(/);
  });

  test('a counter is now less one slot ago, and began at zero where it was not there', () => {
    expect(metricQueries(SCOPE).collector_cpu_seconds).toBe(
      'sum by (phx_variant, k8s_node_name) (otelcol_process_cpu_seconds{phx_experiment="exp-0123456789ab",phx_epoch="e3"} - ' +
        '(otelcol_process_cpu_seconds{phx_experiment="exp-0123456789ab",phx_epoch="e3"} offset 60s or ' +
        '0 * otelcol_process_cpu_seconds{phx_experiment="exp-0123456789ab",phx_epoch="e3"}))',
    );
  });

  test.each([
    [60, 10, '[60s]'],
    [60, 30, '[60s]'],
    [60, 31, '[62s]'],
    [5, 2, '[5s]'],
  ])('slots of %i s and scrapes each %i s look back %s', (slotSeconds, collectionIntervalSeconds, window) => {
    const scope = { ...SCOPE, slotSeconds, collectionIntervalSeconds };
    expect(metricQueries(scope).active_series).toContain(window);
    expect(metricQueries(scope).collector_memory_bytes).toContain(window);
    expect(processesQuery(scope, ['nginx'])).toContain(window);
  });

  test('names of processes and nodes stand for themselves', () => {
    const query = processesQuery(SCOPE, ['node.js', 'g++', 'g++'], ['ip-10-0-0-1.ec2', 'a"b']);
    expect(query).toContain('process_executable_name=~"^(g\\\\+\\\\+|node\\\\.js)$"');
    expect(query).toContain('k8s_node_name=~"ip-10-0-0-1\\\\.ec2|a\\"b"');
    expect(() => processesQuery(SCOPE, ['.*'])).toThrow('not the name of an executable');
  });

  test('evidence names every query with its unit', () => {
    const named = namedQueries(SCOPE, ['nginx']);
    const metrics = named.map(({ metric }) => metric);
    expect(metrics).toEqual([
      ...Object.keys(METRICS).filter((metric) => metric !== 'critical_processes_missing'),
      'collector_uptime',
      'critical_processes',
    ]);
    expect(named.find(({ metric }) => metric === 'exported_bytes')?.unit).toBe('bytes per slot');
    expect(namedQueries(SCOPE, []).map(({ metric }) => metric)).not.toContain('critical_processes');
  });
});
