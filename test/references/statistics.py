"""Reference values for src/judgement, computed without its code.

Run with Python 3.11, numpy 2.4, scipy 1.17, statsmodels 0.15 and mpmath 1.4:
    python test/references/statistics.py > test/references/statistics.json
Values of scipy are compared with 30 digits of mpmath here; where they differ by more than 1e-12 relative (far tails),
mpmath's value is written.
"""

import json
import math

import mpmath as mp
import numpy as np
from scipy import integrate, optimize, special, stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import normal_sample_size_one_tail
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import ttost_paired

mp.mp.dps = 30


def checked(value, truth):
    truth = float(truth)
    return float(value) if truth != 0 and abs(float(value) / truth - 1) < 1e-12 else truth


def mp_normal_sf(x):
    return mp.erfc(mp.mpf(x) / mp.sqrt(2)) / 2


def mp_t_sf(x, v):
    x, v = mp.mpf(x), mp.mpf(v)
    if x < 0:
        return 1 - mp_t_sf(-x, v)
    if v < 500:
        return mp.betainc(v / 2, mp.mpf(1) / 2, 0, v / (v + x * x), regularized=True) / 2
    # the hypergeometric series does not converge here: integrate the density over its own scale
    log_constant = mp.loggamma((v + 1) / 2) - mp.loggamma(v / 2) - mp.log(v * mp.pi) / 2
    step = 1 / (1 + x * (v + 1) / (v + x * x))
    grid = [x + step * k for k in [0, 1, 2, 4, 8, 16, 32, 64, 128, 256]]
    return mp.quad(lambda t: mp.e ** (log_constant - (v + 1) / 2 * mp.log1p(t * t / v)), grid)


def newton(log_tail, start, p, slope):
    """Two Newton steps on the logarithm of the tail, from scipy's quantile; slope(x) is its approximate derivative."""
    x = mp.mpf(start)
    for _ in range(2):
        x -= (log_tail(x) - mp.log(mp.mpf(p))) / slope(x)
    return x


def distributions():
    xs = [-9.5, -6, -3.2, -1, -0.1, 0, 0.1, 0.5, 1, 1.644853, 2.5, 4, 6, 8, 12, 20, 30, 37]
    dfs = [0.5, 1, 1.5, 2, 2.7, 3, 5, 7.3, 10, 31.2, 59, 118.9, 1000, 25000.5]
    ps = [0.45, 0.25, 0.1, 0.05, 0.025, 0.0125, 0.000625, 1e-5, 1e-8, 1e-13, 1e-40, 1e-200]
    out = {"normalUpperTail": [], "logNormalCdf": [], "normalUpperQuantile": [], "studentUpperTail": [],
           "studentUpperQuantile": [], "chiSquareUpperTail": [], "logGamma": [], "binomialUpperTail": []}
    for x in xs:
        out["normalUpperTail"].append([x, checked(stats.norm.sf(x), mp_normal_sf(x))])
        out["logNormalCdf"].append([-x, checked(stats.norm.logcdf(-x), mp.log(mp_normal_sf(x)))])
    for x in [-40, -100, -1000]:
        out["logNormalCdf"].append([x, checked(stats.norm.logcdf(x), mp.log(mp_normal_sf(-x)))])
    for p in ps:
        start = stats.norm.isf(p)
        truth = newton(lambda x: mp.log(mp_normal_sf(x)), start, p, lambda x: -mp.npdf(x) / mp_normal_sf(x))
        out["normalUpperQuantile"].append([p, checked(start, truth)])
    for v in dfs:
        for x in [-3.3, -0.5, 0.01, 0.3, 1, 2, 3.5, 6, 10, 25, 100, 1e4]:
            truth = mp_t_sf(x, v)
            if truth > mp.mpf(10) ** -290:
                out["studentUpperTail"].append([x, v, checked(stats.t.sf(x, v), truth)])
        for p in ps[:9]:
            start = float(stats.t.isf(p, v))
            truth = newton(lambda x: mp.log(mp_t_sf(x, v)), start, p, lambda x: -stats.t.pdf(float(x), v) / stats.t.sf(float(x), v))
            out["studentUpperQuantile"].append([p, v, checked(start, truth)])
    for k in [1, 2, 3, 5, 11, 50, 1000]:
        for q in [0.01, 0.5, 1, 2, 5, 20]:
            x = q * k
            truth = mp.gammainc(mp.mpf(k) / 2, mp.mpf(x) / 2, mp.inf, regularized=True)
            if truth > mp.mpf(10) ** -290:
                out["chiSquareUpperTail"].append([x, k, checked(stats.chi2.sf(x, k), truth)])
    for x in [0.001, 0.1, 0.5, 1.5, 3, 7.7, 15.9, 16, 33, 170.5, 1e4, 1e8]:
        out["logGamma"].append([x, checked(special.gammaln(x), mp.loggamma(x))])
    for k, n, w in [(1, 1, 0.5), (5, 5, 0.5), (8, 10, 0.5), (60, 100, 0.5), (700, 1000, 0.5), (5100, 10000, 0.5),
                    (12, 20, 0.35), (40, 40, 0.5), (3, 1000, 0.001)]:
        truth = mp.betainc(k, n - k + 1, 0, mp.mpf(w), regularized=True)
        out["binomialUpperTail"].append([k, n, w, checked(stats.binom.sf(k - 1, n, w), truth)])
    return out


