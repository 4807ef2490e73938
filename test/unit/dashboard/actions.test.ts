import { describe, expect, test } from 'vitest';
import { actionWords, consequencesOf, nodeNames } from '../../../dashboard/src/experiments/detail/consequences.ts';
import { progressOf, sentenceOf } from '../../../dashboard/src/experiments/detail/sentence.ts';
import { IDLE_LIMIT_MS, IDLE_WARNING_MS, idleStateAt } from '../../../dashboard/src/session/idle-state.ts';
import { COMMANDS, STATES } from '../../../src/experiments/domain/vocabulary.ts';
import { fixtureExperiment } from '../../support/fixture-experiments.ts';
import { T0 } from '../../support/platform.ts';

const draft = fixtureExperiment({
  id: 'exp-draft0000001',
  name: 'cheap and honest',
  state: 'draft',
  createdAt: T0,
  measured: 0,
  allowedCommands: ['start'],
}).view;
const running = fixtureExperiment({
  id: 'exp-running00001',
  name: 'cheap and honest',
  state: 'running',
  createdAt: T0,
  measured: 12,
  allowedCommands: ['stop'],
}).view;

describe('every action', () => {
  test('names the thing and says what will happen', () => {
    for (const command of COMMANDS) {
      expect(actionWords(command, running.name).title).toContain('cheap and honest');
      expect(consequencesOf(command, running, null).length).toBeGreaterThan(0);
    }
  });

  test('that takes something away asks for a reason', () => {
    expect(COMMANDS.filter((command) => actionWords(command, '').needsReason)).toEqual(['pause', 'stop', 'rollback']);
  });

  test('of a start says on which nodes, how many objects, for how long, and who cannot take part', () => {
    const text = consequencesOf('start', draft, {
      nodes: [
        { node: 'node-1', heldBy: null },
        { node: 'node-2', heldBy: 'exp-other0000001' },
      ],
      slotsPlanned: 60,
      totalSeconds: 720,
      objects: 7,
    }).join(' ');
    expect(text).toContain('7 objects are deployed: the collectors of both variants, on node-1.');
    expect(text).toContain('node-2 cannot take part');
    expect(text).toContain('60 slots of 10 s');
    expect(text).toContain('12 min in all');
  });

  test('of a stop names the nodes that are cleaned, and nothing where nothing is deployed', () => {
    expect(consequencesOf('stop', running, null)[0]).toContain('node-1 and node-2');
    expect(consequencesOf('stop', draft, null)).toEqual([
      'The draft ends. Nothing is deployed, so nothing is removed.',
    ]);
  });
});

test('many nodes are counted, the first four by name', () => {
  expect(nodeNames([])).toBe('no node');
  expect(nodeNames(['a', 'b', 'c', 'd'])).toBe('4 nodes (a, b, c, d)');
  expect(nodeNames(['a', 'b', 'c', 'd', 'e'])).toBe('5 nodes (a, b, c, d and 1 more)');
});

describe('the sentence', () => {
  test('is that of the newest look while it runs', () => {
    expect(sentenceOf(running)).toBe(running.latestLook?.sentence);
  });

  test('exists in every state, also before anything is measured', () => {
    for (const state of STATES) {
      expect(sentenceOf({ ...draft, state, nodes: running.nodes })).toMatch(/^[A-Z].+\.$/);
    }
  });

  test('is beside what is left of the time', () => {
    expect(progressOf(running, Date.parse(running.endsAt ?? '') - 240_000)).toBe('ends in 4 min');
    expect(progressOf(running, Date.parse(running.endsAt ?? '') + 1)).toBe('its last slot is being read');
    expect(progressOf(draft, Date.parse(T0))).toBeNull();
  });
});

test('an untouched session is warned 5 minutes before its end and ends after 30', () => {
  const warnAt = IDLE_LIMIT_MS - IDLE_WARNING_MS;
  expect(idleStateAt(warnAt - 1, 0)).toEqual({ state: 'active' });
  expect(idleStateAt(warnAt, 0)).toEqual({ state: 'warning', leftMs: IDLE_WARNING_MS });
  expect(idleStateAt(IDLE_LIMIT_MS - 1, 0)).toEqual({ state: 'warning', leftMs: 1 });
  expect(idleStateAt(IDLE_LIMIT_MS, 0)).toEqual({ state: 'over' });
});
