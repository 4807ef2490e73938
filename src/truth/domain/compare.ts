import { fromEpochMs, type Instant } from '../../kernel/instant.ts';
import { counted } from '../../kernel/words.ts';
import type { Curve, Curves } from './curves.ts';
import type { CheckStatus, Finding, OwnTolerance, Tolerance } from './finding.ts';
import { firedApart } from './firing.ts';
import type { Question } from './question.ts';

interface Grid {
  readonly slotSeconds: number;
  readonly collectionIntervalSeconds: number;
}

/**
 * Both variants read the same host at different moments of their collection interval, so a value of one lies where the
 * other's was or will be within one interval; a slot is at least two. Hence a slot in time, and the whole range of values
 * in it. One per cent is what equal input allows (scrapes done). Where samples are counted, a window holds one more or
 * one less: an interval of the window. Six slots on one side: of noise without memory a twelfth value in a row falls
 * outside five others on the same side with a chance of one in two thousand million.
 */
export const toleranceFor = (
  { countedWindow }: Pick<Question, 'countedWindow'>,
  grid: Grid,
  own: OwnTolerance | null,
): Tolerance => ({
  ratio: own?.ratio ?? RATIO + (countedWindow === null ? 0 : grid.collectionIntervalSeconds / countedWindow),
  seconds: own?.seconds ?? grid.slotSeconds,
  lastingSeconds: LASTING_SLOTS * grid.slotSeconds,
});

const RATIO = 0.01;
const LASTING_SLOTS = 6;

/** Instants are the ends and the middles of slots: between two ends a burst of each minute can hide for ever. */
export const INSTANTS_PER_SLOT = 2;

/** What the answers so far say about a check. Missing answers count for nobody; an end that is too near says pending. */
export const compare = (question: Question, curves: Curves, tolerance: Tolerance, grid: Grid): Finding => {
  const { check, parts } = question;
  const findings = parts.flatMap(({ title, order, keepsExtremes, isAboutCollector }, index): readonly Finding[] => {
    const given = curves.parts[index] ?? [];
    const compared = order === 'ranking' ? ranked(given, curves.instants) : given;
    const isFiring = check.kind === 'alert' && index === 0;
    const own = isFiring
      ? firedApart(compared, curves, {
          ...tolerance,
          forSeconds: check.forSeconds,
          keepFiringForSeconds: check.keepFiringForSeconds,
        })
      : partApart(compared, curves, tolerance, {
          // a collector that sends less is what is asked for; only what is gone counts
          ignoresValues: keepsExtremes || (isAboutCollector && check.kind === 'alert'),
          goneSeconds: tolerance.lastingSeconds + question.secondsShown + 2 * grid.collectionIntervalSeconds,
        });
    return own === null
      ? []
      : [index === 0 || parts.length === 2 ? own : { ...own, sentence: `${own.sentence} (${title})` }];
  });
  const [worst] = findings.toSorted(
    (one, other) => WORST_FIRST.indexOf(one.status) - WORST_FIRST.indexOf(other.status),
  );
  return worst ?? { status: 'no_data', sentence: 'neither variant has data for it', since: null };
};

const WORST_FIRST: readonly CheckStatus[] = [
  'lost',
  'changed_labels',
  'differs',
  'not_evaluable',
  'pending',
  'same',
  'no_data',
];

interface Rules {
  readonly ignoresValues: boolean;
  /** what one variant shows so long and the other never is gone, and not only missed between two collections */
  readonly goneSeconds: number;
}

/** Null: neither variant has data. */
const partApart = (
  curves: readonly Curve[],
  grid: Curves,
  tolerance: Tolerance,
  { ignoresValues, goneSeconds }: Rules,
): Finding | null => {
  const steps = stepsIn(grid);
  const [gone, lasting] = [steps(goneSeconds), steps(tolerance.lastingSeconds)];
  const has = (variant: 'baseline' | 'candidate') =>
    curves.some((curve) => curve[variant].some((value) => value !== null));
  const [inBaseline, inCandidate] = [has('baseline'), has('candidate')];
  if (!inBaseline && !inCandidate) return null;

  const at = (index: number): Instant => fromEpochMs(grid.fromMs + index * grid.stepMs);
  const lost = curves.flatMap((curve) => aloneFor(curve.baseline, curve.candidate, gone) ?? []);
  const added = curves.flatMap((curve) => aloneFor(curve.candidate, curve.baseline, gone) ?? []);
  const of = curves.filter(({ baseline }) => baseline.some((value) => value !== null)).length;
  if (lost.length > 0) {
    const since = at(Math.min(...lost));
    if (added.length > 0) {
      return { status: 'changed_labels', sentence: changedSentence(curves, gone), since };
    }
    const sentence = inCandidate
      ? `${lost.length} of ${counted(of, 'series', 'series')} of the baseline are not in the candidate: ${shownLabels(curves, gone)}`
      : 'the baseline has data and the candidate has none';
    return { status: 'lost', sentence, since };
  }
  if (added.length > 0) {
    return {
      status: 'differs',
      sentence: `the candidate has ${counted(added.length, 'series', 'series')} that the baseline has not`,
      since: at(Math.min(...added)),
    };
  }
  if (inBaseline && !inCandidate) {
    return {
      status: 'pending',
      sentence: 'the candidate shows nothing yet, for too short a time to tell that from chance',
      since: null,
    };
  }
  const apart = ignoresValues
    ? []
    : curves.flatMap((curve) => valuesApart(curve, tolerance, steps(tolerance.seconds), lasting) ?? []);
  const [largest] = apart.toSorted((one, other) => other.ratio - one.ratio);
  if (largest !== undefined) {
    const since = at(Math.min(...apart.map(({ from }) => from)));
    return {
      status: 'differs',
      sentence: `${apartSentence(largest)}${curves.length === 1 ? '' : `, in ${apart.length} of ${counted(curves.length, 'series', 'series')}`}`,
      since,
    };
  }
  return grid.instants < lasting + 2 * steps(tolerance.seconds)
    ? { status: 'pending', sentence: 'too little is measured to tell a difference from noise', since: null }
    : { status: 'same', sentence: 'both variants answer the same', since: null };
};

