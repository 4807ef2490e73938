/**
 * The distribution functions that judging needs, accurate to 1e-10 relative and better, far tails included: a tail is
 * computed directly, never as one minus its complement. Checked against scipy (`test/references`).
 */

const HALF_LOG_TWO_PI = 0.9189385332046728;
/** B_2k / (2k (2k - 1)), with the Bernoulli numbers B_2k. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156, -3617 / 122_400];
const TINY = 1e-300;
const CONVERGED = 1e-16;
const MOST_TERMS = 200_000;

/**
 * What Stirling's formula leaves out: `ln Γ(x) = (x - 1/2) ln x - x + ln(2π)/2 + stirlingError(x)`, for x > 0.
 * Source: Abramowitz & Stegun 6.1.40 from 10 upwards, the recurrence `Γ(x + 1) = x Γ(x)` below.
 */
export const stirlingError = (x: number): number => {
  let shift = 0;
  let z = x;
  for (; z < 10; z += 1) shift += (z + 0.5) * Math.log1p(1 / z) - 1;
  const inverse = 1 / (z * z);
  let series = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) series = series * inverse + (STIRLING[k] as number);
  return shift + series / z;
};

/** ln Γ(x) for x > 0. */
export const logGamma = (x: number): number => (x - 0.5) * Math.log(x) - x + HALF_LOG_TWO_PI + stirlingError(x);

const NEAR_ONE = 0.3;

/** ln(1 + e) - e without cancellation for small e. Power series. */
const log1pMinus = (e: number): number => {
  let term = e;
  let sum = 0;
  for (let k = 2; k < 60; k++) {
    term *= -e;
    const step = term / k;
    sum += step;
    if (Math.abs(step) <= Math.abs(sum) * CONVERGED) break;
  }
  return sum;
};

/** x^a e^-x / Γ(a), arranged so that nothing large cancels. */
const gammaPrefix = (a: number, x: number): number => {
  const e = (x - a) / a;
  const exponent = Math.abs(e) < NEAR_ONE ? a * log1pMinus(e) : a * Math.log(x / a) - (x - a);
  return Math.exp(exponent - stirlingError(a)) * Math.sqrt(a / (2 * Math.PI));
};

/** Regularised upper incomplete gamma function Q(a, x), a > 0, x >= 0. Source: Numerical Recipes 6.2 (series, Lentz). */
export const upperGamma = (a: number, x: number): number => {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < MOST_TERMS; k++) {
      term *= x / (a + k);
      sum += term;
      if (term < sum * CONVERGED) break;
    }
    return 1 - gammaPrefix(a, x) * sum;
  }
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < MOST_TERMS; k++) {
    const an = -k * (k - a);
    b += 2;
    d = an * d + b;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = b + an / c;
    if (Math.abs(c) < TINY) c = TINY;
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < CONVERGED * 10) break;
  }
  return gammaPrefix(a, x) * fraction;
};

/** x^a y^b / B(a, b) with y = 1 - x, arranged so that nothing large cancels. */
const betaPrefix = (a: number, b: number, x: number, y: number): number => {
  const distance = x * b - y * a;
  // a × (distance / a) and b × (-distance / b) cancel exactly, so both may be left out
  const exponent =
    Math.abs(distance) < NEAR_ONE * Math.min(a, b)
      ? a * log1pMinus(distance / a) + b * log1pMinus(-distance / b)
      : a * Math.log((x * (a + b)) / a) + b * Math.log((y * (a + b)) / b);
  const correction = stirlingError(a + b) - stirlingError(a) - stirlingError(b);
  return Math.exp(exponent + correction) * Math.sqrt((a * b) / ((a + b) * 2 * Math.PI));
};

const betaFraction = (a: number, b: number, x: number): number => {
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  d = 1 / (Math.abs(d) < TINY ? TINY : d);
  let fraction = d;
  for (let m = 1; m < MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 + even * d;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = 1 + even / c;
    if (Math.abs(c) < TINY) c = TINY;
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + odd * d;
    d = 1 / (Math.abs(d) < TINY ? TINY : d);
    c = 1 + odd / c;
    if (Math.abs(c) < TINY) c = TINY;
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < CONVERGED * 10) break;
  }
  return fraction;
};

/**
 * Regularised incomplete beta function I_x(a, b), a, b > 0. The complement `y = 1 - x` is an argument, so that a caller
 * who knows it exactly loses nothing. Source: Numerical Recipes 6.4 (Lentz), prefix after Didonato & Morris 1992.
 */
export const incompleteBeta = (a: number, b: number, x: number, y: number = 1 - x): number => {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  return x < (a + 1) / (a + b + 2)
    ? (betaPrefix(a, b, x, y) * betaFraction(a, b, x)) / a
    : 1 - (betaPrefix(b, a, y, x) * betaFraction(b, a, y)) / b;
};

/** P(Z > x) of the standard normal; `P(Z > x) = erfc(x / √2) / 2 = Q(1/2, x²/2) / 2`. */
export const normalUpperTail = (x: number): number =>
  x < 0 ? 1 - upperGamma(0.5, (x * x) / 2) / 2 : upperGamma(0.5, (x * x) / 2) / 2;

