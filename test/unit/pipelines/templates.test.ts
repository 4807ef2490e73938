import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { COMPONENTS } from '../../../src/pipelines/domain/components/registry.ts';
import type { RenderedPipeline } from '../../../src/pipelines/domain/template.ts';
import { circumstancesOf } from '../../../src/pipelines/domain/template-circumstances.ts';
import { TEMPLATES } from '../../../src/pipelines/domain/templates.ts';
import { validateSettings } from '../../../src/pipelines/domain/validation/validate-settings.ts';
import { gridOf, renderedOf } from '../../support/template-grid.ts';

const NAME = 'resource.attributes["process.executable.name"]';
const IS_PROCESS = 'resource.attributes["process.pid"] != nil';

const processor = ({ yaml }: RenderedPipeline, id: string) => parse(yaml).processors[id];
const conditions = (rendered: RenderedPipeline, id: string): readonly string[] =>
  processor(rendered, id).metric_conditions;
const statements = (rendered: RenderedPipeline, id: string): readonly string[] =>
  processor(rendered, id).metric_statements;
const pipelines = ({ yaml }: RenderedPipeline) => parse(yaml).service.pipelines;

describe('every template, over all edges of its parameters', () => {
  test.each(TEMPLATES.map((template) => [template.name, template] as const))(
    '%s is rendered without a finding, or refused with a sentence about a parameter of it',
    (_name, template) => {
      const rendered = gridOf(template).filter(({ outcome, title }) => {
        if (outcome.accepted) {
          const rules = validateSettings(outcome.value.yaml, circumstancesOf(template)).map(({ rule }) => rule);
          expect(rules, title).toEqual([]);
        } else {
          const pointers = outcome.refusal.errors?.map(({ pointer }) => pointer.split('/').at(-1)) ?? [];
          const names = template.parameters.map(({ name }) => name);
          expect(
            pointers.filter((name) => !names.includes(name ?? '')),
            title,
          ).toEqual([]);
          expect(pointers.length, title).toBeGreaterThan(0);
        }
        return outcome.accepted;
      });
      expect(rendered.length).toBeGreaterThan(0);
    },
  );

  test.each(TEMPLATES.map((template) => [template.name, template] as const))(
    '%s names the components that it uses over all edges, and no other',
    (_name, template) => {
      const used = gridOf(template, { criticalProcesses: [] }).flatMap(({ outcome }) => {
        if (!outcome.accepted) return [];
        const settings = parse(outcome.value.yaml);
        return ['receivers', 'processors', 'exporters', 'connectors'].flatMap((kind) =>
          Object.keys(settings[kind] ?? {}).map((id) => id.split('/')[0] ?? ''),
        );
      });
      expect([...new Set(used)].sort()).toEqual(template.components.map(({ id }) => id).toSorted());
    },
  );

  test('is as settled as the collector says', () => {
    for (const { components, signal } of TEMPLATES)
      for (const { id, stability } of components)
        for (const kind of ['receivers', 'processors', 'exporters', 'connectors'] as const) {
          const known = COMPONENTS[kind][id]?.signals[signal];
          if (known !== undefined) expect([id, stability]).toEqual([id, known]);
        }
  });

  test('says what it keeps, what it drops, and what surprises people', () => {
    for (const { name, keeps, drops, trap, documentation, summary } of TEMPLATES)
      for (const text of [keeps, drops, trap, documentation, summary]) expect(text, name).toMatch(/^[A-Z].*\.$/);
  });
});

