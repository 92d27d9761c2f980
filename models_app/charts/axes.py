"""Axes of values that may all be the same."""

import math
from collections.abc import Iterable
from typing import Any


def around_one(values: Iterable[float | None]) -> dict[str, Any]:
    """Return how to draw an axis whose values are all the same.

    Left to itself the axis would reach one below and one above, whatever the unit, and
    name numbers that nothing has.

    Parameters
    ----------
    values : iterable of float or None
        What is drawn.

    Returns
    -------
    dict
        Plotly's range with the value in its middle, and a tick for the value alone;
        empty where values differ, or there are none.
    """
    known = {v for v in values if v is not None and math.isfinite(v)}
    if not known:
        return {}
    low, high = min(known), max(known)
    # Rounding leaves a little of equal values.
    if high - low > 1e-9 * max(abs(low), abs(high), 1e-300):
        return {}
    reach = 0.1 * abs(low) or 1.0
    return {
        "range": [low - reach, low + reach],
        "tickmode": "array",
        "tickvals": [low],
        "ticktext": [f"{low:.4g}"],
    }
