import type { State } from './vocabulary.ts';

/** Which state may follow which: the whole table. Every other pair is a mistake of ours, and a test walks them all. */
export const TRANSITIONS = {
  draft: ['validating', 'ended'],
  validating: ['provisioning', 'ended'],
  provisioning: ['warming', 'rolling_back'],
  warming: ['calibrating', 'running', 'paused', 'rolling_back'],
  calibrating: ['running', 'paused', 'rolling_back'],
  running: ['paused', 'deciding', 'rolling_back'],
  paused: ['warming', 'calibrating', 'running', 'rolling_back'],
  deciding: ['promoting', 'awaiting_approval', 'ended', 'rolling_back'],
  awaiting_approval: ['promoting', 'ended', 'rolling_back'],
  promoting: ['promoted', 'rolling_back'],
  promoted: ['rolling_back'],
  rolling_back: ['rolled_back'],
  rolled_back: ['validating'],
  ended: ['validating'],
} as const satisfies Record<State, readonly State[]>;

export const mayFollow = (from: State, to: State): boolean => (TRANSITIONS[from] as readonly State[]).includes(to);
