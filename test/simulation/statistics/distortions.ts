import type { Chance, LogArms } from './series.ts';

/** What real series do to a model (6.2 of the method). */

type Distortion = (arms: LogArms, chance: Chance) => LogArms;

/** In each variant each minute with 2 %: an exponential of mean 0.5. */
export const spikes: Distortion = ({ baseline, candidate }, chance) => {
  const spiked = (values: Float64Array): Float64Array =>
    values.map((value) => (chance.uniform() < 0.02 ? value - 0.5 * Math.log(1 - chance.uniform()) : value));
  return { baseline: spiked(baseline), candidate: spiked(candidate) };
};

/** One pair in ten is lost. */
export const tenthMissing: Distortion = ({ baseline, candidate }, chance) => ({
  baseline,
  candidate: candidate.map((value) => (chance.uniform() < 0.1 ? Number.NaN : value)),
});

/** Ten minutes of the candidate are lost. */
export const outage: Distortion = ({ baseline, candidate }) => ({
  baseline,
  candidate: candidate.map((value, t) => (t >= 50 && t < 60 ? Number.NaN : value)),
});

export const sharedTrend: Distortion = ({ baseline, candidate }) => {
  const trend = (values: Float64Array): Float64Array =>
    values.map((value, t) => value + 0.2 * Math.sin((3 * t) / Math.max(1, values.length - 1)));
  return { baseline: trend(baseline), candidate: trend(candidate) };
};

/** The candidate drifts away by itself: a step of deviation 0.003 each minute. */
export const randomWalk: Distortion = ({ baseline, candidate }, chance) => {
  let distance = 0;
  return {
    baseline,
    candidate: candidate.map((value) => {
      distance += 0.003 * chance.normal();
      return value + distance;
    }),
  };
};

/** The candidate begins 10 % worse and settles within minutes. */
export const warmUpLeftIn: Distortion = ({ baseline, candidate }) => ({
  baseline,
  candidate: candidate.map((value, t) => value + 0.1 * Math.exp(-t / 3)),
});

/** The candidate varies more than the baseline. */
export const restlessCandidate =
  (factor: number): Distortion =>
  ({ baseline, candidate }) => ({ baseline, candidate: candidate.map((value) => factor * value) });

/** `rate(x[5m])` read every minute: a moving average of five. */
export const overlappingWindows: Distortion = ({ baseline, candidate }) => {
  const smooth = (values: Float64Array): Float64Array =>
    values.map((_, t) => {
      const window = values.subarray(Math.max(0, t - 4), t + 1);
      return window.reduce((sum, value) => sum + value, 0) / window.length;
    });
  return { baseline: smooth(baseline), candidate: smooth(candidate) };
};