describe('priority-filter', () => {
  const LISTS = { critical_processes: ['postgres'], important_processes: ['sshd'], runtime_processes: ['java'] };

  test('a condition says what goes: who is in no tier, and two metrics of the important', () => {
    const rendered = renderedOf('priority-filter', LISTS, { criticalProcesses: ['nginx'] });
    expect(conditions(rendered, 'filter/priority')).toEqual([
      `${IS_PROCESS} and not IsMatch(${NAME}, "^(nginx|postgres|sshd)$") and resource.attributes["phx.keep"] == nil`,
      `IsMatch(${NAME}, "^(sshd)$") and IsMatch(metric.name, "^process\\\\.(memory\\\\.virtual|disk\\\\.io)$")`,
    ]);
    expect(statements(rendered, 'transform/flag')).toEqual([
      `set(resource.attributes["phx.keep"], "mem") where metric.name == "process.memory.usage" and datapoint.value_int >= 104857600 and IsMatch(${NAME}, "^(java)$")`,
    ]);
  });

  test('who stands in two tiers has the better one', () => {
    const all = { critical_processes: ['java'], important_processes: ['java'], runtime_processes: ['java'] };
    const rendered = renderedOf('priority-filter', all);
    expect(conditions(rendered, 'filter/priority')).toEqual([`${IS_PROCESS} and not IsMatch(${NAME}, "^(java)$")`]);
    expect(processor(rendered, 'transform/flag')).toBeUndefined();
  });

  test('three empty lists would keep nothing, unless the experiment names somebody', () => {
    const none = { critical_processes: [], important_processes: [], runtime_processes: [] };
    expect(() => renderedOf('priority-filter', none)).toThrow('no process would be kept');
    expect(renderedOf('priority-filter', none, { criticalProcesses: ['nginx'] }).yaml).toContain('^(nginx)$');
  });
});

describe('sums over processes', () => {
  test('to what changed, identity and time away, together, summed, the present, counted up again: in this order', () => {
    expect(pipelines(renderedOf('aggregated')).metrics.processors).toEqual([
      'memory_limiter',
      'cumulative_to_delta',
      'transform/identity',
      'groupbyattrs',
      'transform/sum',
      'transform/time',
      'delta_to_cumulative',
      'resource/stamp',
    ]);
  });

  test.each([1, 10, 60, 300])('with an interval of %s s nothing is forgotten between two scrapes', (seconds) => {
    const rendered = renderedOf('aggregated', {}, { collectionIntervalSeconds: seconds });
    expect(statements(rendered, 'transform/time')[0]).toContain(`Now() - Duration("${seconds}s")`);
    const stale = [
      processor(rendered, 'cumulative_to_delta').max_staleness,
      processor(rendered, 'delta_to_cumulative').max_stale,
    ];
    for (const length of stale) expect(Number.parseInt(length, 10)).toBeGreaterThanOrEqual(5 * seconds);
  });

  test('all keep their name, or only those named and the critical ones; individual ones keep everything', () => {
    const all = renderedOf('aggregated', { group_by_owner: false });
    expect(statements(all, 'transform/identity')[0]).toBe(
      `keep_keys(resource.attributes, ["process.executable.name"]) where ${NAME} != nil`,
    );
    const some = renderedOf(
      'aggregated',
      { named_processes: ['java'], individual_processes: ['postgres'] },
      { criticalProcesses: ['nginx'] },
    );
    expect(statements(some, 'transform/identity').slice(0, 2)).toEqual([
      `set(${NAME}, "other") where ${IS_PROCESS} and not IsMatch(${NAME}, "^(java|nginx|postgres)$")`,
      `keep_keys(resource.attributes, ["process.executable.name", "process.owner"]) where ${NAME} != nil and not IsMatch(${NAME}, "^(postgres)$")`,
    ]);
  });

  test('hybrid sums the others or drops them', () => {
    const lists = { critical_processes: ['postgres'], important_processes: ['java'] };
    expect(statements(renderedOf('hybrid', lists), 'transform/identity')[0]).toContain('"other"');
    const dropping = renderedOf('hybrid', { ...lists, sum_others: false });
    expect(conditions(dropping, 'filter/others')).toEqual([
      `${IS_PROCESS} and not IsMatch(${NAME}, "^(java|postgres)$")`,
    ]);
    expect(statements(dropping, 'transform/identity').join()).not.toContain('"other"');
  });
});

