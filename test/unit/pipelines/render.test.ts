import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { renderComparison, renderPipeline } from '../../../src/pipelines/domain/render.ts';
import {
  type FrameSettings,
  type ParameterValue,
  PipelineChoice,
  RenderedPipeline,
} from '../../../src/pipelines/domain/template.ts';
import { TEMPLATES } from '../../../src/pipelines/domain/templates.ts';
import { validateSettings } from '../../../src/pipelines/domain/validation/validate-settings.ts';
import { gridOf } from '../../support/template-grid.ts';

const FRAME: FrameSettings = {
  remoteWriteAuth: 'none',
  collectionIntervalSeconds: 10,
  criticalProcesses: ['nginx', 'postgres'],
};

const choice = (template: string, parameters: Record<string, ParameterValue> = {}, version?: string): PipelineChoice =>
  PipelineChoice.parse({ template, parameters, version });

const rendered = (wish: PipelineChoice, frame: Partial<FrameSettings> = {}): RenderedPipeline => {
  const outcome = renderPipeline(wish, { ...FRAME, ...frame }, sha256);
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};

const refusal = (wish: PipelineChoice, frame: Partial<FrameSettings> = {}) => {
  const outcome = renderPipeline(wish, { ...FRAME, ...frame }, sha256);
  if (outcome.accepted) throw new Error('it was rendered');
  return outcome.refusal;
};

interface HostReceiver {
  readonly scrapers?: {
    readonly process: {
      readonly resource_attributes: Record<string, unknown>;
      readonly metrics: Record<string, { readonly enabled: boolean }>;
    };
  };
}
/** What is read unless it is switched off. */
const DEFAULTS = ['process.cpu.time', 'process.disk.io', 'process.memory.usage', 'process.memory.virtual'];

const processScraper = (yaml: string) => parse(yaml).receivers.host_metrics.scrapers.process;
const statements = (yaml: string): readonly string[] => parse(yaml).processors['transform/flag'].metric_statements;

describe('rendering', () => {
  test.each(TEMPLATES.filter(({ build }) => build === 'slim').map(({ name }) => name))(
    'the validator finds nothing in %s',
    (name) => {
      expect(validateSettings(rendered(choice(name)).yaml)).toEqual([]);
    },
  );

  test.each(TEMPLATES.filter(({ build }) => build !== 'slim').map(({ name }) => name))(
    'of %s the validator says what our build lacks, and that the owner of a cluster sets addresses',
    (name) => {
      const rules = validateSettings(rendered(choice(name)).yaml).map(({ rule }) => rule);
      expect(rules).toContain('component-not-in-build');
      const told = ['component-not-in-build', 'variable-not-set', 'destination-not-allowed', 'component-not-trusted'];
      expect(rules.filter((rule) => !told.includes(rule))).toEqual([]);
    },
  );

  test('the same wish gives the same bytes, in whatever order names come and however often', () => {
    const one = rendered(choice('top-k', { pinned_processes: ['java', 'envoy'] }));
    const other = rendered(choice('top-k', { pinned_processes: ['envoy', 'java', 'nginx'] }), {
      criticalProcesses: ['postgres', 'nginx', 'postgres'],
    });
    expect(other.yaml).toBe(one.yaml);
    expect(other.sha256).toBe(one.sha256);
    expect(RenderedPipeline.parse(one)).toEqual(one);
  });

  test.each(TEMPLATES.map(({ name }) => name))(
    '%s names every component that it uses, in order, and explains it',
    (name) => {
      const { yaml, explanation } = rendered(choice(name));
      const pipelines: Record<string, readonly string[]>[] = Object.values(parse(yaml).service.pipelines);
      const used = ['receivers', 'processors', 'exporters'].flatMap((part) =>
        pipelines.flatMap((pipeline) => pipeline[part] ?? []),
      );
      expect(explanation.map(({ component }) => component)).toEqual([...new Set(used)]);
      expect(explanation.filter(({ sentence }) => sentence.includes('author'))).toEqual([]);
      expect(explanation.every(({ sentence }) => sentence.endsWith('.'))).toBe(true);
    },
  );

  test('signing is the only difference between the two profiles', () => {
    const plain = parse(rendered(choice('baseline')).yaml);
    const signed = parse(rendered(choice('baseline'), { remoteWriteAuth: 'sigv4' }).yaml);
    expect(plain.service.extensions).toEqual(['health_check']);
    expect(signed.service.extensions).toEqual(['health_check', 'sigv4auth']);
    expect(signed.exporters.prometheus_remote_write.http.auth).toEqual({ authenticator: 'sigv4auth' });
    delete signed.exporters.prometheus_remote_write.http.auth;
    delete signed.extensions.sigv4auth;
    signed.service.extensions = ['health_check'];
    expect(signed).toEqual(plain);
  });

  test('every series and the telemetry of the collector itself carry experiment, epoch and variant', () => {
    const { exporters, service } = parse(rendered(choice('baseline')).yaml);
    const labels = ['phx_experiment', 'phx_epoch', 'phx_variant'];
    expect(Object.keys(exporters.prometheus_remote_write.external_labels)).toEqual(labels);
    const [{ pull }] = service.telemetry.metrics.readers;
    expect(pull.exporter.prometheus.with_resource_constant_labels.included).toEqual([...labels, 'k8s_node_name']);
    expect(service.telemetry.resource.attributes.map(({ name }: { name: string }) => name)).toEqual([
      ...labels,
      'k8s_node_name',
    ]);
  });

  test('no template collects command lines, and every listener is on the address of the pod', () => {
    for (const template of TEMPLATES) {
      for (const { outcome } of gridOf(template)) {
        if (!outcome.accepted) continue;
        const receivers: Record<string, HostReceiver> = parse(outcome.value.yaml).receivers;
        for (const { scrapers } of Object.values(receivers).filter((each) => each.scrapers !== undefined))
          expect(scrapers?.process.resource_attributes['process.command_line']).toEqual({ enabled: false });
        expect(outcome.value.yaml).not.toMatch(/0\.0\.0\.0|localhost/);
      }
    }
  });
});

