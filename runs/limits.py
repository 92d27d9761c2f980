"""The numbers of a wish, each within what makes sense."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from runs.search.problem import SpecError


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
        return self.low < value <= self.high or (value == self.low and not self.open)


def above_zero(what: str) -> Range:
    message = f"{what} must be more than zero, or left empty for no limit."
    return Range(0, math.inf, message, optional=True, open=True)


RANGES = {
    "n_splits": Range(2, 50, "Choose between 2 and 50 folds."),
    "n_repeats": Range(1, 50, "Choose between 1 and 50 repetitions."),
    "holdout_fraction": Range(
        0, 0.9, "The holdout share must be between 0 and 0.9 of the rows."
    ),
    "validation_fraction": Range(
        0.01, 0.9, "The validation share must be between 0.01 and 0.9 of the rows."
    ),
    "seed": Range(
        0, 2**31 - 1, "The seed must be a whole number from 0 to 2,147,483,647."
    ),
    "time_budget_seconds": above_zero("The time budget"),
    "trial_seconds": above_zero("The time limit of a trial"),
    "trial_memory_mb": above_zero("The memory limit of a trial"),
    "patience": above_zero("The number of trials without improvement"),
    "target_score": Range(
        -math.inf, math.inf, "The target score must be a number.", optional=True
    ),
}


def check_limits(wish: Mapping[str, Any]) -> None:
    """Raise SpecError for the first number that cannot be, naming its field."""
    for field, allowed in RANGES.items():
        value = wish[field]
        if value not in allowed or (value is not None and math.isnan(value)):
            raise SpecError(allowed.message, field=field)
