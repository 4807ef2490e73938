import { availableParallelism } from 'node:os';
import { startStopwatch } from '../processes/machine.ts';

/** What a step of the toolchain tells while it works. */
export interface StepProgress {
  /** `compiling the collector` */
  readonly step: string;
  readonly elapsedSeconds: number;
  readonly expectedSeconds?: number;
}

export type ReportStep = (progress: StepProgress) => void;

/** What every step gets: where it may write its log, whom it tells, and when it has to stop. */
export interface StepContext {
  readonly logFolder: string;
  readonly report: ReportStep;
  readonly abort?: AbortSignal;
}

/** Runs a step and tells about it at its begin and once a second. */
export const runStep = async <T>(
  {
    step,
    expectedSeconds,
    report,
  }: { readonly step: string; readonly expectedSeconds?: number; readonly report: ReportStep },
  work: () => Promise<T>,
): Promise<T> => {
  const elapsedSeconds = startStopwatch();
  const tell = (): void =>
    report({ step, elapsedSeconds: elapsedSeconds(), ...(expectedSeconds === undefined ? {} : { expectedSeconds }) });
  tell();
  const timer = setInterval(tell, 1000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
};

/**
 * Compile times were measured on two cores. More cores help, but less than their number says: the linker and the
 * biggest packages run alone.
 */
export const expectedCompileSeconds = (secondsOnTwoCores: number, cores: number = availableParallelism()): number =>
  Math.round(secondsOnTwoCores * (2 / Math.min(Math.max(cores, 1), 8)) ** 0.7);
