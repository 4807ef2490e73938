import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { draftOf, FIRST_SETTINGS, isSameDraft, originOf } from '../../../dashboard/src/pipelines/draft.ts';
import { analyse, lineOf } from '../../../dashboard/src/pipelines/editor/analyse.ts';
import { layOut, NODE, pathOf } from '../../../dashboard/src/pipelines/editor/flows.ts';
import { parseVariantText, variantText } from '../../../dashboard/src/pipelines/variant-text.ts';
import { isWorthTrying } from '../../../dashboard/src/templates/for-experiments.ts';
import { PipelineId } from '../../../src/kernel/identity.ts';
import { TemplateName } from '../../../src/pipelines/domain/template.ts';
import { TEMPLATES } from '../../../src/pipelines/domain/templates.ts';

const TWO = parse(`
receivers: {host_metrics: {}, otlp: {}}
processors: {memory_limiter: {}, batch: {}}
exporters: {otlp_http: {}}
connectors: {forward: {}}
service:
  pipelines:
    metrics/in: {receivers: [host_metrics, otlp], processors: [memory_limiter], exporters: [forward]}
    metrics/out: {receivers: [forward], processors: [batch], exporters: [otlp_http]}
`);

describe('the graph', () => {
  const graph = layOut(TWO);
  const at = (id: string, nth = 0) => graph.nodes.filter((node) => node.id === id)[nth];
  const edges = graph.edges.map(({ from, to }) => `${from.id} → ${to.id}`);

  test('has every component of every pipeline, each below the one before', () => {
    expect(graph.nodes.map(({ id, part }) => `${part} ${id}`)).toEqual([
      'receivers host_metrics',
      'receivers otlp',
      'processors memory_limiter',
      'connectors forward',
      'connectors forward',
      'processors batch',
      'exporters otlp_http',
    ]);
    expect(at('memory_limiter')?.y).toBeGreaterThan(at('otlp')?.y ?? 0);
    expect(at('forward')?.y).toBeGreaterThan(at('memory_limiter')?.y ?? 0);
  });

  test('knows of each where its pipeline names it, so that a finding there is shown on it', () => {
    expect(at('otlp')?.pointer).toBe('/service/pipelines/metrics~1in/receivers/1');
    expect(at('forward', 1)?.pointer).toBe('/service/pipelines/metrics~1out/receivers/0');
  });

  test('leads from each receiver on, and through a connector into the next pipeline', () => {
    expect(edges).toEqual([
      'host_metrics → memory_limiter',
      'otlp → memory_limiter',
      'memory_limiter → forward',
      'forward → batch',
      'batch → otlp_http',
      'forward → forward',
    ]);
  });

  test('lets no two components overlap, and everything fits', () => {
    for (const [index, one] of graph.nodes.entries()) {
      for (const other of graph.nodes.slice(index + 1)) {
        const isApart = Math.abs(one.x - other.x) >= NODE.width || Math.abs(one.y - other.y) >= NODE.height;
        expect(isApart, `${one.key} and ${other.key}`).toBe(true);
      }
      expect(one.x + NODE.width).toBeLessThanOrEqual(graph.width);
      expect(one.y + NODE.height).toBeLessThanOrEqual(graph.height);
    }
  });

  test('draws finite lines, whatever the settings are', () => {
    for (const edge of graph.edges) expect(pathOf(edge)).not.toMatch(/NaN|Infinity|undefined/);
    for (const strange of [{}, { service: { pipelines: { metrics: null } } }, { service: { pipelines: [1] } }]) {
      expect(layOut(strange).nodes).toEqual([]);
    }
  });
});

