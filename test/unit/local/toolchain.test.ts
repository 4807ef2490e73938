import { describe, expect, test } from 'vitest';
import { isNewEnough, parseGoVersion } from '../../../local/toolchain/go.ts';
import { isPythonNewEnough } from '../../../local/toolchain/python.ts';
import { expectedCompileSeconds, runStep, type StepProgress } from '../../../local/toolchain/step.ts';

describe("the machine's Go", () => {
  test.each([
    ['go version go1.26.8 linux/amd64', 'go1.26.8'],
    ['go version go1.27rc1 darwin/arm64', 'go1.27rc1'],
    ['go version go1.26 linux/arm64', 'go1.26'],
    ['zsh: command not found: go', undefined],
  ])('%s', (text, version) => {
    expect(parseGoVersion(text)).toBe(version);
  });

  test.each([
    ['go1.25.9', false],
    ['go1.26', true],
    ['go1.26.0', true],
    ['go2.0', true],
  ])('%s is new enough: %s', (version, answer) => {
    expect(isNewEnough(version)).toBe(answer);
  });
});

describe("the machine's Python", () => {
  test.each([
    [[3, 9], false],
    [[3, 10], true],
    [[4, 0], true],
  ] as const)('%j is new enough: %s', (version, answer) => {
    expect(isPythonNewEnough(version)).toBe(answer);
  });
});

describe('how long a compilation takes', () => {
  test('is what was measured on two cores', () => {
    expect(expectedCompileSeconds(345, 2)).toBe(345);
  });

  test('is more on one core, less on four, and not guessed beyond eight', () => {
    expect(expectedCompileSeconds(100, 1)).toBeGreaterThan(100);
    expect(expectedCompileSeconds(100, 4)).toBeLessThan(100);
    expect(expectedCompileSeconds(100, 64)).toBe(expectedCompileSeconds(100, 8));
  });
});

describe('a step', () => {
  test('tells at its begin what it does and how long that takes', async () => {
    const told: StepProgress[] = [];
    const answer = await runStep(
      { step: 'compiling', expectedSeconds: 9, report: (progress) => told.push(progress) },
      async () => 42,
    );
    expect(answer).toBe(42);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ step: 'compiling', expectedSeconds: 9 });
  });

  test('passes its failure on', async () => {
    const failing = runStep({ step: 'compiling', report: () => {} }, () => Promise.reject(new Error('out of memory')));
    await expect(failing).rejects.toThrow('out of memory');
  });
});
