import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { childEnvironment } from '../../local/processes/machine.ts';
import { waitFor } from '../../local/processes/wait.ts';
import { ensurePrometheus } from '../../local/toolchain/prometheus.ts';
import type { Cluster } from '../../src/clusters/domain/cluster.ts';
import type { Epoch, ExperimentId } from '../../src/kernel/identity.ts';
import { epochMsOf } from '../../src/kernel/instant.ts';
import { accept } from '../../src/kernel/outcome.ts';
import { systemClock, systemPauses } from '../../src/kernel/system.ts';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { prometheusSource } from '../../src/measurement/adapters/prometheus-source.ts';
import { urlTransport } from '../../src/measurement/adapters/prometheus-transport.ts';
import { makeListProcesses } from '../../src/measurement/application/list-processes.ts';
import { exactlyThese } from '../../src/pipelines/domain/executable-names.ts';
import { preview } from '../../src/pipelines/domain/preview/preview.ts';
import { recordingOf } from '../../src/pipelines/domain/process-list.ts';
import { renderComparison } from '../../src/pipelines/domain/render.ts';
import { PipelineChoice } from '../../src/pipelines/domain/template.ts';
import { CRITICAL_EXECUTABLES } from '../../src/pipelines/domain/templates/well-known-executables.ts';
import { startTestCollector } from '../support/collector.ts';
import { askPrometheus, startTestStore, type TestStore } from '../support/prometheus.ts';
import { toolCache, toolContext } from '../support/tools.ts';

// Templates over the living processes of this machine, with the examples of rules and dashboards over what they write.

const EXAMPLES = join(import.meta.dirname, '../../examples');
const RULES = join(EXAMPLES, 'prometheus/phoenix.rules.yaml');
const EXPERIMENT = 'exp-0123456789ab' as ExperimentId;
const SLEEPERS = 3;
const LONELY = 'phx-lonely';
const MANY = 'phx-many';

let store: TestStore;
let yamls: { readonly baseline: string; readonly candidate: string };
beforeAll(async () => {
  store = await startTestStore({ ruleFiles: [RULES] });
  const names = [LONELY, ...Array.from({ length: SLEEPERS }, () => MANY)];
  for (const [index, name] of names.entries()) sleepAs(name, index);
  const both = renderComparison(
    {
      baseline: PipelineChoice.parse({ template: 'baseline' }),
      candidate: PipelineChoice.parse({ template: 'hybrid', parameters: { important_processes: [MANY] } }),
    },
    { remoteWriteAuth: 'none', collectionIntervalSeconds: 1, criticalProcesses: [LONELY, 'nginx'] },
    sha256,
  );
  if (!both.accepted) throw new Error(both.refusal.message);
  yamls = { baseline: both.value.baseline.yaml, candidate: both.value.candidate.yaml };
  for (const [index, variant] of (['baseline', 'candidate'] as const).entries())
    await startTestCollector(store, {
      yaml: both.value[variant].yaml,
      experimentId: EXPERIMENT,
      epoch: 1 as Epoch,
      variant,
      node: 'node-1',
      podIp: `127.4.${index + 1}.1`,
    });
  store.scrape(['127.4.1.1:8888', '127.4.2.1:8888']);
}, 120_000);
afterAll(() => store?.stop());

/** A process that sleeps under a name of its own; one that is critical by its name as well. */
const sleepAs = (name: string, index: number): void => {
  const program = join(store.folder, name);
  if (!existsSync(program)) symlinkSync('/bin/sleep', program);
  const logFile = join(store.folder, 'logs', `${name}-${index}.log`);
  store.children.start({ name: `${name} ${index}`, command: program, args: ['600'], env: childEnvironment(), logFile });
};

const ask = (promql: string) => askPrometheus(store.prometheus.url, promql, epochMsOf(systemClock.now()) / 1000);

const answered = (promql: string) =>
  waitFor({ what: promql, deadlineSeconds: 60, everyMs: 500 }, async () => {
    const series = await ask(promql);
    return series.length > 0 ? series : undefined;
  });

const earlier = (name: string): string =>
  `process_memory_usage_bytes{phx_variant="baseline",process_executable_name="${name}"} offset 5s`;

const selected = (metric: string, name: string, variant: string): string =>
  `last_over_time(${metric}{phx_experiment="${EXPERIMENT}",phx_variant="${variant}",process_executable_name="${name}"}[10s])`;

