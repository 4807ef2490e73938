import { neweyWest } from '../../../src/judgement/domain/long-run-variance.ts';
import { makeRunningSeries } from '../../../src/judgement/domain/running-series.ts';
import { oneSidedWidth } from '../../../src/judgement/domain/sequences.ts';
import { normalQuantile, studentUpperTail } from '../../../src/judgement/domain/special-functions.ts';
import type { LogArms } from './series.ts';

/** Rules of other tools, written again from their documents and sources; each says whether it raises an alarm. */
export interface Rival {
  readonly name: string;
  readonly alarms: (arms: LogArms) => boolean;
}

/** Sums of one arm up to each length. */
const moments = (values: Float64Array) => {
  let sum = 0;
  let squares = 0;
  return Array.from(values, (value, index) => {
    const n = index + 1;
    sum += value;
    squares += value * value;
    const mean = sum / n;
    return { n, mean, variance: n < 2 ? 0 : Math.max(0, (squares - n * mean * mean) / (n - 1)) };
  });
};

interface Compared {
  readonly n: number;
  readonly difference: number;
  readonly baselineVariance: number;
  readonly candidateVariance: number;
}

const compared = ({ baseline, candidate }: LogArms): readonly Compared[] => {
  const a = moments(baseline);
  const b = moments(candidate);
  return a.flatMap(({ n, mean, variance }, index) => {
    const other = b[index];
    return other === undefined
      ? []
      : [{ n, difference: other.mean - mean, baselineVariance: variance, candidateVariance: other.variance }];
  });
};

/** Welch 1947 with Satterthwaite's degrees of freedom, two-sided p. */
const welchP = ({ n, difference, baselineVariance: va, candidateVariance: vb }: Compared): number => {
  const s2 = va / n + vb / n;
  const df = (s2 * s2 * (n - 1)) / ((va / n) ** 2 + (vb / n) ** 2);
  return 2 * studentUpperTail(Math.abs(difference) / Math.sqrt(s2), df);
};

const welchEachMinute: Rival = {
  name: 'Welch each minute, two-sided 5 %',
  alarms: (arms) => compared(arms).some((look) => look.n >= 10 && welchP(look) < 0.05),
};

const welchOnce: Rival = {
  name: 'Welch once at the end, two-sided 5 %',
  alarms: (arms) => {
    const last = compared(arms).at(-1);
    return last !== undefined && welchP(last) < 0.05;
  },
};

/** An oracle: it knows the true mean and the true deviation of 0.05. */
const staticLine = (sigmas: number, failureLimit: number): Rival => ({
  name: `static line, mean + ${sigmas} sigma, failure limit ${failureLimit}`,
  alarms: ({ candidate }) => candidate.filter((value) => value > sigmas * 0.05).length > failureLimit,
});

/** Mann-Whitney interval of the shift at 98 %, every ten minutes, either direction; a shift counts beyond a quarter of itself. */
const rankJudge: Rival = {
  name: 'Mann-Whitney judge every 10 min, either direction',
  alarms: ({ baseline, candidate }) => {
    const a = baseline.map(Math.exp);
    const b = candidate.map(Math.exp);
    for (let n = 10; n <= a.length; n += 10) if (isShifted(a.subarray(0, n), b.subarray(0, n))) return true;
    return false;
  },
};

const isShifted = (a: Float64Array, b: Float64Array): boolean => {
  const n = a.length;
  const differences = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) differences[i * n + j] = (b[i] as number) - (a[j] as number);
  }
  differences.sort();
  const z = normalQuantile(0.99);
  const k = Math.max(0, Math.floor((n * n) / 2 - z * Math.sqrt((n * n * (2 * n + 1)) / 12) - 0.5));
  const lower = differences[k] as number;
  const upper = differences[n * n - k - 1] as number;
  const middle = ((differences[(n * n) >> 1] as number) + (differences[(n * n - 1) >> 1] as number)) / 2;
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
  const ratio = total(b) / total(a);
  const least = 0.25 * Math.abs(middle);
  return (lower > least && ratio >= 1) || (upper < -least && ratio <= 1);
};

