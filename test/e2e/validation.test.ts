import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ensureCollector } from '../../local/toolchain/build.ts';
import { COMPONENT_KINDS, COMPONENTS } from '../../src/pipelines/domain/validation/components.ts';
import { validateSettings } from '../../src/pipelines/domain/validation/validate-settings.ts';
import { validateWithCollector } from '../support/collector.ts';
import { MUTANTS, WHOLE_TEXT } from '../support/settings-corpus.ts';
import { toolCache, toolContext } from '../support/tools.ts';

// What we say about settings is held against the real collector, which has the last word.

const folder = mkdtempSync(join(tmpdir(), 'phoenix-validation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isValidToUs = (text: string) => validateSettings(text).every(({ severity }) => severity !== 'error');

test('the components are those of the program, as settled as it says', async () => {
  const { stdout } = spawnSync(await ensureCollector(toolCache(), toolContext()), ['components'], { encoding: 'utf8' });
  const reported: Record<string, readonly { name: string; stability: Record<string, string> }[]> = parse(stdout);
  for (const kind of COMPONENT_KINDS) {
    const signalsOf = (stability: Record<string, string>) =>
      Object.fromEntries(
        ['metrics', 'logs', 'traces'].flatMap((signal) => {
          const level = stability[kind === 'connectors' ? `${signal}-to-${signal}` : signal]?.toLowerCase();
          return level === undefined || level === 'undefined' ? [] : [[signal, level]];
        }),
      );
    expect(
      Object.fromEntries(Object.entries(COMPONENTS[kind]).map(([name, { signals }]) => [name, signals])),
      kind,
    ).toEqual(Object.fromEntries((reported[kind] ?? []).map(({ name, stability }) => [name, signalsOf(stability)])));
  }
});

test('the collector takes the settings that every mutant differs from', async () => {
  expect(await validateWithCollector(WHOLE_TEXT, folder)).toBe('');
});

test.each(
  COMPONENT_KINDS.flatMap((kind) =>
    Object.entries(COMPONENTS[kind]).flatMap(([name, { aliases }]) =>
      aliases.map((alias) => [alias, name, kind] as const),
    ),
  ),
)('the collector still takes %s for %s', async (alias, _name, kind) => {
  // a component that no pipeline uses is looked up all the same
  const text = WHOLE_TEXT.replace(`${kind}:\n`, `${kind}:\n  ${alias}/old: {}\n`);
  expect(await validateWithCollector(text, folder)).not.toContain('unknown type');
  expect(isValidToUs(text)).toBe(true);
});

describe('the collector refuses what we call an error', () => {
  test.each(
    MUTANTS.filter(({ stricterBecause }) => stricterBecause === undefined).map(
      ({ title, text }) => [title, text] as const,
    ),
  )('%s', async (_title, text) => {
    expect(isValidToUs(text)).toBe(false);
    expect(await validateWithCollector(text, folder)).not.toBe('');
  });
});