def ar1(generator, n, rho, mean=0.0):
    x = generator.standard_normal()
    xs = []
    for _ in range(n):
        x = rho * x + math.sqrt(1 - rho * rho) * generator.standard_normal()
        xs.append(mean + x)
    return xs


def newey_west():
    generator = np.random.default_rng(20240)
    cases = []
    for n, rho in [(5, 0.0), (24, 0.3), (48, 0.6), (120, 0.6), (120, 0.9), (240, 0.95), (1440, 0.6), (60, -0.4)]:
        xs = ar1(generator, n, rho, mean=0.3)
        lags = min(int(math.floor(1.3 * math.sqrt(n))), n - 1)
        bandwidth = int(math.floor(1.3 * math.sqrt(n)))
        if lags == bandwidth:
            fit = OLS(np.array(xs), np.ones(n)).fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False})
            nw = float(fit.bse[0] ** 2 * n)
        x = np.array(xs) - np.mean(xs)
        g0 = float(np.sum(x * x) / n)
        g1 = float(np.sum(x[1:] * x[:-1]) / n)
        cases.append({"x": xs, "neweyWest": nw, "variance": g0, "lagOne": g1 / g0})
    return cases


def algorithm_a(xs, kappa):
    """Algorithm A, written from the formulas with numpy."""
    x = np.array(xs)
    n = len(x)
    y = x - x.mean()
    g = [float(np.dot(y[lag:], y[: n - lag])) / n for lag in range(n)]
    bandwidth = int(math.floor(1.3 * math.sqrt(n)))
    nw = g[0] + 2 * sum((1 - lag / (bandwidth + 1)) * g[lag] for lag in range(1, min(bandwidth, n - 1) + 1))
    r = min(max(g[1] / g[0], -0.99), 0.99)
    rc = min(max(r + kappa * (1 + 3 * r) / n, 0), 0.98)
    f = (1 + rc) / (1 - rc)
    return {"value": max(f * g[0] / max(1 - f / n, 0.2), nw), "autocorrelation": rc, "inflation": f, "effectiveN": n / f}


def half_width(n, alpha, horizon):
    a = 2 * alpha
    r2 = (-2 * math.log(a) + math.log(1 - 2 * math.log(a))) / horizon
    q2 = n * r2 + 1
    return math.sqrt(2 * q2 / (n * n * r2) * math.log(1 + math.sqrt(q2) / (2 * alpha)))