/** Asymptotic confidence sequence for independent users, tuned to the horizon, looks from minute 5. */
const userSequence: Rival = {
  name: 'two-sided sequence for independent users, tuned to the horizon',
  alarms: (arms) => {
    const horizon = 2 * arms.baseline.length;
    const scale = (-2 * Math.log(0.05) + Math.log(1 - 2 * Math.log(0.05))) / horizon;
    return compared(arms).some(({ n, difference, baselineVariance, candidateVariance }) => {
      if (n < 5) return false;
      const users = 2 * n;
      const deviation = Math.sqrt((baselineVariance + candidateVariance) / n) * Math.sqrt(users);
      const q = users * scale + 1;
      return (
        Math.abs(difference) >
        deviation * Math.sqrt(((2 * q) / (users * users * scale)) * Math.log(Math.sqrt(q) / 0.05))
      );
    });
  },
};

/** The boundary whose mixture shrinks with the sample, looks from minute 5. */
const shrinkingBoundary: Rival = {
  name: 'mixture boundary with shrinking variance',
  alarms: (arms) =>
    compared(arms).some(({ n, difference, baselineVariance, candidateVariance }) => {
      if (n < 5) return false;
      const v = (baselineVariance + candidateVariance) / n;
      const tau = (normalQuantile(0.975) ** 2 * (baselineVariance + candidateVariance)) / (2 * n);
      const bound = Math.sqrt(v) * Math.sqrt(((v + tau) / tau) * (-2 * Math.log(0.025) - Math.log(v / (v + tau))));
      return Math.abs(difference) > bound;
    }),
};

/** What a test may be told that nobody knows: the noise, and the harm beyond the line. */
export interface Told {
  readonly rho: number;
  /** of the contrast of one slot */
  readonly deviation: number;
  readonly harm: number;
  readonly alpha: number;
}

/**
 * Slot at which Wald's sequential test of "on the line" against "so far beyond it" stops: of all tests that may look at
 * every slot and are wrong as rarely, the one that ends soonest (Wald and Wolfowitz 1948). Neighbouring slots are made
 * independent first, which takes knowing their correlation.
 */
export const fastestAlarm = (contrasts: Float64Array, { rho, deviation, harm, alpha }: Told): number => {
  let logLikelihoodRatio = 0;
  const alarm = contrasts.findIndex((value, t) => {
    const [surprise, shift, variance] =
      t === 0
        ? [value, harm, deviation ** 2]
        : [value - rho * (contrasts[t - 1] as number), harm * (1 - rho), deviation ** 2 * (1 - rho ** 2)];
    logLikelihoodRatio += (shift * surprise - shift ** 2 / 2) / variance;
    return logLikelihoodRatio >= -Math.log(alpha);
  });
  return alarm < 0 ? Number.POSITIVE_INFINITY : alarm + 1;
};

/** A correct sequence with Newey-West plugged in as it is, one-sided, looks from minute 20. */
const neweyWestPlugIn: Rival = {
  name: 'one-sided sequence with plain Newey-West',
  alarms: ({ baseline, candidate }) => {
    const horizon = baseline.length;
    const series = makeRunningSeries(horizon, 20);
    return baseline.some((value, index) => {
      series.add((candidate[index] as number) - value);
      const n = index + 1;
      return n >= 20 && series.mean() > Math.sqrt(Math.max(0, neweyWest(series))) * oneSidedWidth(n, 0.05, horizon);
    });
  },
};

export const RIVALS: readonly Rival[] = [
  welchEachMinute,
  welchOnce,
  staticLine(2, 0),
  staticLine(2, 2),
  staticLine(3, 0),
  rankJudge,
  userSequence,
  shrinkingBoundary,
  neweyWestPlugIn,
];
