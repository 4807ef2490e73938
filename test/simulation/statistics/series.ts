import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** The model of simulated series: autoregressive noise in log units, part of it shared by both variants. */

/** Chance with a seed. */
export interface Chance {
  uniform(): number;
  normal(): number;
}

const WARM_UP = 64;

/** Murmur's finaliser: neighbouring seeds to unlike ones. */
const scattered = (seed: number): number => {
  let z = seed | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return z ^ (z >>> 16);
};

export const makeChance = (seed: number): Chance => {
  const generator = xoroshiro128plus(scattered(seed));
  // the generator starts from a state of few bits: neighbouring seeds resemble each other until it is warm
  for (let k = 0; k < WARM_UP; k++) uniformFloat64(generator);
  let spare: number | undefined;
  const uniform = (): number => uniformFloat64(generator);
  return {
    uniform,
    normal() {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
};

/** Innovations of unit variance. */
export type Innovation = (chance: Chance) => number;
export const normalInnovation: Innovation = (chance) => chance.normal();
/** Student t with 3 degrees of freedom, divided by √3. */
export const heavyInnovation: Innovation = (chance) => {
  const denominator = Math.sqrt((chance.normal() ** 2 + chance.normal() ** 2 + chance.normal() ** 2) / 3);
  return chance.normal() / denominator / Math.sqrt(3);
};

/** `x_t = rho x_(t-1) + √(1 - rho²) e_t`; the start is drawn and not emitted. */
export const autoregressive = (
  chance: Chance,
  length: number,
  rho: number,
  innovation: Innovation = normalInnovation,
): Float64Array => {
  const scale = Math.sqrt(1 - rho * rho);
  const series = new Float64Array(length);
  let x = chance.normal();
  for (let t = 0; t < length; t++) {
    x = rho * x + scale * innovation(chance);
    series[t] = x;
  }
  return series;
};

/** Both variants of one metric in log units. */
export interface LogArms {
  readonly baseline: Float64Array;
  readonly candidate: Float64Array;
}

export interface ArmsModel {
  readonly length: number;
  readonly rho: number;
  /** share of the variance that both variants have in common */
  readonly shared: number;
  readonly variation?: number;
  readonly effect?: number;
  readonly innovation?: Innovation;
}

/** `ln a = cv (√c k + √(1-c) p)`, `ln b = cv (√c k + √(1-c) q) + effect`. */
export const makeArms = (
  chance: Chance,
  { length, rho, shared, variation = 0.05, effect = 0, innovation = normalInnovation }: ArmsModel,
): LogArms => {
  const [common, own, other] = [0, 1, 2].map(() => autoregressive(chance, length, rho, innovation)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const arm = (noise: Float64Array, shift: number): Float64Array =>
    noise.map(
      (value, t) => variation * (Math.sqrt(shared) * (common[t] as number) + Math.sqrt(1 - shared) * value) + shift,
    );
  return { baseline: arm(own, 0), candidate: arm(other, effect) };
};

/** `√0.7 own + √0.3 base`: metrics of one experiment resemble each other. */
export const mixed = (own: LogArms, base: LogArms, effect: number): LogArms => {
  const mix = (a: Float64Array, b: Float64Array, shift: number): Float64Array =>
    a.map((value, t) => Math.sqrt(0.7) * value + Math.sqrt(0.3) * (b[t] as number) + shift);
  return { baseline: mix(own.baseline, base.baseline, 0), candidate: mix(own.candidate, base.candidate, effect) };
};

/** Log units to values around 1000. */
export const toValues = (logs: Float64Array): Float64Array => logs.map((value) => 1000 * Math.exp(value));
