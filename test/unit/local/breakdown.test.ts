import { describe, expect, test } from 'vitest';
import { makeTimeRecorder, phasesOf, renderBreakdown, type Step } from '../../../local/breakdown.ts';
import type { Transition } from '../../../src/experiments/contract/views.ts';
import { Instant } from '../../../src/kernel/instant.ts';

describe('the recorder', () => {
  let now = 0;
  const recorder = makeTimeRecorder(() => now);
  const tell = (seconds: number, part: string, doing: string | null): void => {
    now = seconds;
    recorder.tell(part, doing);
  };

  test('keeps how long each part did what, also side by side, in the order in which it began', () => {
    tell(1, 'collector', 'compiling the collector');
    tell(2, 'AWS emulator', 'installing');
    tell(3, 'collector', 'compiling the collector');
    tell(10, 'AWS emulator', 'starting');
    tell(11, 'AWS emulator', null);
    tell(176, 'collector', null);
    expect(recorder.steps()).toEqual([
      { part: 'collector', doing: 'compiling the collector', fromSeconds: 1, tookSeconds: 175 },
      { part: 'AWS emulator', doing: 'installing', fromSeconds: 2, tookSeconds: 8 },
      { part: 'AWS emulator', doing: 'starting', fromSeconds: 10, tookSeconds: 1 },
    ]);
  });

  test('takes what was measured before it lived, and does not show what is not over', () => {
    recorder.add({ part: 'dependencies', doing: 'npm ci', fromSeconds: 0, tookSeconds: 14 });
    tell(200, 'nodes', 'joining');
    expect(recorder.steps().map(({ doing }) => doing)).toEqual([
      'npm ci',
      'compiling the collector',
      'installing',
      'starting',
    ]);
  });
});

describe('the phases of an experiment', () => {
  const history = (...states: readonly (readonly [number, Transition['to']])[]) =>
    states.map(([second, to]) => ({
      at: Instant.parse(`2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`),
      to,
    }));
  const startedAtMs = Date.parse('2026-01-01T00:00:00.000Z');
  const seenAfter = (second: number) => ({ startedAtMs, seenAtMs: startedAtMs + second * 1000 });
  const inWords = (steps: readonly Step[]) =>
    steps.map(({ doing, fromSeconds, tookSeconds }) => `${doing} ${fromSeconds}+${tookSeconds}`);

  test('are its states, and the removal of what it had put on the cluster is its ending', () => {
    const steps = phasesOf(
      history(
        [20, 'draft'],
        [20, 'validating'],
        [21, 'provisioning'],
        [25, 'running'],
        [40, 'rolling_back'],
        [42, 'ended'],
      ),
      seenAfter(45),
    );
    expect(inWords(steps)).toEqual([
      'validating 20+1',
      'provisioning 21+4',
      'running 25+15',
      'rolling back 40+2',
      'ending 42+3',
    ]);
  });

  test('end with the decision where a person has to say what comes next', () => {
    const steps = phasesOf(history([25, 'running'], [40, 'deciding'], [41, 'awaiting_approval']), seenAfter(50));
    expect(inWords(steps)).toEqual(['running 25+15', 'deciding 40+1']);
  });
});

describe('the table', () => {
  const steps: readonly Step[] = [
    { part: 'dependencies', doing: 'npm ci', fromSeconds: 0, tookSeconds: 20 },
    { part: 'collector', doing: 'compiling', fromSeconds: 20, tookSeconds: 60 },
    { part: 'nodes', doing: 'joining', fromSeconds: 79.96, tookSeconds: 0.04 },
  ];

  test('says from when and how long, and all together', () => {
    expect(renderBreakdown(steps, { totalSeconds: 80, isTerminal: false }).split('\n')).toEqual([
      'where the time went         from      took',
      'dependencies · npm ci      0.0 s    20.0 s',
      'collector · compiling     20.0 s    60.0 s',
      'nodes · joining           80.0 s     0.0 s',
      'all together                        80.0 s  1 min',
    ]);
  });

  test('draws on a terminal what ran when; a step of no length is still seen, and nothing is longer than the whole', () => {
    expect(
      renderBreakdown(steps, { totalSeconds: 80, isTerminal: true })
        .split('\n')
        .slice(1, 4)
        .map((row) => row.slice(44)),
    ).toEqual(['▆▆▆▆', '    ▆▆▆▆▆▆▆▆▆▆▆▆', '               ▆']);
  });

  test('a start of less than a minute needs no second unit', () => {
    expect(renderBreakdown([], { totalSeconds: 12, isTerminal: false })).toMatch(/12\.0 s$/);
  });
});