def algorithms():
    generator = np.random.default_rng(7)
    cases = []
    for n, rho, mean in [(120, 0.6, 0.05), (120, 0.9, 0.0), (60, 0.0, -0.2), (240, 0.8, 0.1), (20, 0.3, 0.4)]:
        xs = [mean + 0.07 * v for v in ar1(generator, n, rho)]
        alpha, horizon, history = 0.0125, n, 0.02
        a15 = algorithm_a(xs, 1.5)
        a30 = algorithm_a(xs, 3.0)
        mixed = (60 * history + n * a15["value"]) / (60 + n)
        mean_x = float(np.mean(xs))
        width = half_width(n, alpha, horizon)
        v = a30["effectiveN"] - 1
        inflate = stats.t.isf(alpha / 20, v) / stats.norm.isf(alpha / 20) if v > 0 else None
        df_history = max((n + 60) / a15["inflation"] - 1, 3)
        df_own = max(a15["effectiveN"] - 1, 2)
        cases.append({
            "x": xs, "alpha": alpha, "horizon": horizon, "history": history,
            "a15": a15, "a30": a30, "width": width,
            "harmWithHistory": mean_x - math.sqrt(mixed) * width,
            "harmWithout": mean_x - math.sqrt(a30["value"]) * width * inflate if inflate else None,
            "finalWithHistory": [mean_x - stats.t.isf(0.05, df_history) * math.sqrt(mixed / n),
                                 mean_x + stats.t.isf(0.05, df_history) * math.sqrt(mixed / n)],
            "finalWithout": [mean_x - stats.t.isf(0.05, df_own) * math.sqrt(a15["value"] / n),
                             mean_x + stats.t.isf(0.05, df_own) * math.sqrt(a15["value"] / n)],
            "pBelow": float(stats.t.cdf((mean_x - 0.02) / math.sqrt(a15["value"] / n), df_own)),
        })
    return cases


def sequences():
    """Exact half-normal mixture boundary (root), normal mixture by numerical integration."""
    one_sided, two_sided = [], []
    for n in [1, 5, 20, 50, 120, 500]:
        for alpha, horizon in [(0.05, 120), (0.0125, 120), (0.0125, 1440)]:
            a = 2 * alpha
            r2 = (-2 * math.log(a) + math.log(1 - 2 * math.log(a))) / horizon
            q2 = n * r2 + 1
            r = math.sqrt(r2)

            def excess(s):
                return (math.log(2) - 0.5 * math.log(q2) + r2 * s * s / (2 * q2)
                        + stats.norm.logcdf(r * s / math.sqrt(q2)) - math.log(1 / alpha))

            s = optimize.brentq(excess, 0, 1e5, xtol=1e-12)

            # the same mixture by quadrature: mean likelihood ratio over a half-normal drift of scale r
            def ratio(u):
                return math.exp(r * u * s - n * r2 * u * u / 2) * 2 * math.exp(-u * u / 2) / math.sqrt(2 * math.pi)

            integral = integrate.quad(ratio, 0, 40, limit=500, points=[r * s / q2])[0]
            assert abs(integral * alpha - 1) < 1e-6, integral * alpha
            one_sided.append({"n": n, "alpha": alpha, "horizon": horizon, "closed": half_width(n, alpha, horizon), "exact": s / n})

            a2 = alpha
            r2 = (-2 * math.log(a2) + math.log(1 - 2 * math.log(a2))) / horizon
            q2 = n * r2 + 1
            width = math.sqrt(2 * q2 / (n * n * r2) * math.log(math.sqrt(q2) / alpha))
            s2 = width * n

            def two(u):
                return math.exp(math.sqrt(r2) * u * s2 - n * r2 * u * u / 2 - u * u / 2) / math.sqrt(2 * math.pi)

            peak = math.sqrt(r2) * s2 / q2
            integral = integrate.quad(two, peak - 12, peak + 12, limit=500)[0]
            assert abs(integral * alpha - 1) < 1e-6, integral * alpha
            two_sided.append({"n": n, "alpha": alpha, "horizon": horizon, "width": width})
    return {"oneSided": one_sided, "twoSided": two_sided}


def multiplicity():
    cases = []
    for ps in [[0.01, 0.04, 0.03, 0.005], [0.2], [0.5, 0.5, 0.01], [1e-9, 0.9, 0.02, 0.02, 0.3, 0.04]]:
        cases.append({"p": ps, "holm": list(map(float, multipletests(ps, method="holm")[1])),
                      "benjaminiHochberg": list(map(float, multipletests(ps, method="fdr_bh")[1]))})
    return cases


def counts():
    wilson = [[x, n, *map(float, proportion_confint(x, n, 0.05, "wilson"))] for x, n in
              [(0, 600), (3, 600), (30, 600), (570, 600), (600, 600), (1, 4)]]
    chi = [[o, w, float(stats.chisquare(o, np.array(w) / np.sum(w) * np.sum(o)).pvalue)] for o, w in
           [([50, 50], [1, 1]), ([48, 62], [1, 1]), ([5000000, 5010000], [1, 1]), ([10, 25, 40], [1, 2, 2])]]
    return {"wilson": wilson, "chiSquare": chi}


