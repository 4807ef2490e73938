import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { PipelineId } from '../../../src/kernel/identity.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { frameOf } from '../../../src/pipelines/domain/frame.ts';
import { refusedBy, renderOwnSettings } from '../../../src/pipelines/domain/frame-own-settings.ts';
import { renderVariants, type VariantSource } from '../../../src/pipelines/domain/render-variants.ts';
import { type FrameSettings, PipelineChoice, RenderedPipeline } from '../../../src/pipelines/domain/template.ts';
import { STRICTEST_POLICY } from '../../../src/pipelines/domain/validation/policy.ts';

const OWN = `
receivers:
  hostmetrics:
    collection_interval: 60s
    root_path: /somewhere
    scrapers: {cpu: {}, memory: {}, process: {mute_process_all_errors: true}}
  otlp: {protocols: {grpc: {endpoint: "\${env:K8S_POD_IP}:4317"}}}
processors:
  memory_limiter/theirs: {check_interval: 5s, limit_percentage: 50, spike_limit_percentage: 10}
  filter/idle: {error_mode: ignore, metric_conditions: ['metric.name == "process.threads"']}
  batch: {timeout: 5s}
exporters:
  otlp_http: {endpoint: https://otlp.example.com, headers: {api-key: "\${env:NEW_RELIC_KEY}"}}
connectors:
  forward: {}
extensions:
  health_check: {endpoint: "0.0.0.0:13133"}
service:
  extensions: [health_check]
  telemetry: {metrics: {level: none}}
  pipelines:
    metrics/in: {receivers: [hostmetrics], processors: [memory_limiter/theirs, filter/idle], exporters: [forward]}
    metrics/out: {receivers: [forward], processors: [batch], exporters: [otlp_http]}
    logs: {receivers: [otlp], exporters: [otlp_http]}
`;

const REVISION = { pipelineId: PipelineId.parse('pipe-00000000000a'), revision: 3 };
const FRAME: FrameSettings = {
  remoteWriteAuth: 'none',
  collectionIntervalSeconds: 10,
  criticalProcesses: ['nginx'],
};
const outcomeOf = (yaml: string) => renderOwnSettings({ ...REVISION, yaml }, FRAME, sha256);
const rendered = (yaml = OWN): RenderedPipeline => {
  const outcome = outcomeOf(yaml);
  if (!outcome.accepted) throw new Error(`${outcome.refusal.message} ${JSON.stringify(outcome.refusal.errors)}`);
  return outcome.value;
};
const settings = () => parse(rendered().yaml);