describe('reading more rarely', () => {
  const intervals = (rendered: RenderedPipeline) => {
    const receivers: Record<string, { readonly collection_interval: string }> = parse(rendered.yaml).receivers;
    return Object.fromEntries(Object.entries(receivers).map(([id, receiver]) => [id, receiver.collection_interval]));
  };

  test('critical processes at the interval, all others and the node at a multiple of it, and nobody twice', () => {
    const rendered = renderedOf('two-speed', { critical_processes: ['postgres'], slow_factor: 4 });
    expect(intervals(rendered)).toEqual({ 'host_metrics/critical': '10s', 'host_metrics/rest': '40s' });
    const { 'host_metrics/critical': critical, 'host_metrics/rest': rest } = parse(rendered.yaml).receivers;
    expect(critical.scrapers.process.include).toEqual(rest.scrapers.process.exclude);
    expect(Object.keys(critical.scrapers)).toEqual(['process']);
    expect(rendered.slowestIntervalSeconds).toBe(40);
  });

  test('never more rarely than every two minutes: Prometheus forgets after five', () => {
    expect(renderedOf('two-speed', { slow_factor: 60 }).slowestIntervalSeconds).toBe(120);
    expect(renderedOf('two-speed', {}, { collectionIntervalSeconds: 119 }).slowestIntervalSeconds).toBe(120);
    expect(() => renderedOf('two-speed', {}, { collectionIntervalSeconds: 120 })).toThrow('collect more often');
    expect(() => renderedOf('intelligent', {}, { collectionIntervalSeconds: 120 })).toThrow('collect more often');
  });

  test('without a critical process there is one receiver, and it reads all', () => {
    const rendered = renderedOf('two-speed', { critical_processes: [] });
    expect(Object.keys(parse(rendered.yaml).receivers)).toEqual(['host_metrics/rest']);
    expect(parse(rendered.yaml).receivers['host_metrics/rest'].scrapers.process.exclude).toBeUndefined();
  });

  test('pushed metrics are thinned only when somebody wants them, on the address of the pod', () => {
    expect(renderedOf('two-speed').needs.listens).toEqual([]);
    const rendered = renderedOf('two-speed', { pushed_metrics: true });
    expect(pipelines(rendered)['metrics/push'].processors).toEqual([
      'memory_limiter',
      'transform/gauge',
      'interval',
      'resource/stamp',
    ]);
    expect(rendered.needs.listens).toEqual(['otlp_grpc', 'otlp_http']);
    expect(rendered.yaml).toContain(`endpoint: \${env:K8S_POD_IP}:4317`);
  });
});

describe('reading less', () => {
  const scraper = ({ yaml }: RenderedPipeline) => parse(yaml).receivers.host_metrics.scrapers.process;

  test('states are summed at the source, labels are not collected, the id stays', () => {
    const { metrics, resource_attributes: attributes } = scraper(renderedOf('pruned-attributes'));
    expect(metrics['process.cpu.time']).toEqual({ enabled: true, attributes: [], aggregation_strategy: 'sum' });
    expect(Object.keys(attributes)).toEqual([
      'process.command_line',
      'process.command',
      'process.executable.path',
      'process.parent_pid',
    ]);
    expect(scraper(renderedOf('pruned-attributes', { sum_states: false })).metrics['process.cpu.time']).toBeUndefined();
  });

  test('the id cannot be given away', () => {
    expect(() => renderedOf('pruned-attributes', { dropped_attributes: ['process.pid'] })).toThrow(
      '"process.pid" is none of process.command, process.executable.path',
    );
  });

  test('minimal reads two metrics, and listed processes only while they are busy', () => {
    const rendered = renderedOf('minimal', { allowed_processes: ['java'] }, { criticalProcesses: ['nginx'] });
    const off = Object.entries(scraper(rendered).metrics).filter(([, form]) => !(form as { enabled: boolean }).enabled);
    expect(off.map(([name]) => name)).toEqual(['process.cpu.time', 'process.disk.io', 'process.memory.virtual']);
    expect(statements(rendered, 'transform/flag')).toEqual([
      `set(resource.attributes["phx.keep"], "cpu") where metric.name == "process.cpu.utilization" and datapoint.value_double >= 0.02 and IsMatch(${NAME}, "^(java)$")`,
      `set(resource.attributes["phx.keep"], "mem") where metric.name == "process.memory.usage" and datapoint.value_int >= 20971520 and IsMatch(${NAME}, "^(java)$")`,
      `set(resource.attributes["phx.keep"], "pin") where IsMatch(${NAME}, "^(nginx)$")`,
    ]);
  });
});

