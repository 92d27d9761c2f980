"""The order that values have by themselves: of numbers, or of dates."""

import math
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any


def in_own_order(values: Iterable[Any]) -> list[Any] | None:
    """Sort values that are all numbers, or all dates, be they written as text.

    Parameters
    ----------
    values : iterable of object
        Different values of a column, none of them missing.

    Returns
    -------
    list or None
        The same values from the least to the greatest; None where they have no order of
        their own.
    """
    found = list(values)
    for key in (_number, _moment):
        try:
            return sorted(found, key=key)
        except (
            TypeError,
            ValueError,
            OverflowError,
        ):  # no such kind, or not comparable
            continue
    return None


def _number(value: Any) -> float:  # noqa: ANN401
    if isinstance(value, bool):
        raise TypeError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


_moment: Callable[[Any], datetime] = datetime.fromisoformat
