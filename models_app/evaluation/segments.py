"""How good a model is on parts of the rows, with intervals."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t

from models_app.evaluation.dividing import Division
from models_app.evaluation.proportions import LEVEL, wilson

# Of fewer rows a mean's interval says more of the method than of the rows.
MIN_ROWS = 10
Numbers = NDArray[np.float64]


class Measure(NamedTuple):
    """A quality that is a mean over rows, so that it has an interval on any of them.

    Attributes
    ----------
    name : str
        Name of the metric.
    values : ndarray of shape (n_samples,)
        What each row contributes.
    greater_is_better : bool
        Whether a larger mean is better.
    form : str, default="mean"
        ``"mean"``; ``"loss"``, a mean of what is never negative; ``"share"`` of rows
        that are 1; ``"root"`` of the mean.
    """

    name: str
    values: Numbers
    greater_is_better: bool
    form: str = "mean"


class Estimate(NamedTuple):
    """A measure on some rows, with the ends of its 95 % interval."""

    value: float
    low: float | None
    high: float | None


def estimates(
    measure: Measure, codes: NDArray[np.integer[Any]], n_groups: int
) -> list[Estimate | None]:
    """Take a measure on each group of rows.

    Parameters
    ----------
    measure : Measure
        What to measure.
    codes : ndarray of int of shape (n_samples,)
        Group of each row.
    n_groups : int
        Number of groups.

    Returns
    -------
    list of Estimate or None
        A group's mean with its t interval (Wilson's for a share); without one for fewer
        than ten rows, and None for a group without rows.
    """
    counts, means, variances = moments(measure.values, codes, n_groups)
    found: list[Estimate | None] = []
    for n, mean, variance in zip(counts, means, variances, strict=True):
        if not n:
            found.append(None)
            continue
        if measure.form == "share":
            low, high = wilson(mean * n, n)
            found.append(Estimate(float(mean), float(low), float(high)))
            continue
        ends: tuple[float, float] | None = None
        if n >= MIN_ROWS:
            half = t.ppf((1 + LEVEL) / 2, n - 1) * np.sqrt(variance / n)
            ends = float(mean - half), float(mean + half)
        found.append(_estimate(float(mean), ends, measure.form))
    return found


def _estimate(mean: float, ends: tuple[float, float] | None, form: str) -> Estimate:
    if form == "loss" and ends:  # of few rows the t interval reaches below
        ends = max(ends[0], 0.0), ends[1]
    if form != "root":
        return Estimate(mean, *(ends or (None, None)))
    # The root of the interval of the mean: it stays above zero, and need not be even.
    low, high = (np.sqrt(max(end, 0.0)) for end in ends) if ends else (None, None)
    return Estimate(
        float(np.sqrt(mean)),
        None if low is None else float(low),
        None if high is None else float(high),
    )


def moments(
    values: Numbers, codes: NDArray[np.integer[Any]], n_groups: int
) -> tuple[Numbers, Numbers, Numbers]:
    """Return count, mean and variance of each group.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        A number a row.
    codes : ndarray of int of shape (n_samples,)
        Group of each row.
    n_groups : int
        Number of groups.

    Returns
    -------
    tuple of three ndarray of shape (n_groups,)
        The variance is the unbiased one; it and the mean are 0 where there are too few
        rows for them.
    """
    counts = np.bincount(codes, minlength=n_groups).astype(float)
    sums = np.bincount(codes, weights=values, minlength=n_groups)
    means = np.divide(sums, counts, out=np.zeros(n_groups), where=counts > 0)
    # Around each group's mean: the difference of two large squares loses digits.
    squares = np.bincount(
        codes, weights=(values - means[codes]) ** 2, minlength=n_groups
    )
    variances = np.divide(squares, counts - 1, out=np.zeros(n_groups), where=counts > 1)
    return counts, means, variances


def segment_rows(
    division: Division, measures: Sequence[Measure]
) -> list[dict[str, Any]]:
    """Measure each group of a column's division.

    Parameters
    ----------
    division : Division
        The groups.
    measures : sequence of Measure
        What to measure.

    Returns
    -------
    list of dict
        For each group that has rows ``label``, ``n_rows`` and ``measures``: name to
        value and interval.
    """
    n_groups = len(division.labels)
    counts = np.bincount(division.codes, minlength=n_groups)
    measured = {m.name: estimates(m, division.codes, n_groups) for m in measures}
    return [
        {
            "label": label,
            "n_rows": int(counts[at]),
            "measures": {
                name: list(found)
                for name, all_found in measured.items()
                if (found := all_found[at]) is not None
            },
        }
        for at, label in enumerate(division.labels)
        if counts[at]
    ]


def explained(values: Numbers, division: Division) -> float:
    """Return how much of a measure's variation lies between a division's groups.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        A number a row, a loss for example.
    division : Division
        The groups.

    Returns
    -------
    float
        Omega squared: the share, corrected for what any division would explain by
        chance; 0 if there is none.

    References
    ----------
    .. [1] Hays, W. L. (1963). Statistics for Psychologists. Holt, Rinehart & Winston.
    """
    n_groups = len(division.labels)
    counts, means, variances = moments(values, division.codes, n_groups)
    n, k = counts.sum(), int((counts > 0).sum())
    if n <= k or k < 2:
        return 0.0
    between = float((counts * (means - values.mean()) ** 2).sum())
    within = float((variances * np.maximum(counts - 1, 0)).sum())
    error = within / (n - k)
    total = between + within + error
    return max(0.0, (between - (k - 1) * error) / total) if total > 0 else 0.0
