"""GrowthBook's two-sided sequential test at every look of the series in a JSON file; prints the milliseconds of the processor.

Needs gbstats 0.8 (pip install gbstats). Sums are kept between looks, so that the test alone is timed.
"""

import json
import sys
import time

from gbstats.frequentist.tests import SequentialConfig, SequentialTwoSidedTTest
from gbstats.models.statistics import SampleMeanStatistic

with open(sys.argv[1], encoding="utf-8") as file:
    metrics = json.load(file)


def judge_all():
    for baseline, candidate in metrics:
        config = SequentialConfig(sequential_tuning_parameter=2 * len(baseline), difference_type="absolute")
        sums = [0.0, 0.0, 0.0, 0.0]
        for n, (a, b) in enumerate(zip(baseline, candidate), start=1):
            sums = [sums[0] + a, sums[1] + a * a, sums[2] + b, sums[3] + b * b]
            if n < 2:
                continue
            SequentialTwoSidedTTest(
                SampleMeanStatistic(n=n, sum=sums[0], sum_squares=sums[1]),
                SampleMeanStatistic(n=n, sum=sums[2], sum_squares=sums[3]),
                config,
            ).compute_result()


judge_all()
started = time.process_time()
judge_all()
print(json.dumps({"ms": (time.process_time() - started) * 1000}))
