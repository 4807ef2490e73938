import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RULES, type Rule, type RuleKind } from '../../../src/pipelines/domain/validation/rules.ts';

const SAID: Readonly<Record<RuleKind, string>> = {
  collector: 'error: the collector would not start',
  ours: 'error',
  cluster: 'error in a cluster of ours, a warning elsewhere',
  advice: 'warning',
};

const rules: readonly (readonly [string, Rule])[] = Object.entries(RULES);

describe('the rules of the validator', () => {
  test('stand in the docs, each with its layer and what it is', async () => {
    const rows = rules.map(
      ([id, { layer, kind, because }]) => `| \`${id}\` | ${layer} | ${SAID[kind]} | ${because ?? ''} |`,
    );
    const page = [
      '# Rules of `phoenix pipeline validate`',
      '',
      'Made from the rules themselves. The layers: L0 text, L1 what is put in, L2 settings of components, L3 ids and graph, L4 what the collector has, L5 order, destinations and paths, L6 OTTL, L7 the collector itself, where one is asked.',
      '',
      '| rule | layer | is | because |',
      '| --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
    await expect(page).toMatchFileSnapshot(join(import.meta.dirname, '../../../docs/validation-rules.generated.md'));
  });

  test('that are more than the collector demands have a reason', () => {
    const unexplained = rules.filter(
      ([, { kind, because }]) => (kind === 'ours' || kind === 'cluster') && because === undefined,
    );
    expect(unexplained).toEqual([]);
  });
});
