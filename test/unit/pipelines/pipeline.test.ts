import { describe, expect, test } from 'vitest';
import { PipelineId, TenantId } from '../../../src/kernel/identity.ts';
import { minutesAfter } from '../../../src/kernel/instant.ts';
import { sha256 } from '../../../src/kernel/system-sha256.ts';
import { decidePipeline, headOf } from '../../../src/pipelines/domain/decide-pipeline.ts';
import { evolvePipeline } from '../../../src/pipelines/domain/evolve-pipeline.ts';
import { MAXIMUM_REVISIONS, Pipeline, type PipelineStatus } from '../../../src/pipelines/domain/pipeline.ts';
import type { PipelineCommand, PipelineEvent } from '../../../src/pipelines/domain/pipeline-changes.ts';
import {
  composeRevision,
  foundToday,
  PipelineOrigin,
  type Revision,
  type RevisionContent,
  SettingsYaml,
} from '../../../src/pipelines/domain/revision.ts';
import { ANNA, T0 } from '../../support/builders.ts';

const GOOD = `receivers: {otlp: {protocols: {grpc: {endpoint: "localhost:4317"}}}}
exporters: {nop: {}}
service: {pipelines: {metrics: {receivers: [otlp], exporters: [nop]}}}
`;
const BROKEN = GOOD.replace('[nop]', '[nothing]');

const contentOf = (origin: unknown): RevisionContent => {
  const outcome = composeRevision(PipelineOrigin.parse(origin), sha256);
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};
const own = (yaml: string): RevisionContent => contentOf({ kind: 'settings', yaml });
const revision = (number: number, yaml = GOOD): Revision => ({
  ...headOf(own(yaml), number, '', { at: T0, by: ANNA }),
  ...own(yaml),
  pipelineId: PipelineId.parse('pipe-00000000000a'),
  published: null,
});

const asked = { at: minutesAfter(T0, 5), by: ANNA };
const created: PipelineEvent = {
  type: 'created',
  id: PipelineId.parse('pipe-00000000000a'),
  tenantId: TenantId.parse('acme'),
  details: { name: 'web hosts', description: '', owner: 'anna@example.com', team: null, labels: {} },
  first: headOf(own(GOOD), 1, 'first', { at: T0, by: ANNA }),
  at: T0,
  by: ANNA,
};
const published: PipelineEvent = { type: 'published', revision: 1, at: T0, by: ANNA };
const deprecated: PipelineEvent = { type: 'deprecated', reason: 'replaced', at: T0, by: ANNA };
const HISTORIES: Readonly<Record<PipelineStatus, readonly PipelineEvent[]>> = {
  draft: [created],
  published: [created, published],
  deprecated: [created, published, deprecated],
};

const after = (...events: readonly PipelineEvent[]): Pipeline => {
  const pipeline = events.reduce<Pipeline | null>(evolvePipeline, null);
  if (pipeline === null) throw new Error('no event was given');
  return pipeline;
};
const given = (...events: readonly PipelineEvent[]) => ({
  when: (command: PipelineCommand) => {
    const pipeline = after(...events);
    const decision = decidePipeline(pipeline, command);
    return decision.accepted
      ? { events: decision.value, next: decision.value.reduce<Pipeline>(evolvePipeline, pipeline) }
      : { refusal: decision.refusal };
  },
});

describe('saving', () => {
  test('the next revision has the next number, and the published one stays', () => {
    const content = own(`${GOOD}# a word\n`);
    const { next, events } = given(created, published).when({
      type: 'revise',
      content,
      note: 'why',
      ...asked,
    });
    expect(events).toMatchObject([{ type: 'revised', revision: { number: 2, note: 'why', sha256: content.sha256 } }]);
    expect(next).toMatchObject({ status: 'published', latest: { number: 2 }, published: { revision: 1 }, version: 3 });
  });

  test('the same settings again are no new revision', () => {
    const again: PipelineCommand = { type: 'revise', content: own(GOOD), note: '', ...asked };
    expect(given(created).when(again).events).toEqual([]);
  });

  test('a template and the text that it renders are two', () => {
    const template = contentOf({ kind: 'template', template: 'baseline', parameters: {} });
    const copied = own(template.yaml);
    const rendered: PipelineEvent = { ...created, first: headOf(template, 1, 'first', { at: T0, by: ANNA }) };
    expect(given(rendered).when({ type: 'revise', content: copied, note: '', ...asked }).events).toMatchObject([
      { revision: { origin: { kind: 'settings' } } },
    ]);
  });

  test('settings with findings are saved, and counted', () => {
    const { next } = given(created).when({
      type: 'revise',
      content: own(BROKEN),
      note: '',
      ...asked,
    });
    expect(next).toMatchObject({ latest: { number: 2, errors: 1 } });
  });

  test('the last possible revision is saved, the one after it is refused', () => {
    const with999 = (number: number): PipelineEvent => ({
      type: 'revised',
      revision: { ...headOf(own(GOOD), number, '', asked) },
      ...asked,
    });
    const revise: PipelineCommand = { type: 'revise', content: own(BROKEN), note: '', ...asked };
    expect(given(created, with999(MAXIMUM_REVISIONS - 1)).when(revise).events).toHaveLength(1);
    expect(given(created, with999(MAXIMUM_REVISIONS)).when(revise).refusal?.code).toBe('pipeline-quota-exceeded');
  });
});

