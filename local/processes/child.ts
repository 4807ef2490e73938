/** A part that ended by itself. */
export interface Crash {
  readonly name: string;
  /** Which part, how it ended, the last lines of its log, and where the rest is. */
  readonly sentence: string;
  readonly logFile: string;
}