describe('settings of an author’s own in an experiment', () => {
  test('run in the frame: our limiter first, our stamp last, and to the measurement store only', () => {
    expect(settings().service.pipelines).toEqual({
      'metrics/in': {
        receivers: ['hostmetrics'],
        processors: ['memory_limiter', 'filter/idle'],
        exporters: ['forward'],
      },
      'metrics/out': {
        receivers: ['forward'],
        processors: ['memory_limiter', 'batch', 'resource/stamp'],
        exporters: ['prometheus_remote_write'],
      },
    });
    const { exporters, extensions, service } = JSON.parse(JSON.stringify(frameOf(FRAME)));
    expect(settings()).toMatchObject({ exporters, extensions });
    expect(Object.keys(settings().exporters)).toEqual(['prometheus_remote_write']);
    expect(settings().service).toMatchObject(service);
  });

  test('read the node as often as the other variant does, whatever the author wrote', () => {
    expect(settings().receivers).toEqual({
      hostmetrics: {
        collection_interval: '10s',
        root_path: `\${env:PHX_HOSTFS:-/hostfs}`,
        scrapers: {
          cpu: {},
          memory: {},
          process: {
            mute_process_all_errors: true,
            resource_attributes: { 'process.command_line': { enabled: false } },
          },
        },
      },
    });
  });

  test('collect no command lines, unless what is done with the data speaks of them; then the cluster refuses them', () => {
    expect(refusedBy(STRICTEST_POLICY, rendered())).toEqual([]);
    const looking = OWN.replace(
      'metric.name == "process.threads"',
      'IsMatch(resource.attributes["process.command_line"], "x")',
    );
    expect(refusedBy(STRICTEST_POLICY, rendered(looking))).toMatchObject([
      { pointer: expect.stringMatching('^/receivers/hostmetrics/scrapers/process'), code: 'command-line-collected' },
    ]);
  });

  test('may have a component that only the full build has, as far as the owner of a cluster trusts it', () => {
    const full = rendered(
      OWN.replace('  batch:', '  metric_start_time: {}\n  batch:').replace('[batch]', '[metric_start_time, batch]'),
    );
    expect(full.yaml).toContain('metric_start_time: {}');
    expect(refusedBy(STRICTEST_POLICY, full)).toEqual([]);
    expect(refusedBy({ ...STRICTEST_POLICY, trustedComponents: [] }, full).map(({ code }) => code)).toEqual([
      'component-not-trusted',
    ]);
  });

  test('are held against what the owner of a cluster allows', () => {
    const ofCritical = { ...STRICTEST_POLICY, criticalProcesses: ['nginx'] };
    const dropping = OWN.replace(
      'metric.name == "process.threads"',
      'resource.attributes["process.executable.name"] == "nginx"',
    );
    expect(refusedBy(ofCritical, rendered(dropping)).map(({ code }) => code)).toEqual(['drops-critical']);
    expect(refusedBy(ofCritical, rendered())).toEqual([]);
    const yaml = rendered().yaml.replace(`\${env:PHX_RW_URL}`, 'https://elsewhere.example.com/write');
    const refusedWith = (destinations: readonly string[]) =>
      refusedBy({ ...STRICTEST_POLICY, destinations: [...destinations] }, { yaml }).map(
        ({ pointer, code }) => `${pointer} ${code}`,
      );
    const changed = '/exporters/prometheus_remote_write frame-changed';
    expect(refusedWith(['elsewhere.example.com'])).toEqual([changed]);
    expect(refusedWith(['example.com'])).toEqual([
      changed,
      '/exporters/prometheus_remote_write/http/endpoint destination-not-allowed',
    ]);
  });

  test('keep what the author does with the data, and nothing that is not used', () => {
    expect(settings().processors).toEqual({
      ...JSON.parse(JSON.stringify(frameOf(FRAME)['processors'])),
      'filter/idle': { error_mode: 'ignore', metric_conditions: ['metric.name == "process.threads"'] },
      batch: { timeout: '5s' },
    });
  });

  test('are the same bytes each time, and say whose they are', () => {
    expect(rendered()).toEqual(rendered());
    expect(rendered()).toMatchObject({
      template: null,
      version: null,
      pipeline: REVISION,
      sha256: sha256(rendered().yaml),
    });
    expect(rendered().yaml.split('\n')[0]).toBe('# pipe-00000000000a, revision 3');
    expect(RenderedPipeline.parse(rendered())).toEqual(rendered());
  });

  test('sign where the measurement store is a managed one', () => {
    const outcome = renderOwnSettings({ ...REVISION, yaml: OWN }, { ...FRAME, remoteWriteAuth: 'sigv4' }, sha256);
    expect(outcome.accepted && parse(outcome.value.yaml).service.extensions).toEqual(['health_check', 'sigv4auth']);
  });

  test('explain each of their components once, in order', () => {
    expect(rendered().explanation.map(({ component }) => component)).toEqual([
      'hostmetrics',
      'forward',
      'memory_limiter',
      'filter/idle',
      'batch',
      'resource/stamp',
      'prometheus_remote_write',
    ]);
  });
});

