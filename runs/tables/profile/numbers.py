"""Describe numbers and dates, given in ascending order."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from runs.tables.labels import label

_MAX_BINS = 20
_PERCENTS = (5, 25, 50, 75, 95)
# Tukey (1977): values beyond three quartile ranges are "far out".
_OUTER_FENCE = 3.0

Numbers = npt.NDArray[np.float64] | npt.NDArray[np.int64]


def describe_numbers(values: Numbers) -> dict[str, Any]:
    """Describe numbers briefly.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Ascending.

    Returns
    -------
    dict
        ``min``, ``max``, ``mean``, ``median`` and ``histogram``, of the finite ones.
    """
    values = _finite_of(values)
    if not len(values):
        empty: dict[str, list[Any]] = {"edges": [], "counts": []}
        names = ("min", "max", "mean", "median")
        return {**dict.fromkeys(names), "histogram": empty}
    # The sum of finite numbers may be infinite.
    with np.errstate(over="ignore", invalid="ignore"):
        mean, median = values.mean(dtype=np.float64), _median(values)
    return {
        "min": values[0].item(),
        "max": values[-1].item(),
        "mean": finite(mean),
        "median": finite(median),
        "histogram": _histogram(values),
    }


def detail_numbers(values: Numbers) -> dict[str, Any]:
    """Describe numbers further.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Ascending.

    Returns
    -------
    dict
        ``quantiles``, ``std``, ``skew``, ``n_zero``, ``n_negative``, ``n_infinite``
        and ``outliers``.

    References
    ----------
    .. [1] Tukey, J. W. (1977). Exploratory Data Analysis. Addison-Wesley, 43-44.
    """
    everything, values = values, _finite_of(values)
    std, skew = _moments(values)
    zeros = np.searchsorted(values, 0, "left"), np.searchsorted(values, 0, "right")
    return {
        "quantiles": {str(p): finite(quantile(values, p)) for p in _PERCENTS},
        "std": std,
        "skew": skew,
        "n_zero": int(zeros[1] - zeros[0]),
        "n_negative": int(zeros[0]),
        "n_infinite": len(everything) - len(values),
        "outliers": _outliers(values),
    }


def describe_dates(dates: pd.Series) -> dict[str, Any]:
    """Describe dates briefly.

    Parameters
    ----------
    dates : Series of datetime64 of shape (n_values,)
        Ascending, none missing.

    Returns
    -------
    dict
        As `describe_numbers`, with ISO texts for moments.
    """
    described = describe_numbers(_microseconds(dates))
    histogram = described.pop("histogram")
    texts: dict[str, Any] = {
        name: None if value is None else _moment(value)
        for name, value in described.items()
    }
    edges = [_moment(edge) for edge in histogram["edges"]]
    return texts | {"histogram": {"edges": edges, "counts": histogram["counts"]}}


def detail_dates(dates: pd.Series) -> dict[str, Any]:
    """Describe dates further.

    Parameters
    ----------
    dates : Series of datetime64 of shape (n_values,)
        Ascending, none missing.

    Returns
    -------
    dict
        ``quantiles``, ``step_seconds`` and ``largest_gap``.
    """
    moments = _microseconds(dates)
    quantiles = {str(p): quantile(moments, p) for p in _PERCENTS}
    different = moments[np.flatnonzero(np.diff(moments, prepend=moments[:1] - 1))]
    steps = np.diff(different)
    gap = None
    if len(steps):
        at = int(steps.argmax())
        gap = {
            "from": _moment(different[at]),
            "to": _moment(different[at + 1]),
            "seconds": float(steps[at]) / 1e6,
        }
    return {
        "quantiles": {p: q if q is None else _moment(q) for p, q in quantiles.items()},
        "step_seconds": float(np.median(steps)) / 1e6 if len(steps) else None,
        "largest_gap": gap,
    }


def order_of(values: npt.NDArray[Any]) -> str | None:
    """Tell whether values stand in order.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        As they stand, none missing.

    Returns
    -------
    {"ascending", "descending"} or None
        None also if there are not two different ones.
    """
    if len(values) < 2 or values[0] == values[-1]:
        return None
    if values[0] < values[-1]:
        return "ascending" if (values[1:] >= values[:-1]).all() else None
    return "descending" if (values[1:] <= values[:-1]).all() else None


def most_frequent(values: npt.NDArray[Any]) -> tuple[Any, int] | None:
    """Find the most frequent value.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Ascending.

    Returns
    -------
    (value, int) or None
        The smallest of the most frequent ones and its count; None without values.
    """
    if not len(values):
        return None
    starts = np.flatnonzero(np.r_[True, values[1:] != values[:-1]])
    counts = np.diff(starts, append=len(values))
    at = int(counts.argmax())
    return values[starts[at]], int(counts[at])


def quantile(values: Numbers, percent: float) -> float | None:
    """Interpolate a quantile as `numpy.quantile` does by default.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Ascending and finite.
    percent : float
        From 0 to 100.

    Returns
    -------
    float or None
        None without values.
    """
    if not len(values):
        return None
    place = (len(values) - 1) * percent / 100
    below = int(place)
    low, high = float(values[below]), float(values[min(below + 1, len(values) - 1)])
    share = place - below
    # The distance of two finite numbers may be infinite; this is not.
    return low * (1 - share) + high * share


def finite(value: float | np.floating[Any] | None) -> float | None:
    """Return a number that JSON can hold, or None.

    Parameters
    ----------
    value : float or None
        Any number.

    Returns
    -------
    float or None
        The number if it is finite.
    """
    return float(value) if value is not None and np.isfinite(value) else None


def _finite_of(values: Numbers) -> Numbers:
    """Leave out infinities, which stand at the ends."""
    if not len(values) or np.isfinite(values[[0, -1]]).all():
        return values
    return values[np.isfinite(values)]


def _median(values: Numbers) -> float:
    middle = values[(len(values) - 1) // 2 : len(values) // 2 + 1]
    return float(middle.mean(dtype=np.float64))


def _moments(values: Numbers) -> tuple[float | None, float | None]:
    """Return standard deviation (of the population) and skewness."""
    if not len(values):
        return None, None
    # Scaled, so that no power of them is infinite.
    scale = max(abs(float(values[0])), abs(float(values[-1]))) or 1.0
    scaled = values / scale
    scaled -= scaled.mean()
    squares = np.square(scaled)
    variance = float(squares.mean())
    # What rounding leaves of equal values is not a spread.
    if values[0] == values[-1] or variance <= np.finfo(float).tiny:
        return 0.0, None
    squares *= scaled
    return finite(variance**0.5 * scale), finite(float(squares.mean()) / variance**1.5)


def _outliers(values: Numbers) -> dict[str, Any] | None:
    """Count the values beyond the outer fences; None where there is no middle half."""
    first, third = quantile(values, 25), quantile(values, 75)
    if first is None or third is None or not 0 < third - first < np.inf:
        return None
    spread = third - first
    low, high = first - _OUTER_FENCE * spread, third + _OUTER_FENCE * spread
    if not np.isfinite([low, high]).all():
        return None
    distance = max(first - float(values[0]), float(values[-1]) - third)
    return {
        "n_low": int(np.searchsorted(values, low, "left")),
        "n_high": int(len(values) - np.searchsorted(values, high, "right")),
        "low": low,
        "high": high,
        "distance": finite(max(0.0, distance / spread)),
    }


def _microseconds(dates: pd.Series) -> npt.NDArray[np.int64]:
    whole: npt.NDArray[np.int64] = dates.dt.as_unit("us").astype("int64").to_numpy()
    return whole


def _moment(microseconds: float) -> str:
    return label(np.datetime64(int(microseconds), "us").astype("datetime64[s]"))


def _histogram(values: Numbers) -> dict[str, list[Any]]:
    low, high = values[0].item(), values[-1].item()
    if np.issubdtype(values.dtype, np.integer) and high - low < _MAX_BINS:
        # One bin for each whole number, which stands in its middle.
        edges = np.arange(low, high + 2) - 0.5
    else:
        n_bins = max(1, min(_MAX_BINS, int(np.ceil(np.sqrt(len(values))))))
        edges = _even_edges(float(low), float(high), n_bins)
    # Bins are half open, but for the last.
    ends = np.searchsorted(values, edges[:-1], "left")
    counts = np.diff(ends, append=np.searchsorted(values, edges[-1], "right"))
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def _even_edges(low: float, high: float, n_bins: int) -> npt.NDArray[np.float64]:
    if low == high:
        return (
            np.array([low - 0.5, high + 0.5])
            if abs(low) < 1e15
            # Towards zero: beyond the largest number there is none.
            else np.sort([low, np.nextafter(low, 0.0)])
        )
    # Halved, because the distance of two finite numbers may be infinite.
    halves = low / 2 + (high / 2 - low / 2) * np.linspace(0, 1, n_bins + 1)
    # Rounding may lead past the last number, which for the largest of all is infinite.
    edges = 2 * np.clip(halves, low / 2, high / 2)
    edges[0], edges[-1] = low, high
    return np.unique(edges)
