import { expect, test } from 'vitest';
import { sha256 } from '../../src/kernel/system-sha256.ts';
import { Destination } from '../../src/pipelines/domain/destination.ts';
import { renderComparison } from '../../src/pipelines/domain/render.ts';
import { TEMPLATES } from '../../src/pipelines/domain/templates.ts';
import { askCollector } from '../support/collector-answers.ts';
import { gridOf, renderedOf } from '../support/template-grid.ts';

// Whatever a template gives over the edges of its parameters, the real collector takes.

const here = TEMPLATES.filter(({ build }) => build === 'slim');
/** What each of the others lacks in our build, by name. */
const LACKING = { 'log-noise': 'file_log', 'tail-sampling': 'tail_sampling', 'growth-guard': 'cardinality_guardian' };

/** Titles of those that the collector refuses, with what it says. */
const refused = async (texts: ReadonlyMap<string, string>): Promise<readonly string[]> => {
  const answers = await askCollector([...texts.values()]);
  return [...texts.keys()].flatMap((title, index) => (answers[index] === '' ? [] : [`${title}: ${answers[index]}`]));
};

test('every template over the edges of its parameters', async () => {
  const texts = new Map(
    here.flatMap((template) =>
      gridOf(template).flatMap(({ title, outcome }) =>
        outcome.accepted ? [[title, outcome.value.yaml] as const] : [],
      ),
    ),
  );
  expect(texts.size).toBeGreaterThan(100);
  expect(await refused(texts)).toEqual([]);
});

test('every pair of variants, each as it is beside the other', async () => {
  const variants = TEMPLATES.filter(({ use }) => use === 'experiment').map(({ name }) => name);
  const texts = new Map<string, string>();
  for (const one of variants)
    for (const other of variants) {
      const both = renderComparison(
        { baseline: { template: one, parameters: {} }, candidate: { template: other, parameters: {} } },
        { remoteWriteAuth: 'none', collectionIntervalSeconds: 10, criticalProcesses: ['nginx'] },
        sha256,
      );
      if (!both.accepted) throw new Error(both.refusal.message);
      // most pairs give the same settings
      texts.set(both.value.baseline.sha256, both.value.baseline.yaml);
      texts.set(both.value.candidate.sha256, both.value.candidate.yaml);
    }
  expect(texts.size).toBeGreaterThan(variants.length);
  expect(await refused(texts)).toEqual([]);
});

test('every template with all destinations', async () => {
  const secret = { name: 'vendor', key: 'k' };
  const destinations = [
    { kind: 'new_relic', region: 'eu', licenseKey: secret },
    { kind: 'otlp', protocol: 'grpc', endpoint: 'http://127.0.0.1:4317', temporality: 'delta', authorization: secret },
    { kind: 'prometheus_remote_write', endpoint: 'https://store.example.com/api/v1/write', authorization: secret },
  ].map((each) => Destination.parse(each));
  const texts = new Map(
    here.flatMap(({ name, use }) =>
      use === 'pre_check' ? [] : [[name, renderedOf(name, {}, { destinations }).yaml] as const],
    ),
  );
  expect(await refused(texts)).toEqual([]);
});

test('the gaps are those that are named, and the only ones', async () => {
  const others = TEMPLATES.filter(({ build }) => build !== 'slim');
  expect(others.map(({ name }) => name).toSorted()).toEqual(Object.keys(LACKING).toSorted());
  const answers = await askCollector(others.map(({ name }) => renderedOf(name).yaml));
  for (const [index, { name }] of others.entries())
    expect(answers[index]).toContain(`unknown type: "${LACKING[name as keyof typeof LACKING]}"`);
});