describe('what the editor says', () => {
  test('where somebody begins there is nothing to find, and a graph', () => {
    const { findings, graph, offer, hindrances } = analyse(FIRST_SETTINGS);
    // where it would go is for the owner of a cluster to allow; an experiment sends nothing there
    expect(findings.map(({ rule }) => rule)).toEqual(['destination-not-allowed']);
    expect(hindrances).toEqual([]);
    expect(graph?.lanes.map(({ name }) => name)).toEqual(['metrics']);
    expect(offer).toBeNull();
  });

  test('a text that cannot be read has a finding and no graph; nothing has neither', () => {
    expect(analyse('a: [')).toMatchObject({ graph: null, offer: null });
    expect(analyse('a: [').findings).not.toEqual([]);
    expect(analyse('  \n')).toMatchObject({ findings: [], graph: null, offer: null });
  });

  test('what an experiment would not take is told, unless there are errors to mend first', () => {
    const early = FIRST_SETTINGS.replace('[memory_limiter, batch]', '[memory_limiter, batch, filter]').replace(
      '  batch: {}\n',
      `  batch: {}\n  filter: {metric_conditions: ['metric.name == "x"']}\n`,
    );
    expect(analyse(early).hindrances).toMatchObject([{ code: 'drop-after-batch' }]);
    expect(analyse(early.replace('"x"', '"x')).hindrances).toBeNull();
    const pushed = FIRST_SETTINGS.replace(
      /receivers:[\s\S]*?\nprocessors/,
      `receivers:\n  otlp: {protocols: {grpc: {endpoint: "localhost:4317"}}}\nprocessors`,
    ).replace('[host_metrics]', '[otlp]');
    expect(analyse(pushed).hindrances).toMatchObject([{ pointer: '/receivers', code: 'pipeline-not-comparable' }]);
  });

  test('a secret is offered to be replaced', () => {
    const yaml = FIRST_SETTINGS.replace('endpoint:', 'headers: {api-key: abcdef0123456789}\n    endpoint:');
    expect(analyse(yaml).offer?.notes).toHaveLength(1);
    expect(analyse(yaml).offer?.yaml).not.toContain('abcdef0123456789');
  });

  test('a component is found on its line, below its own section only', () => {
    expect(lineOf(FIRST_SETTINGS, 'processors', 'batch')).toBe(19);
    expect(lineOf(FIRST_SETTINGS, 'exporters', 'batch')).toBeNull();
    expect(lineOf('exporters: {nop: {}}', 'exporters', 'nop')).toBeNull();
  });
});

describe('a draft', () => {
  const id = PipelineId.parse('pipe-00000000000a');
  const origin = {
    kind: 'template' as const,
    template: TemplateName.parse('top-k'),
    version: '1.0.0',
    parameters: { cpu_threshold_ratio: 0.02, pinned_processes: ['nginx', 'sshd'] },
  };

  test('of a template comes back as it was', () => {
    const draft = draftOf({ origin, yaml: '' });
    expect(originOf(draft, TEMPLATES)).toEqual({ kind: 'template', template: 'top-k', parameters: origin.parameters });
    expect(isSameDraft(draft, draftOf({ origin, yaml: 'another' }))).toBe(true);
  });

  test('without settings is nothing to send', () => {
    expect(originOf({ kind: 'settings', yaml: ' ' }, TEMPLATES)).toBeNull();
    expect(originOf({ kind: 'template', template: 'top-q', values: {} }, TEMPLATES)).toBeNull();
  });

  test.each([
    ['pipe-00000000000a@3', { pipelineId: id, revision: 3 }],
    ['pipe-00000000000a', { pipelineId: id }],
    ['top-k', null],
    ['pipe-short@3', null],
  ])('an address with %s means that', (text, reference) => {
    expect(parseVariantText(text)).toEqual(reference);
    if (reference !== null && 'revision' in reference) expect(variantText(id, 3)).toBe(text);
  });
});

test('an experiment is offered of templates that can be its candidate, and of no other', () => {
  const offered = TEMPLATES.filter(isWorthTrying);
  expect(offered.map(({ name }) => name)).toContain('top-k');
  expect(offered.filter(({ use, kind }) => use !== 'experiment' || kind === 'baseline')).toEqual([]);
  expect(TEMPLATES.filter(({ use }) => use !== 'experiment')).not.toEqual([]);
});