describe('publishing', () => {
  test('makes a draft public', () => {
    const { next } = given(created).when({ type: 'publish', revision: revision(1), ...asked });
    expect(next).toMatchObject({ status: 'published', published: { revision: 1, at: asked.at, by: ANNA } });
  });

  test('is refused while there are errors, each with its rule, its place and what would work', () => {
    const { refusal } = given(created).when({ type: 'publish', revision: revision(2, BROKEN), ...asked });
    expect(refusal).toMatchObject({
      code: 'pipeline-invalid-config',
      message: expect.stringContaining('revision 2 has 1 error, so it stays a draft'),
      errors: [
        { pointer: '/service/pipelines/metrics/exporters/0', code: 'reference-undefined', message: /line 3, column/ },
      ].map((error) => ({ ...error, message: expect.stringMatching(error.message) })),
    });
  });

  test('warnings are no reason to refuse', () => {
    const warned = revision(1, GOOD.replace('{nop: {}}', '{nop: {}, nop/unused: {}}'));
    expect(warned.errors).toBe(0);
    expect(warned.findings.map(({ rule }) => rule)).toEqual(['component-unused', 'memory-limiter-not-first']);
    expect(given(created).when({ type: 'publish', revision: warned, ...asked }).events).toHaveLength(1);
  });

  test('the published revision again changes nothing; an earlier one is a way back', () => {
    const second: PipelineEvent = { ...published, revision: 2 };
    expect(given(created, second).when({ type: 'publish', revision: revision(2), ...asked }).events).toEqual([]);
    expect(given(created, second).when({ type: 'publish', revision: revision(1), ...asked }).next).toMatchObject({
      published: { revision: 1 },
    });
  });
});

describe('the end of a pipeline', () => {
  test('deprecating keeps what was published and why it is no longer offered', () => {
    expect(given(created, published).when({ type: 'deprecate', reason: 'replaced', ...asked }).next).toMatchObject({
      status: 'deprecated',
      published: { revision: 1 },
      deprecation: { reason: 'replaced', by: ANNA },
    });
  });

  test('a deprecated one comes back by publishing', () => {
    const { next } = given(created, deprecated).when({ type: 'publish', revision: revision(1), ...asked });
    expect(next).toMatchObject({ status: 'published' });
    expect(next).not.toHaveProperty('deprecation');
  });

  test.each<[PipelineStatus, readonly PipelineCommand['type'][]]>([
    ['draft', []],
    ['published', ['delete']],
    ['deprecated', ['revise']],
  ])('in %s exactly these are refused: %s', (status, refused) => {
    const commands: readonly PipelineCommand[] = [
      { type: 'change-details', details: { team: 'platform' }, ...asked },
      { type: 'revise', content: own(BROKEN), note: '', ...asked },
      { type: 'publish', revision: revision(1), ...asked },
      { type: 'deprecate', reason: 'replaced', ...asked },
      { type: 'delete', ...asked },
    ];
    const found = commands.filter((command) => given(...HISTORIES[status]).when(command).refusal !== undefined);
    expect(found.map(({ type }) => type)).toEqual(refused);
  });

  test('a refusal says what would work', () => {
    expect(given(created, published).when({ type: 'delete', ...asked }).refusal).toMatchObject({
      code: 'state-conflict',
      message:
        'deleting is not possible while the pipeline is published; deprecate it first: experiments and people may rely on it',
    });
  });
});

test('a detail that is what it was changes nothing', () => {
  const same: PipelineCommand = { type: 'change-details', details: { name: 'web hosts' }, ...asked };
  expect(given(created).when(same).events).toEqual([]);
  expect(given(created).when({ ...same, details: { team: 'web' } }).next).toMatchObject({ details: { team: 'web' } });
});