describe('what cannot be measured', () => {
  test.each([
    ['no pipeline of metrics', OWN.replaceAll('metrics/', 'traces/'), 'it has no pipeline of metrics'],
    [
      'nothing that reads the node',
      OWN.replace('receivers: [hostmetrics]', 'receivers: [otlp]'),
      'no pipeline of metrics reads host_metrics',
    ],
    [
      'a name of ours',
      OWN.replaceAll('filter/idle', 'resource/stamp'),
      'resource/stamp is the name of a processor of ours',
    ],
    [
      'a connector that only ends',
      OWN.replace('logs: {receivers: [otlp]', 'logs: {receivers: [otlp, forward]').replace(
        'receivers: [forward], processors: [batch]',
        'receivers: [hostmetrics], processors: [batch]',
      ),
      'forward',
    ],
    ['no readable text', 'a: [', 'no readable YAML'],
  ])('%s', (_, yaml, message) => {
    expect(outcomeOf(yaml)).toMatchObject({
      accepted: false,
      refusal: { code: 'pipeline-not-comparable', message: expect.stringContaining(message), errors: [{}] },
    });
  });
});

describe('two variants', () => {
  const template = (name: string): VariantSource => ({
    kind: 'template',
    choice: PipelineChoice.parse({ template: name }),
    revision: null,
  });
  const both = (baseline: VariantSource, candidate: VariantSource) => {
    const outcome = renderVariants({ baseline, candidate }, FRAME, sha256);
    if (!outcome.accepted) throw new Error(outcome.refusal.message);
    return outcome.value;
  };
  const scrapers = ({ yaml }: RenderedPipeline) => Object.keys(parse(yaml).receivers.host_metrics.scrapers);

  test('of templates collect the same, also when a template stands behind a revision', () => {
    const owned: VariantSource = { ...template('top-k'), revision: REVISION } as VariantSource;
    const { baseline, candidate } = both(template('baseline'), owned);
    expect(scrapers(baseline)).toEqual(scrapers(candidate));
    expect([baseline.pipeline, candidate.pipeline]).toEqual([null, REVISION]);
  });

  const own = (yaml = OWN): VariantSource => ({ kind: 'settings', yaml, revision: REVISION });

  test('a template beside an author’s own settings reads of the node what they read', () => {
    for (const rendered of [both(template('baseline'), own()), both(own(), template('baseline'))]) {
      const [made, written] = [rendered.baseline, rendered.candidate].toSorted((one) =>
        one.template === null ? 1 : -1,
      );
      if (made === undefined || written === undefined) throw new Error('there are two');
      expect(made.template).toBe('baseline');
      expect(parse(made.yaml).receivers).toEqual(parse(written.yaml).receivers);
      expect(parse(made.yaml).service.pipelines.metrics.receivers).toEqual(['hostmetrics']);
      expect(made.sha256).toBe(sha256(made.yaml));
      expect(made.explanation[0]).toEqual({
        component: 'hostmetrics',
        sentence: 'Every 10 s it reads of the node what the other variant reads.',
      });
    }
  });

  const refusalOf = (baseline: VariantSource, candidate: VariantSource) => {
    const outcome = renderVariants({ baseline, candidate }, FRAME, sha256);
    return outcome.accepted ? null : outcome.refusal;
  };

  test('a template that looks at what they do not collect is refused; collected as it needs, it is not', () => {
    expect(refusalOf(own(), template('top-k'))).toMatchObject({
      code: 'pipeline-not-comparable',
      message: expect.stringContaining('template top-k looks at process.cpu.utilization, summed over its states'),
    });
    const summed = OWN.replace(
      'process: {mute_process_all_errors: true}',
      'process: {metrics: {process.cpu.utilization: {enabled: true, attributes: [], aggregation_strategy: sum}}}',
    );
    expect(refusalOf(own(summed), template('top-k'))).toBeNull();
  });

  test('of two authors have to read the same, under whatever name and however often they wrote', () => {
    const renamed = OWN.replaceAll('hostmetrics', 'host_metrics/mine').replace('60s', '15s');
    expect(refusalOf(own(), own(renamed))).toBeNull();
    const more = OWN.replace('cpu: {},', 'cpu: {}, disk: {},');
    expect(refusalOf(own(), own(more))).toMatchObject({
      code: 'pipeline-not-comparable',
      message: expect.stringContaining('scrapers › disk is {}, was not set'),
    });
  });
});