describe('a comparison over living processes', () => {
  test('what is critical keeps its id, and tells the same as in the baseline', async () => {
    const [candidate] = await answered(selected('process_memory_usage_bytes', LONELY, 'candidate'));
    const [baseline] = await answered(selected('process_memory_usage_bytes', LONELY, 'baseline'));
    expect(candidate?.value).toBe(baseline?.value);
    expect(candidate?.metric['process_pid']).toBe(baseline?.metric['process_pid']);
  });

  test('several of one program are one, with the threads and the memory of all', async () => {
    const each = await waitFor({ what: 'all sleepers', deadlineSeconds: 30, everyMs: 500 }, async () => {
      const series = await ask(selected('process_memory_usage_bytes', MANY, 'baseline'));
      return series.length === SLEEPERS ? series : undefined;
    });
    const together = each.reduce((sum, { value }) => sum + value, 0);
    await waitFor({ what: 'the sum of the sleepers', deadlineSeconds: 30, everyMs: 500 }, async () => {
      const [group, ...others] = await ask(selected('process_memory_usage_bytes', MANY, 'candidate'));
      const [threads] = await ask(selected('process_threads', MANY, 'candidate'));
      return others.length === 0 && group?.value === together && threads?.value === SLEEPERS ? true : undefined;
    });
  });

  test('the processes that the baseline sent are read back, and a preview of them says how many series both send', async () => {
    await answered(selected('process_memory_usage_bytes', MANY, 'candidate'));
    // both ends of the slot have to be there
    await waitFor({ what: 'a slot', deadlineSeconds: 30, everyMs: 500 }, async () =>
      (await ask(`${selected('process_memory_usage_bytes', LONELY, 'baseline')} and ${earlier(LONELY)}`)).length > 0
        ? true
        : undefined,
    );
    const at = systemClock.now();
    const scope = { experimentId: EXPERIMENT, epoch: 1 as Epoch, slotSeconds: 4, collectionIntervalSeconds: 1 };
    const source = prometheusSource(urlTransport(new URL(store.prometheus.url), { isListed: true }), systemPauses);
    const list = makeListProcesses({ sources: { open: async () => accept(source) } });
    const listed = await list({} as Cluster, { scope, node: 'node-1', at });
    if (!listed.accepted) throw new Error(listed.refusal.message);
    expect(listed.value.processes.filter(({ name }) => name === MANY)).toHaveLength(SLEEPERS);
    const found = preview({
      recording: recordingOf(listed.value),
      ...yamls,
      criticalProcesses: [LONELY],
      hosts: 1,
      terms: {},
      priceBook: 'signoz',
    });
    if (!found.accepted) throw new Error(found.refusal.message);
    for (const variant of ['baseline', 'candidate'] as const) {
      const [counted] = await askPrometheus(
        store.prometheus.url,
        `count(last_over_time({__name__=~"process_.+|system_.+",phx_variant="${variant}"}[2s]))`,
        epochMsOf(at) / 1000,
      );
      // processes of this machine come and go between two scrapes
      expect(
        Math.abs((found.value[variant].figures?.seriesAtOnce.estimate ?? 0) / (counted?.value ?? 0) - 1),
        variant,
      ).toBeLessThan(0.05);
      expect(found.value[variant].figures?.critical.kept).toContain(LONELY);
    }
  });

  test('the store takes every point of both', async () => {
    await answered(
      `otelcol_exporter_sent_metric_points{phx_variant="candidate",exporter="prometheus_remote_write"} > 500`,
    );
    expect(await ask('otelcol_exporter_send_failed_metric_points > 0')).toEqual([]);
    expect(await ask('otelcol_exporter_enqueue_failed_metric_points > 0')).toEqual([]);
  });
});

describe('the rules of examples/prometheus', () => {
  test('a real Prometheus loads and evaluates each of them', async () => {
    await answered('phoenix:cardinality_reduction:percent');
    const written = parse(readFileSync(RULES, 'utf8')).groups.flatMap((group: { rules: object[] }) => group.rules);
    const { data } = (await (await fetch(`${store.prometheus.url}/api/v1/rules`)).json()) as {
      data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
    };
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules).toHaveLength(written.length);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  test('what they say of a comparison is there', async () => {
    const reduction = await answered('phoenix:cardinality_reduction:percent > 10');
    expect(reduction).toHaveLength(1);
    expect(await answered('phoenix:collector_overhead:memory_bytes')).toHaveLength(2);
    expect(await answered('phoenix:lost_points:ratio == 0')).toHaveLength(2);
  });

  test('the list of critical programs is that of the templates', () => {
    expect(readFileSync(RULES, 'utf8')).toContain(`=~"${exactlyThese(CRITICAL_EXECUTABLES).replaceAll('\\', '\\\\')}"`);
  });

  test('their own tests pass, where promtool is beside Prometheus', async () => {
    const promtool = join(dirname((await ensurePrometheus(toolCache(), toolContext())).path), 'promtool');
    if (!existsSync(promtool)) return;
    const said = execFileSync(promtool, ['test', 'rules', join(EXAMPLES, 'prometheus/phoenix.rules.test.yaml')], {
      encoding: 'utf8',
    });
    expect(said).toContain('SUCCESS');
  });
});

describe('the dashboards of examples/grafana', () => {
  const boards = readdirSync(join(EXAMPLES, 'grafana')).map((file) => [
    file,
    JSON.parse(readFileSync(join(EXAMPLES, 'grafana', file), 'utf8')),
  ]);
  /** Panels that are empty while nothing is wrong, and those about what this comparison has none of. */
  const MAY_BE_EMPTY = ['lost', 'missing', 'leave out', 'took away', 'Critical'];

  test.each(boards)('every panel of %s finds something, in the language of the store', async (_file, board) => {
    const titles: string[] = board.panels.map(({ title }: { title: string }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const { title, targets } of board.panels)
      for (const { expr } of targets) {
        const promql = expr
          .replaceAll('$experiment', EXPERIMENT)
          .replaceAll('$epoch', 'e1')
          .replaceAll('$node', '.*')
          .replaceAll('$variant', 'candidate')
          .replaceAll('$__rate_interval', '1m');
        expect(promql).not.toContain('$');
        if (MAY_BE_EMPTY.some((word) => title.includes(word))) await ask(promql);
        else expect((await answered(promql)).length, title).toBeGreaterThan(0);
      }
  });
});
