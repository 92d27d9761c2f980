"""The numbers of a wish, each within what makes sense."""

import math
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from runs.search.metrics import Metric
from runs.search.problem import SpecError

YEAR = 365 * 24 * 60 * 60.0
MOST_TRIALS = 1_000_000


class Range(NamedTuple):
    """What a number may be, and the sentence for one that may not."""

    low: float
    high: float
    message: str
    optional: bool = False
    open: bool = False  # whether `low` itself is excluded

    def __contains__(self, value: object) -> bool:
        if value is None:
            return self.optional
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        # What is not a number is in no range: no comparison with it holds.
        return self.low < value <= self.high or (value == self.low and not self.open)


RANGES = {
    "n_splits": Range(2, 50, "Choose between 2 and 50 folds."),
    "n_repeats": Range(1, 50, "Choose between 1 and 50 repetitions."),
    "holdout_fraction": Range(
        0, 0.9, "The holdout share must be between 0 and 90 % (0.9) of the rows."
    ),
    "validation_fraction": Range(
        0.01,
        0.9,
        "The validation share must be between 1 % (0.01) and 90 % (0.9) of the rows.",
    ),
    "seed": Range(
        0, 2**31 - 1, "The seed must be a whole number from 0 to 2,147,483,647."
    ),
    "n_trials": Range(
        1, MOST_TRIALS, f"Allow between 1 and {MOST_TRIALS:,} trials.", optional=True
    ),
    "time_budget_seconds": Range(
        0,
        YEAR,
        "The time budget must be more than zero and at most 365 days, or left empty for "
        "no limit.",
        optional=True,
        open=True,
    ),
    "trial_seconds": Range(
        0.1,
        YEAR,
        "The time limit of a trial must be between 0.1 seconds and 365 days, or left "
        "empty for no limit.",
        optional=True,
    ),
    "trial_memory_mb": Range(
        256,
        100_000_000,
        "The memory limit of a trial must be between 256 and 100,000,000 MB, or left "
        "empty for no limit. A worker needs about 250 MB before it fits anything.",
        optional=True,
    ),
    "patience": Range(
        1,
        MOST_TRIALS,
        "The number of trials without improvement must be between 1 and "
        f"{MOST_TRIALS:,}, or left empty for no limit.",
        optional=True,
    ),
    "target_score": Range(
        -sys.float_info.max,
        sys.float_info.max,
        "The target score must be a number.",
        optional=True,
    ),
    "parallelism": Range(
        1,
        1000,
        "Allow between 1 and 1,000 at once, or leave it empty for as many as there are "
        "workers. To do nothing for a while, pause the run.",
        optional=True,
    ),
}


def check_limits(wish: Mapping[str, Any]) -> None:
    """Raise SpecError for the first number that cannot be, naming its field."""
    for error in beyond_limits(wish):
        raise error


def beyond_limits(wish: Mapping[str, Any]) -> Iterator[SpecError]:
    """Yield an error for each number of a wish that cannot be."""
    for field, allowed in RANGES.items():
        if field in wish and wish[field] not in allowed:
            yield SpecError(allowed.message, field=field)


def check_target_score(score: float | None, metric: Metric) -> None:
    """Raise SpecError for a score that the metric cannot have."""
    if score is None or metric.low <= score <= metric.high:
        return
    if metric.low == -math.inf:
        can = f"is never above {metric.high:g}"
    elif metric.high == math.inf:
        can = f"is never below {metric.low:g}"
    else:
        can = f"is between {metric.low:g} and {metric.high:g}"
    message = f"{metric.title} {can}, so the search cannot end at {score:g}."
    raise SpecError(message, field="target_score")
