"""Axes of values that may all be the same."""

import math
from collections.abc import Iterable
from typing import Any

# Of probabilities: a little beyond 0 and 1 for what is drawn there, and never a tick.
PROBABILITIES = {"autorangeoptions": {"clipmin": -0.02, "clipmax": 1.02}}
_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
_MOST_TICKS = 6


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


def probability_ticks(low: float, high: float) -> dict[str, Any]:
    """Return the ticks of an axis of probabilities whose range needs room beyond them.

    Parameters
    ----------
    low, high : float
        The range.

    Returns
    -------
    dict
        Plotly's ticks within 0 to 1; empty where the range has no room outside of it.
    """
    if low >= 0 and high <= 1:
        return {}
    first, last = max(low, 0.0), min(high, 1.0)
    fitting = (s for s in _STEPS if (last - first) / s < _MOST_TICKS)
    step = next(fitting, _STEPS[-1])
    inner = range(math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9) + 1)
    return {"tickmode": "array", "tickvals": [round(n * step, 6) for n in inner]}
