import type { Transition } from '../src/experiments/contract/views.ts';
import { TERMINAL_STATES } from '../src/experiments/domain/vocabulary.ts';
import { describeDuration } from '../src/kernel/duration.ts';

/** Something that took time after a person had asked for a start. Steps of different parts overlap. */
export interface Step {
  /** as on the screen: `collector` */
  readonly part: string;
  /** `compiling the collector` */
  readonly doing: string;
  /** since the start */
  readonly fromSeconds: number;
  readonly tookSeconds: number;
}

/** Where the time of a start went: told what each part does, it keeps how long that lasted. */
export interface TimeRecorder {
  /** What the part does from now on; null when nothing any more. Telling the same again changes nothing. */
  tell(part: string, doing: string | null): void;
  /** What was measured elsewhere. */
  add(step: Step): void;
  /** All that is over, in the order in which it began. */
  steps(): readonly Step[];
}

/** `now` is seconds since the start. */
export const makeTimeRecorder = (now: () => number): TimeRecorder => {
  const over: Step[] = [];
  const current = new Map<string, Pick<Step, 'doing' | 'fromSeconds'>>();
  return {
    tell: (part, doing) => {
      const before = current.get(part);
      if (before?.doing === doing) return;
      const at = now();
      if (before !== undefined) over.push({ part, ...before, tookSeconds: at - before.fromSeconds });
      if (doing === null) current.delete(part);
      else current.set(part, { doing, fromSeconds: at });
    },
    add: (step) => void over.push(step),
    steps: () => over.toSorted((one, other) => one.fromSeconds - other.fromSeconds),
  };
};

/**
 * How long an experiment was in each state, from its own history. Its last state ends with the looking, unless it is
 * one in which nothing happens: then what is left is the removal of what it had put on the cluster.
 */
export const phasesOf = (
  history: readonly Pick<Transition, 'at' | 'to'>[],
  { startedAtMs, seenAtMs }: { readonly startedAtMs: number; readonly seenAtMs: number },
): readonly Step[] =>
  history.flatMap(({ at, to }, index) => {
    if (to === 'draft' || to === 'awaiting_approval') return [];
    const fromMs = Date.parse(at);
    const untilMs = index + 1 < history.length ? Date.parse(history[index + 1]?.at ?? '') : seenAtMs;
    const isTerminal = TERMINAL_STATES.some((terminal) => terminal === to);
    return [
      {
        part: 'experiment',
        doing: isTerminal ? 'ending' : to.replaceAll('_', ' '),
        fromSeconds: (fromMs - startedAtMs) / 1000,
        tookSeconds: (untilMs - fromMs) / 1000,
      },
    ];
  });

const BAR_WIDTH = 16;

/** A row per step, in the order in which they began; with bars it is seen which of them ran side by side. */
export const renderBreakdown = (
  steps: readonly Step[],
  { totalSeconds, isTerminal }: { readonly totalSeconds: number; readonly isTerminal: boolean },
): string => {
  const names = steps.map(({ part, doing }) => `${part} · ${doing}`);
  const width = Math.max(22, ...names.map((name) => name.length)) + 2;
  const bar = ({ fromSeconds, tookSeconds }: Step): string => {
    const place = (seconds: number): number =>
      Math.min(BAR_WIDTH, Math.max(0, Math.floor((BAR_WIDTH * seconds) / totalSeconds)));
    const before = Math.min(place(fromSeconds), BAR_WIDTH - 1);
    const length = Math.max(1, place(fromSeconds + tookSeconds) - before);
    return `  ${' '.repeat(before)}${'▆'.repeat(length)}`;
  };
  return [
    `${'where the time went'.padEnd(width)}${'from'.padStart(8)}${'took'.padStart(10)}`,
    ...steps.map(
      (step, index) =>
        `${(names[index] ?? '').padEnd(width)}${seconds(step.fromSeconds).padStart(8)}${seconds(step.tookSeconds).padStart(10)}${isTerminal ? bar(step) : ''}`,
    ),
    `${'all together'.padEnd(width)}${' '.repeat(8)}${seconds(totalSeconds).padStart(10)}  ${totalSeconds < 60 ? '' : describeDuration(totalSeconds)}`.trimEnd(),
  ].join('\n');
};

const seconds = (value: number): string => `${Math.max(0, value).toFixed(1)} s`;