def planner():
    rows = []
    for delta, cv, f, shared in [(0.02, 0.05, 1, 0), (0.03, 0.05, 4, 0), (0.05, 0.05, 4, 0.8), (0.10, 0.05, 19, 0), (0.05, 0.05, 19, 0)]:
        variance = 2 * cv * cv * (1 - shared) * f
        rows.append({"delta": delta, "longRunVariance": variance, "slots": float(
            normal_sample_size_one_tail(delta, 0.8, 0.05, math.sqrt(variance), math.sqrt(variance)))})
    return rows


def equivalence():
    generator = np.random.default_rng(99)
    a = np.exp(generator.normal(0, 0.05, 60))
    b = a * np.exp(generator.normal(0.004, 0.01, 60))
    p, _, _ = ttost_paired(np.log(b), np.log(a), -0.01, 0.01)
    lower = stats.ttest_rel(np.log(b), np.log(a))
    return {"baseline": list(a), "candidate": list(b), "margin": 0.01, "p": float(p), "mean": float(np.mean(np.log(b / a))),
            "standardError": float(np.std(np.log(b / a), ddof=1) / math.sqrt(60)), "t": float(lower.statistic)}


def fleet():
    generator = np.random.default_rng(5)
    cases = []
    for k, population in [(6, 300), (12, 300), (30, 300), (12, None), (5, 5)]:
        x = generator.normal(-0.2, 0.1, k)
        volume = np.exp(generator.normal(0, 0.8, k))
        w = volume / volume.sum()
        mean = float(np.sum(w * x))
        s2 = float(np.sum((x - mean) ** 2) / (k - 1))
        se = math.sqrt(s2 * float(np.sum(w * w)) * (1 - k / population if population else 1))
        k_eff = 1 / float(np.sum(w * w))
        t = float(stats.t.isf(0.025, k_eff - 1)) if k_eff > 1 else None
        cases.append({"effects": list(x), "volumes": list(volume), "population": population, "mean": mean,
                      "effectiveNodes": k_eff, "lower": mean - t * se, "upper": mean + t * se})
    return cases


def stratified_fleet():
    """Stratified mean (Cochran 1977, 5.3), with the delta method for shares that are estimated from volumes."""
    generator = np.random.default_rng(6)
    cases = []
    for kinds in [[(6, 200), (8, 100)], [(2, 50), (3, 20), (7, 30)], [(5, 5), (6, 60)]]:
        strata, sizes, variances, of_volumes, means, effective = [], [], [], [], [], []
        for k, population in kinds:
            x = generator.normal(generator.normal(-0.2, 0.1), 0.05, k)
            volume = np.exp(generator.normal(0, 0.5, k))
            strata.append({"effects": list(x), "volumes": list(volume), "populationNodes": population})
            sizes.append(population * volume.mean())
            w = volume / volume.sum()
            means.append(float(w @ x))
            variances.append(float(np.sum((x - w @ x) ** 2) / (k - 1) * (w @ w) * (1 - k / population)))
            effective.append(1 / float(w @ w))
            of_volumes.append(float(np.var(volume, ddof=1) / k * (1 - k / population) / np.mean(volume) ** 2))
        shares = np.array(sizes) / np.sum(sizes)
        apart = np.array(means) - shares @ np.array(means)
        parts = shares**2 * (np.array(variances) + apart**2 * np.array(of_volumes))
        freedom = parts.sum() ** 2 / float(np.sum(parts**2 / (np.array(effective) - 1)))
        mean = float(shares @ np.array(means))
        reach = float(stats.t.isf(0.025, freedom)) * math.sqrt(parts.sum())
        cases.append({"strata": strata, "mean": mean, "lower": mean - reach, "upper": mean + reach,
                      "effectiveNodes": 1 / float(np.sum(shares**2 / np.array(effective)))})
    return cases


print(json.dumps({
    "distributions": distributions(), "neweyWest": newey_west(), "algorithms": algorithms(), "sequences": sequences(),
    "multiplicity": multiplicity(), "counts": counts(), "planner": planner(), "equivalence": equivalence(), "fleet": fleet(),
    "stratifiedFleet": stratified_fleet(),
}, indent=1))
