import type { Settings } from '../../settings-tree.ts';
import type { Path } from '../../validation/finding.ts';
import type { OttlLine } from '../../validation/ottl.ts';
import type { Ready } from '../limits.ts';
import type { Batch } from '../metrics.ts';

/** A processor at work: what goes on of a batch. It may change the one that it is given. */
export type Process = (batch: Batch) => readonly Batch[];

/** A processor of the settings. */
export interface ProcessorSettings {
  readonly settings: Settings;
  readonly path: Path;
  /** lines of OTTL below it, each with its context */
  readonly lines: readonly OttlLine[];
}

/** Makes a processor ready: each start begins without a memory. */
export type MakeProcessor = (given: ProcessorSettings) => Ready<() => Process>;