describe('a fair comparison', () => {
  const compared = (baseline: PipelineChoice, candidate: PipelineChoice) => {
    const outcome = renderComparison({ baseline, candidate }, FRAME, sha256);
    if (!outcome.accepted) throw new Error(outcome.refusal.message);
    return outcome.value;
  };

  const readingAlike = TEMPLATES.filter(({ use, readsLess }) => use === 'experiment' && !readsLess);

  test.each(readingAlike.flatMap((one) => readingAlike.map((other) => [one.name, other.name])))(
    '%s against %s collect the same metrics at the same interval',
    (one, other) => {
      const { baseline, candidate } = compared(choice(one), choice(other));
      expect(parse(baseline.yaml).receivers).toEqual(parse(candidate.yaml).receivers);
    },
  );

  test.each(TEMPLATES.filter(({ use, readsLess }) => use === 'experiment' && readsLess).map(({ name }) => name))(
    'a baseline beside %s reads every metric that it would show, each in all its states',
    (name) => {
      const { baseline, candidate } = compared(choice('baseline'), choice(name));
      const metricsOf = (yaml: string) =>
        Object.values<HostReceiver>(parse(yaml).receivers).flatMap(({ scrapers }) =>
          Object.entries(scrapers?.process.metrics ?? {}).flatMap(([metric, { enabled }]) => (enabled ? [metric] : [])),
        );
      expect(metricsOf(baseline.yaml)).toEqual(
        expect.arrayContaining(metricsOf(candidate.yaml).filter((metric) => !DEFAULTS.includes(metric))),
      );
      expect(processScraper(baseline.yaml).metrics['process.cpu.time']).toBeUndefined();
    },
  );

  test.each(TEMPLATES.filter(({ use }) => use !== 'experiment').map(({ name, use }) => [name, use]))(
    '%s is no variant of an experiment (%s), and the refusal says why',
    (name) => {
      const outcome = renderComparison({ baseline: choice('baseline'), candidate: choice(name) }, FRAME, sha256);
      expect(outcome).toMatchObject({ accepted: false, refusal: { code: 'pipeline-not-comparable' } });
      expect(!outcome.accepted && outcome.refusal.message).toMatch(new RegExp(`^template ${name} (does|is|has) `));
    },
  );

  test('a baseline alone collects more than it does beside top-k', () => {
    const alone = processScraper(rendered(choice('baseline')).yaml).metrics;
    const beside = processScraper(compared(choice('baseline'), choice('top-k')).baseline.yaml).metrics;
    expect(Object.keys(alone)).toEqual(['process.cpu.utilization', 'process.threads', 'process.open_file_descriptors']);
    expect(Object.keys(beside)).toEqual(['process.cpu.utilization']);
  });

  test('top-k gets its CPU in one number per process even when the candidate would keep the states apart', () => {
    const { baseline } = compared(choice('top-k'), choice('baseline'));
    expect(processScraper(baseline.yaml).metrics['process.cpu.utilization']).toEqual({
      enabled: true,
      attributes: [],
      aggregation_strategy: 'sum',
    });
  });

  test('a refusal says which variant it is about', () => {
    const outcome = renderComparison(
      { baseline: choice('baseline'), candidate: choice('top-k', { cpu_threshold_ratio: 2 }) },
      FRAME,
      sha256,
    );
    expect(outcome).toMatchObject({
      accepted: false,
      refusal: {
        code: 'pipeline-parameter-invalid',
        facts: { variant: 'candidate' },
        errors: [{ pointer: '/candidate_pipeline/parameters/cpu_threshold_ratio' }],
      },
    });
  });
});