describe('adaptive', () => {
  const thresholds = (level: string) => statements(renderedOf('adaptive', { load_level: level }), 'transform/flag');

  test('thresholds rise with the load; in an emergency only the list is left', () => {
    expect(thresholds('calm')[0]).toContain('>= 0.01');
    expect(thresholds('busy')[0]).toContain('>= 0.015');
    expect(thresholds('overloaded')[1]).toContain('>= 104857600');
    expect(thresholds('emergency')).toHaveLength(1);
    expect(thresholds('emergency')[0]).toContain('"pin"');
  });

  test('the pin comes last, so that who is critical and busy keeps every metric', () => {
    expect(thresholds('calm').map((text) => /, "(\w+)"\)/.exec(text)?.[1])).toEqual(['cpu', 'mem', 'pin']);
  });

  test('a threshold that nobody reaches is refused at the level where it is one', () => {
    expect(renderedOf('adaptive', { cpu_threshold_ratio: 0.6, load_level: 'busy' }).yaml).toContain('>= 0.9');
    expect(() => renderedOf('adaptive', { cpu_threshold_ratio: 0.6, load_level: 'overloaded' })).toThrow(
      'at the level overloaded the threshold is 120 % of the node',
    );
  });

  test('an unknown level is refused with those that there are', () => {
    expect(() => renderedOf('adaptive', { load_level: 'hectic' })).toThrow(
      '"hectic" is none of calm, busy, overloaded, emergency',
    );
  });
});

describe('what is pushed, logs and traces', () => {
  test('delta counters are counted up before they reach the store, which drops them otherwise', () => {
    for (const name of ['main-collector', 'observer-collector'])
      expect(pipelines(renderedOf(name)).metrics.processors).toContain('delta_to_cumulative');
  });

  test('what belongs together meets in one replica', () => {
    const workloads = TEMPLATES.map(({ name }) => [name, renderedOf(name).needs.workload]);
    expect(workloads.filter(([, workload]) => workload === 'one_replica').map(([name]) => name)).toEqual([
      'main-collector',
      'observer-collector',
      'tail-sampling',
      'growth-guard',
    ]);
  });

  test('prefixes match names that begin like them, and mean nothing else', () => {
    expect(
      conditions(renderedOf('observer-collector', { kept_prefixes: ['otelcol.', 'a+'] }), 'filter/others'),
    ).toEqual(['not IsMatch(metric.name, "^(a\\\\+|otelcol\\\\.)")']);
  });

  test('templates that send no metrics have no measurement store, and nobody who signs for it', () => {
    const { exporters, extensions } = parse(renderedOf('log-noise', {}, { remoteWriteAuth: 'sigv4' }).yaml);
    expect(Object.keys(exporters)).toEqual(['otlp_http']);
    expect(Object.keys(extensions)).toEqual(['health_check']);
  });

  test('both variants of a shadow sign', () => {
    const { exporters, extensions } = parse(renderedOf('same-input-shadow', {}, { remoteWriteAuth: 'sigv4' }).yaml);
    expect(Object.keys(exporters)).toEqual(['prometheus_remote_write/baseline', 'prometheus_remote_write/candidate']);
    expect(exporters['prometheus_remote_write/candidate'].http.auth).toEqual({ authenticator: 'sigv4auth' });
    expect(exporters['prometheus_remote_write/candidate'].external_labels.phx_variant).toBe('candidate');
    expect(Object.keys(extensions)).toEqual(['health_check', 'sigv4auth']);
  });

  test('a share of nothing is no policy of a sampler', () => {
    const policies = (kept: number) =>
      processor(renderedOf('tail-sampling', { kept_percent: kept }), 'tail_sampling').policies.map(
        ({ name }: { name: string }) => name,
      );
    expect(policies(0)).toEqual(['errors', 'slow']);
    expect(policies(5)).toEqual(['errors', 'slow', 'rest']);
  });
});