/** ln P(Z <= x), also where the probability itself is too small for a number (Mills' ratio as a continued fraction). */
export const logNormalCdf = (x: number): number => {
  if (x > 0) return Math.log1p(-normalUpperTail(x));
  if (x > -10) return Math.log(normalUpperTail(-x));
  let ratio = -x;
  for (let k = 200; k >= 1; k--) ratio = -x + k / ratio;
  return -(x * x) / 2 - HALF_LOG_TWO_PI - Math.log(ratio);
};

const normalDensity = (x: number): number => Math.exp(-(x * x) / 2 - HALF_LOG_TWO_PI);

/** The x with P(Z > x) = p to 4.5e-4, for p below one half. Source: Abramowitz & Stegun 26.2.23. */
const roughNormalUpperQuantile = (p: number): number => {
  const t = Math.sqrt(-2 * Math.log(p));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
};

/** The x with P(Z > x) = p: from a rough start by Newton on the logarithm of the tail. */
export const normalUpperQuantile = (p: number): number => {
  if (!(p > 0 && p < 1)) return p === 0 ? Number.POSITIVE_INFINITY : p === 1 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (p > 0.5) return -normalUpperQuantile(1 - p);
  if (p === 0.5) return 0;
  let x = roughNormalUpperQuantile(p);
  for (let k = 0; k < 4; k++) {
    const tail = normalUpperTail(x);
    const step = (Math.log(tail / p) * tail) / normalDensity(x);
    x += step;
    if (Math.abs(step) < 1e-14 * Math.abs(x)) break;
  }
  return x;
};

/** z with P(Z <= z) = q. */
export const normalQuantile = (q: number): number => -normalUpperQuantile(q);

/** P(t > x) of Student's t with df > 0 degrees of freedom, fractions allowed: `I_{df/(df+x²)}(df/2, 1/2) / 2` for x >= 0. */
export const studentUpperTail = (x: number, df: number): number => {
  if (x < 0) return 1 - studentUpperTail(-x, df);
  if (x === Number.POSITIVE_INFINITY) return 0;
  const square = x * x;
  if (square === Number.POSITIVE_INFINITY) return 0;
  return incompleteBeta(df / 2, 0.5, df / (df + square), square / (df + square)) / 2;
};

const studentDensity = (x: number, df: number): number =>
  Math.exp(
    stirlingError((df + 1) / 2) -
      stirlingError(df / 2) +
      (df / 2) * Math.log1p(1 / df) -
      0.5 -
      HALF_LOG_TWO_PI -
      ((df + 1) / 2) * Math.log1p((x * x) / df),
  );

/**
 * The x with P(t > x) = p. Start: Cornish-Fisher expansion (Abramowitz & Stegun 26.7.5), or the power law of the tail for
 * few degrees of freedom; then Newton on the logarithm of the tail against the logarithm of x, kept between brackets.
 */
export const studentUpperQuantile = (p: number, df: number): number => {
  if (!(p > 0 && p < 1 && df > 0)) return Number.NaN;
  if (p > 0.5) return -studentUpperQuantile(1 - p, df);
  if (p === 0.5) return 0;
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let x = studentQuantileStart(p, df);
  for (let k = 0; k < 200; k++) {
    const tail = studentUpperTail(x, df);
    if (tail > p) low = x;
    else high = x;
    const slope = studentDensity(x, df);
    const next = x > 1 ? x * Math.exp((Math.log(tail / p) * tail) / (slope * x)) : x + (tail - p) / slope;
    const inside = next > low && next < high;
    const proposal = inside ? next : high === Number.POSITIVE_INFINITY ? 2 * x + 1 : (low + high) / 2;
    const moved = Math.abs(proposal - x);
    x = proposal;
    if (moved <= 2e-15 * Math.abs(x) || (inside && moved <= 1e-9 * Math.abs(x) && k > 0)) return x;
  }
  return x;
};

const studentQuantileStart = (p: number, df: number): number => {
  if (df < 5) {
    // tail ~ density constant × df^((df-1)/2) × x^-df
    const powerLaw = ((studentDensity(0, df) * df ** ((df - 1) / 2)) / p) ** (1 / df);
    if (powerLaw > 3) return powerLaw;
  }
  const z = roughNormalUpperQuantile(p);
  const z2 = z * z;
  const g1 = (z * (z2 + 1)) / 4;
  const g2 = (z * (3 + z2 * (16 + 5 * z2))) / 96;
  const g3 = (z * (-15 + z2 * (17 + z2 * (19 + 3 * z2)))) / 384;
  return Math.max(z + g1 / df + g2 / (df * df) + g3 / (df * df * df), 1e-8);
};

/** P(X > x) of chi-square with df degrees of freedom: Q(df/2, x/2). */
export const chiSquareUpperTail = (x: number, df: number): number => upperGamma(df / 2, x / 2);

/** P(X >= k) of a binomial with n draws and probability w: I_w(k, n - k + 1). */
export const binomialUpperTail = (k: number, n: number, w: number): number => {
  if (k <= 0) return 1;
  if (k > n) return 0;
  return incompleteBeta(k, n - k + 1, w);
};
