import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { renderPipeline } from '../../../src/pipelines/domain/render.ts';
import { PipelineChoice } from '../../../src/pipelines/domain/template.ts';
import { renderedOf } from '../../support/template-grid.ts';

const FRAME = { remoteWriteAuth: 'none', collectionIntervalSeconds: 10, criticalProcesses: [] } as const;
const render = (overrides: unknown, template = 'top-k') =>
  renderPipeline(PipelineChoice.parse({ template, overrides }), FRAME, sha256);

const FLAG = 'transform/flag';
const CHAIN = ['memory_limiter', FLAG, 'filter/topk', 'resource/unflag', 'resource/stamp'];

describe('what an author writes over a template', () => {
  test('settings of a processor are merged, another processor takes its place in the list, and the frame stays', () => {
    const outcome = render({
      processors: {
        [FLAG]: { error_mode: 'propagate' },
        'attributes/mine': { actions: [{ key: 'team', value: 'web', action: 'insert' }] },
      },
      service: { pipelines: { metrics: { processors: CHAIN.toSpliced(4, 0, 'attributes/mine') } } },
    });
    if (!outcome.accepted) throw new Error(outcome.refusal.message);
    const [changed, plain] = [parse(outcome.value.yaml), parse(renderedOf('top-k').yaml)];
    expect(changed.processors[FLAG]).toEqual({ ...plain.processors[FLAG], error_mode: 'propagate' });
    expect(changed.service.pipelines.metrics.processors[4]).toBe('attributes/mine');
    for (const part of ['receivers', 'exporters', 'extensions']) expect(changed[part]).toEqual(plain[part]);
    expect(changed.service.telemetry).toEqual(plain.service.telemetry);
    expect(outcome.value.sha256).not.toBe(renderedOf('top-k').sha256);
    expect(outcome.value.explanation.find(({ component }) => component === 'attributes/mine')?.sentence).toContain(
      'author',
    );
  });

  test.each([
    [{ processors: { memory_limiter: { limit_percentage: 99 } } }, '/overrides/processors/memory_limiter', 'frame'],
    [{ processors: { 'resource/stamp': {} } }, '/overrides/processors/resource~1stamp', 'frame'],
    [
      { service: { pipelines: { metrics: { processors: CHAIN.toReversed() } } } },
      '/overrides/service/pipelines/metrics/processors',
      'memory_limiter has to be the first',
    ],
    [
      { service: { pipelines: { metrics: { processors: CHAIN.slice(0, 4) } } } },
      '/overrides/service/pipelines/metrics/processors',
      'resource/stamp has to be the last',
    ],
    [
      { service: { pipelines: { 'metrics/mine': { processors: [] } } } },
      '/overrides/service/pipelines/metrics~1mine',
      'there is no pipeline metrics/mine; there are metrics',
    ],
    [
      { service: { pipelines: { metrics: { processors: CHAIN.toSpliced(1, 0, 'filter/nobody') } } } },
      '/overrides/service/pipelines/metrics/processors/1',
      'which is not defined',
    ],
    [
      { processors: { [FLAG]: { metric_statements: [`set(metric.name, "\${file:/etc/shadow}")`] } } },
      '/overrides/processors/transform~1flag/metric_statements/0',
      'reads from outside',
    ],
    [{ processors: { 'k8sattributes/x': {} } }, '/overrides/processors/k8sattributes~1x', 'not in our build'],
    [{ processors: { [FLAG]: { note: 'x'.repeat(17_000) } } }, '/overrides', 'make it a pipeline of your own'],
  ])('%j is refused where it stands', (overrides, pointer, message) => {
    const outcome = render(overrides);
    if (outcome.accepted) throw new Error('it was rendered');
    expect(outcome.refusal.code).toBe('pipeline-override-invalid');
    expect(outcome.refusal.errors?.[0]).toMatchObject({ pointer, message: expect.stringContaining(message) });
  });

  test.each([
    { exporters: { debug: {} } },
    { receivers: { host_metrics: { root_path: '/' } } },
    { extensions: { zpages: {} } },
    { service: { telemetry: { metrics: { level: 'none' } } } },
    { service: { pipelines: { metrics: { processors: [], exporters: ['debug'] } } } },
  ])('%j is not theirs to say', (overrides) => {
    expect(() => render(overrides)).toThrow();
  });

  test('what our build lacks in a template is no fault of who writes over it', () => {
    expect(render({ processors: { 'filter/noise': { error_mode: 'silent' } } }, 'log-noise').accepted).toBe(true);
  });
});