const stepsIn =
  ({ stepMs }: Pick<Curves, 'stepMs'>) =>
  (seconds: number): number =>
    Math.ceil((seconds * 1000) / stepMs);

/** Where one has values all the time for so long while the other has none; null: nowhere. */
const aloneFor = (one: readonly (number | null)[], other: readonly (number | null)[], long: number): number | null => {
  let from: number | null = null;
  for (const [index, value] of one.entries()) {
    from = value !== null && (other[index] ?? null) === null ? (from ?? index) : null;
    if (from !== null && index - from + 1 >= long) return from;
  }
  return null;
};

interface Apart {
  readonly from: number;
  /** by how much of the baseline */
  readonly ratio: number;
  readonly baseline: number;
  readonly candidate: number;
}

/** Where the candidate lies outside all that the baseline was around that instant, on one side and for long. */
const valuesApart = (
  { baseline, candidate }: Curve,
  { ratio }: Tolerance,
  around: number,
  lasting: number,
): Apart | null => {
  const floor = ROUNDING * Math.max(0, ...baseline.map((value) => Math.abs(value ?? 0)));
  let run = NO_RUN;
  // the first and the newest have no neighbours on one side
  for (let index = around; index < baseline.length - around; index += 1) {
    const [own, value] = [baseline[index] ?? null, candidate[index] ?? null];
    if (own === null || value === null) continue;
    const near = baseline.slice(index - around, index + around + 1).filter((each) => each !== null);
    const [low, high] = [Math.min(...near), Math.max(...near)];
    const band = ratio * Math.max(Math.abs(low), Math.abs(high)) + floor;
    const side = value > high + band ? 1 : value < low - band ? -1 : 0;
    const before = run.side === side ? run : { ...NO_RUN, side, from: index };
    run =
      side === 0
        ? NO_RUN
        : { ...before, ours: before.ours + own, theirs: before.theirs + value, count: before.count + 1 };
    if (run.count >= lasting) {
      const [ours, theirs] = [run.ours / run.count, run.theirs / run.count];
      return { from: run.from, baseline: ours, candidate: theirs, ratio: Math.abs(theirs - ours) / Math.abs(ours) };
    }
  }
  return null;
};

const NO_RUN = { side: 0, from: 0, ours: 0, theirs: 0, count: 0 };

/** Differences of large numbers leave crumbs. */
const ROUNDING = 1e-6;

/** The values at each instant by their rank, so that a change of places is none. */
const ranked = (curves: readonly Curve[], instants: number): readonly Curve[] => {
  const order = (variant: 'baseline' | 'candidate'): number[][] =>
    Array.from({ length: instants }, (_, index) =>
      curves.flatMap((curve) => curve[variant][index] ?? []).toSorted((a, b) => b - a),
    );
  const [baseline, candidate] = [order('baseline'), order('candidate')];
  const most = Math.max(0, ...baseline.map(({ length }) => length), ...candidate.map(({ length }) => length));
  return Array.from({ length: most }, (_, rank) => ({
    labels: { rank: String(rank + 1) },
    baseline: baseline.map((values) => values[rank] ?? null),
    candidate: candidate.map((values) => values[rank] ?? null),
  }));
};

const apartSentence = ({ ratio, baseline, candidate }: Apart): string =>
  Number.isFinite(ratio)
    ? `the candidate is ${percent(ratio)} ${candidate > baseline ? 'higher' : 'lower'} (${number(candidate)} instead of ${number(baseline)})`
    : `the candidate is ${number(candidate)} instead of ${number(baseline)}`;

const percent = (ratio: number): string => `${number(100 * ratio)} %`;
const number = (value: number): string => String(Number(value.toPrecision(3)));

const labelsText = (labels: Curve['labels']): string =>
  `{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(', ')}}`;

const shownLabels = (curves: readonly Curve[], gone: number): string => {
  const found = curves.filter((curve) => aloneFor(curve.baseline, curve.candidate, gone) !== null);
  return [
    ...found.slice(0, 3).map(({ labels }) => labelsText(labels)),
    ...(found.length > 3 ? [`${found.length - 3} more`] : []),
  ].join(', ');
};

/** Names of labels that only one side has, or else two sets that took each other's place. */
const changedSentence = (curves: readonly Curve[], gone: number): string => {
  const [lost, added] = [
    curves.filter((curve) => aloneFor(curve.baseline, curve.candidate, gone) !== null),
    curves.filter((curve) => aloneFor(curve.candidate, curve.baseline, gone) !== null),
  ];
  const names = (some: readonly Curve[]) => [...new Set(some.flatMap(({ labels }) => Object.keys(labels)))];
  const [before, after] = [names(lost), names(added)];
  const without = before.filter((name) => !after.includes(name));
  const more = after.filter((name) => !before.includes(name));
  const said = [
    ...(without.length === 0 ? [] : [`it lost ${without.join(', ')}`]),
    ...(more.length === 0 ? [] : [`it got ${more.join(', ')}`]),
  ];
  return said.length > 0
    ? `the candidate's series have other labels: ${said.join('; ')}`
    : `the candidate's series have other labels: ${labelsText(added[0]?.labels ?? {})} in place of ${labelsText(lost[0]?.labels ?? {})}`;
};