test.each(Object.entries(HISTORIES))('a pipeline in %s is what its schema says', (_, events) => {
  expect(Pipeline.parse(after(...events))).toEqual(after(...events));
});

describe('composing', () => {
  test('a template gets its version and every parameter spelled out', () => {
    const content = contentOf({ kind: 'template', template: 'top-k', parameters: { cpu_threshold_ratio: 0.02 } });
    expect(content).toMatchObject({
      origin: {
        kind: 'template',
        template: 'top-k',
        version: '1.0.0',
        parameters: { cpu_threshold_ratio: 0.02, minimum_age_seconds: 30 },
      },
      signals: ['metrics'],
      errors: 0,
      sha256: sha256(content.yaml),
    });
  });

  test('a secret in plain text is never stored, and its line is told', () => {
    const yaml = GOOD.replace('{nop: {}}', '{nop: {}, otlp_http: {headers: {api-key: abcdef0123456789}}}');
    const outcome = composeRevision({ kind: 'settings', yaml }, sha256);
    expect(outcome).toMatchObject({
      accepted: false,
      refusal: { code: 'pipeline-secret-in-plain-text', facts: { lines: [2] } },
    });
    expect(JSON.stringify(outcome)).not.toContain('abcdef0123456789');
  });

  test('of very many findings the first are kept and all are counted', () => {
    const many = `${GOOD}${Array.from({ length: 500 }, (_, i) => `unknown_${i}: 1`).join('\n')}\n`;
    const { errors, findings } = own(many);
    expect(errors).toBe(500);
    expect(findings).toHaveLength(100);
  });

  test('among very many an error is kept, though warnings stand before it', () => {
    const debugs = Array.from({ length: 200 }, (_, i) => `debug/${i}: {}`).join(', ');
    const { errors, warnings, findings } = own(BROKEN.replace('{nop: {}}', `{nop: {}, ${debugs}}`));
    expect([errors, warnings, findings.length]).toEqual([1, 202, 100]);
    expect(findings.at(-1)).toMatchObject({ severity: 'error', rule: 'reference-undefined' });
  });

  test('a finding that is longer than what can be kept is counted, and refuses all the same', () => {
    const long = `${GOOD}? ${'x'.repeat(40_000)}\n: 1\n`;
    expect(own(long)).toMatchObject({ errors: 1, findings: [] });
    expect(given(created).when({ type: 'publish', revision: revision(1, long), ...asked }).refusal?.message).toBe(
      'revision 1 has 1 error, so it stays a draft',
    );
  });

  test('in a text that cannot be read a secret is seen by its line', () => {
    const broken = (line: string) => composeRevision({ kind: 'settings', yaml: `exporters: [\n${line}\n` }, sha256);
    for (const line of [
      '  api-key: "abcdef0123456789" # ours',
      'exporters: {otlp_http: {headers: {authorization: abcdef0123456789}}}',
      'endpoint: https://me:abcdef0123456789@example.com',
    ])
      expect(broken(line)).toMatchObject({
        accepted: false,
        refusal: { code: 'pipeline-secret-in-plain-text', facts: { lines: [2] } },
      });
    for (const line of [`  api-key: "\${env:KEY}"`, `{token: \${env:KEY}, endpoint: https://example.com}`, 'token:'])
      expect(broken(line).accepted).toBe(true);
    expect(composeRevision({ kind: 'settings', yaml: 'a::b: {api-key: abcdef0123456789}\n' }, sha256).accepted).toBe(
      false,
    );
  });

  test('what is found today may be more than when it was saved', () => {
    const saved = { ...revision(1, BROKEN), errors: 0, findings: [] };
    expect(foundToday(saved)).toMatchObject({ number: 1, errors: 1 });
    expect(foundToday(saved).findings.map(({ rule }) => rule)).toContain('reference-undefined');
  });

  test('256 KiB are accepted, one byte more is not, whatever the characters', () => {
    const limit = 256 * 1024;
    expect(SettingsYaml.safeParse('x'.repeat(limit)).success).toBe(true);
    expect(SettingsYaml.safeParse('x'.repeat(limit + 1)).success).toBe(false);
    expect(SettingsYaml.safeParse('ü'.repeat(limit / 2)).success).toBe(true);
    expect(SettingsYaml.safeParse(`${'ü'.repeat(limit / 2)}x`).success).toBe(false);
  });
});