describe('top-k', () => {
  test('keeps the busy, and whoever is critical or pinned', () => {
    expect(statements(rendered(choice('top-k', { pinned_processes: ['java'] })).yaml)).toEqual([
      'set(resource.attributes["phx.keep"], "cpu") where metric.name == "process.cpu.utilization" and datapoint.value_double >= 0.01 and Now() - datapoint.start_time >= Duration("30s")',
      'set(resource.attributes["phx.keep"], "mem") where metric.name == "process.memory.usage" and datapoint.value_int >= 268435456 and Now() - datapoint.start_time >= Duration("30s")',
      'set(resource.attributes["phx.keep"], "pin") where IsMatch(resource.attributes["process.executable.name"], "^(java|nginx|postgres)$")',
    ]);
  });

  test('an age of zero and an empty list leave no condition behind', () => {
    const { yaml } = rendered(choice('top-k', { minimum_age_seconds: 0 }), { criticalProcesses: [] });
    expect(statements(yaml)).toHaveLength(2);
    expect(yaml).not.toMatch(/Now\(\)|IsMatch/);
  });

  test.each([
    [1, '>= 1.0 '],
    [0.0001, '>= 0.0001 '],
    [0.25, '>= 0.25 '],
  ])('a CPU threshold of %s is written as a decimal', (ratio, text) => {
    expect(statements(rendered(choice('top-k', { cpu_threshold_ratio: ratio })).yaml)[0]).toContain(text);
  });

  test('names with a meaning in patterns match only themselves', () => {
    const { yaml } = rendered(choice('top-k'), { criticalProcesses: ['node.js', 'g++'] });
    expect(statements(yaml)[2]).toContain('"^(g\\\\+\\\\+|node\\\\.js)$"');
  });
});

describe('wishes that are refused', () => {
  test('an unknown template, with those that exist', () => {
    expect(refusal(choice('top-kk'))).toMatchObject({
      code: 'pipeline-template-not-found',
      message: expect.stringMatching(/^there is no template "top-kk"; there are baseline, top-k, .*growth-guard$/),
    });
  });

  test('an unknown version, with those that exist', () => {
    expect(refusal(choice('top-k', {}, '9.0.0')).message).toBe('template top-k has no version 9.0.0; it has 1.0.0');
  });

  test.each<[string, ParameterValue, string]>([
    ['cpu_threshold_ratio', '1%', 'expected a number, found "1%"'],
    ['cpu_threshold_ratio', 1.01, 'is 1.01 (share of the node); the largest possible value is 1'],
    ['cpu_threshold_ratio', 0.00009, 'is 0.00009 (share of the node); the smallest possible value is 0.0001'],
    ['memory_threshold_bytes', 1048575, 'is 1048575 (bytes); the smallest possible value is 1048576'],
    ['memory_threshold_bytes', 2_000_000.5, 'expected a whole number, found 2000000.5'],
    ['pinned_processes', 'nginx', 'expected a list of texts, found "nginx"'],
    ['pinned_processes', ['ok', 'a|b'], '"a|b" is not the name of an executable'],
    ['treshold', 1, 'template top-k has no parameter treshold; it has cpu_threshold_ratio'],
  ])('%s = %j', (name, value, message) => {
    const { code, errors } = refusal(choice('top-k', { [name]: value }));
    expect(code).toBe('pipeline-parameter-invalid');
    expect(errors).toHaveLength(1);
    expect(errors?.[0]).toMatchObject({ pointer: `/parameters/${name}` });
    expect(errors?.[0]?.message).toContain(message);
  });

  test('all findings come at once', () => {
    const { errors, message } = refusal(choice('top-k', { cpu_threshold_ratio: 5, minimum_age_seconds: -1 }));
    expect(errors).toHaveLength(2);
    expect(message).toMatch(/^parameters\.cpu_threshold_ratio: .*\(and 1 more\)$/);
  });

  test('whatever a critical name holds, it is refused or stands in the settings as itself', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 70 }), fc.string({ unit: 'binary', maxLength: 5 })), (name) => {
        const outcome = renderPipeline(choice('top-k'), { ...FRAME, criticalProcesses: [name] }, sha256);
        if (!/^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/.test(name)) return !outcome.accepted;
        const pattern =
          /"\^\((.*)\)\$"/.exec(outcome.accepted ? (statements(outcome.value.yaml)[2] ?? '') : '')?.[1] ?? '';
        return new RegExp(`^(${pattern.replaceAll('\\\\', '\\')})$`).exec(name)?.[0] === name;
      }),
      { seed: 20261121, numRuns: 500 },
    );
  });
});
