import * as z from 'zod';

/** Where an experiment is. What was learnt is the verdict, a separate word. */
export const STATES = [
  'draft',
  'validating',
  'provisioning',
  'warming',
  'calibrating',
  'running',
  'paused',
  'deciding',
  'awaiting_approval',
  'promoting',
  'promoted',
  'rolling_back',
  'rolled_back',
  'ended',
] as const;
export const State = z.enum(STATES);
export type State = z.infer<typeof State>;

/** States that nothing leaves by itself. */
export const TERMINAL_STATES = ['promoted', 'rolled_back', 'ended'] as const satisfies readonly State[];

/** What a person can ask of an experiment. */
export const COMMANDS = [
  'start',
  'pause',
  'resume',
  'extend',
  'stop',
  'promote',
  'rollback',
  'retry',
  'delete',
] as const;
export const CommandName = z.enum(COMMANDS);
export type CommandName = z.infer<typeof CommandName>;

/** What became of the objects on the clusters. */
export const CleanupState = z.enum(['not_needed', 'pending', 'done', 'overdue']);
export type CleanupState = z.infer<typeof CleanupState>;

/** Something of it is on its clusters, or may be. */
export const isCleanupOwed = (cleanup: CleanupState): boolean => cleanup === 'pending' || cleanup === 'overdue';
