import { describe, expect, test } from 'vitest';
import { PipelineId } from '../../../src/kernel/identity.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { refusedBy, renderOwnSettings } from '../../../src/pipelines/domain/frame-own-settings.ts';
import { isHostMetrics } from '../../../src/pipelines/domain/metric-set.ts';
import { settingsAt } from '../../../src/pipelines/domain/settings-tree.ts';
import { shadowOf } from '../../../src/pipelines/domain/shadow.ts';
import { STRICTEST_POLICY } from '../../../src/pipelines/domain/validation/policy.ts';
import { readSettings } from '../../../src/pipelines/domain/validation/settings-text.ts';
import { INCUMBENT_SETTINGS } from '../../support/incumbents.ts';

const settingsIn = (yaml: string) => {
  const read = readSettings(yaml);
  if (!read.readable) throw new Error(read.findings[0]?.message);
  return read.text.settings;
};

const shadowYaml = (yaml: string): string => {
  const frame = { remoteWriteAuth: 'none', collectionIntervalSeconds: 10, criticalProcesses: [] } as const;
  const rendered = renderOwnSettings(
    { pipelineId: PipelineId.parse('pipe-00000000000a'), revision: 1, yaml },
    frame,
    sha256,
  );
  if (!rendered.accepted) throw new Error(rendered.refusal.message);
  return rendered.value.yaml;
};

/** What each of them is told: the start of the sentences, in the order of the shadow. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  'queue-on-disk': ['otlp is replaced', 'file_storage is left out: offsets and queues on the disk'],
  'leader-elected': [
    'pipeline logs is left out: an experiment measures metrics',
    'k8s_cluster is left out: it runs once per cluster',
    'otlphttp is replaced',
    'k8s_leader_elector is left out: a second one would take part in the election',
  ],
  'span-metrics': [
    'pipeline traces is left out',
    'pipeline metrics/spans is left out: nothing in it comes from the node',
    'otlphttp is replaced',
  ],
  forwarded: ['prometheus_remote_write is replaced'],
  'scrapes-and-reads': [
    'prometheus is left out: it would ask its targets a second time',
    'prometheus/self is left out',
    'prometheusremotewrite is replaced',
    'hostmetrics, scraper filesystem, tells of the mounts of the pod',
    'hostmetrics, scraper network, tells of the interfaces of the pod',
  ],
  filtered: ['otlp is replaced'],
  delta: ['otlphttp/vendor is replaced'],
  'two-intervals': ['otlp is replaced'],
  renamed: ['debug is replaced', 'prometheus is replaced'],
  'two-vendors': ['otlp/one is replaced', 'otlphttp/two is replaced'],
  'pushed-gauges': [
    'pipeline logs is left out',
    'statsd is left out: data is pushed to the port of the original',
    'otlp is replaced',
  ],
  grouped: ['otlp is replaced'],
  'own-telemetry': [
    'otlp is replaced',
    'zpages is left out',
    'pprof is left out',
    'health_check is replaced by that of every collector of an experiment',
  ],
  'node-name': ['otlp is replaced'],
};

describe.each(INCUMBENT_SETTINGS)('the shadow of %s', (name, yaml) => {
  const framed = settingsIn(shadowYaml(yaml));
  const own = settingsIn(yaml);

  test('reads the node and nothing else, and sends to the measurement store alone', () => {
    const connectors = Object.keys(settingsAt(framed, 'connectors'));
    expect(Object.keys(settingsAt(framed, 'receivers')).filter((id) => !isHostMetrics(id))).toEqual([]);
    expect(Object.keys(settingsAt(framed, 'exporters'))).toEqual(['prometheus_remote_write']);
    expect(Object.keys(settingsAt(framed, 'extensions'))).toEqual(['health_check']);
    expect(connectors.filter((id) => !Object.hasOwn(settingsAt(own, 'connectors'), id))).toEqual([]);
  });

  test('keeps each processor of what it keeps, as its author wrote it', () => {
    for (const { parts } of shadowOf(own).pipelines) {
      for (const id of parts.processors.filter((each) => !each.startsWith('memory_limiter'))) {
        expect(settingsAt(framed, 'processors', id)).toEqual(settingsAt(own, 'processors', id));
      }
    }
  });

  test('is taken by the strictest cluster', () => {
    expect(refusedBy(STRICTEST_POLICY, { yaml: shadowYaml(yaml) })).toEqual([]);
  });

  test('tells of each thing that it does not do', () => {
    const told = shadowOf(own).changes.map(({ sentence }) => sentence);
    expect(told).toEqual(
      (TOLD[name] ?? ['nobody wrote what is expected']).map((start) => expect.stringContaining(start)),
    );
  });
});
