"""What each threshold on the probability of the positive class would do."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_THRESHOLDS = 500
DEFAULT = 0.5
# Thresholds are written and read as decimal numbers: so many digits are kept.
DIGITS = 6


class Costs(NamedTuple):
    """What decisions about one row cost and bring, in any one unit."""

    false_positive: float = 1.0
    false_negative: float = 1.0
    true_positive: float = 0.0  # a gain
    true_negative: float = 0.0  # a gain


class Thresholds(NamedTuple):
    """Counts at rising thresholds; a row at or above one is called positive.

    Attributes
    ----------
    threshold : list of float
        Rising, with six decimals. The last one calls nothing positive if there is room
        for such a threshold.
    true_positive, false_positive : list of int
        Rows called positive that are, and that are not.
    n_positive, n_negative : int
        All rows that are, and that are not.
    n_distinct : int
        How many thresholds differ at all; `threshold` has some of them.
    """

    threshold: list[float]
    true_positive: list[int]
    false_positive: list[int]
    n_positive: int
    n_negative: int
    n_distinct: int


def thresholds(
    found: ArrayLike, score: ArrayLike, *, max_thresholds: int = MAX_THRESHOLDS
) -> Thresholds:
    """Count hits and false alarms at every threshold that makes a difference.

    Parameters
    ----------
    found : array-like of bool of shape (n_samples,)
        Whether the row is positive.
    score : array-like of float of shape (n_samples,)
        Its probability to be so.
    max_thresholds : int, default=500
        How many to keep at most: every so many rows one, and always the one in force
        where no other was chosen.

    Returns
    -------
    Thresholds
        The counts, exact at each threshold that is kept.
    """
    truth = np.asarray(found, dtype=bool)
    scores = np.asarray(score, dtype=float)
    scale = 10**DIGITS
    steps = np.unique(np.floor(np.clip(scores, 0, 1) * scale).astype(np.int64))
    n_distinct = len(steps)
    if len(steps) and steps[-1] < scale:
        steps = np.append(steps, steps[-1] + 1)
    kept = _thinned(steps, scores, max_thresholds)
    threshold = steps[kept] / scale
    hits, alarms = np.sort(scores[truth]), np.sort(scores[~truth])
    return Thresholds(
        threshold=threshold.tolist(),
        true_positive=_at_least(hits, threshold),
        false_positive=_at_least(alarms, threshold),
        n_positive=len(hits),
        n_negative=len(alarms),
        n_distinct=n_distinct,
    )


def _thinned(
    steps: NDArray[np.int64], scores: NDArray[np.float64], most: int
) -> NDArray[np.intp]:
    if len(steps) <= most:
        return np.arange(len(steps))
    # Evenly over the rows: where many rows are, a small step matters most.
    below = np.searchsorted(np.sort(scores), steps / 10**DIGITS)
    kept = np.searchsorted(below, np.linspace(0, len(scores), most - 2))
    default = int(np.searchsorted(steps, int(DEFAULT * 10**DIGITS)))
    ends = [0, default, len(steps) - 1]
    return np.unique(np.clip(np.append(kept, ends), 0, len(steps) - 1))[:most]


def _at_least(rising: NDArray[np.float64], threshold: NDArray[np.float64]) -> list[int]:
    counts = len(rising) - np.searchsorted(rising, threshold, side="left")
    return [int(n) for n in counts]


def net_cost(counts: Thresholds, costs: Costs) -> NDArray[np.float64]:
    """Add up what mistakes cost, less what right answers bring.

    Parameters
    ----------
    counts : Thresholds
        Counts at each threshold.
    costs : Costs
        Of one row each.

    Returns
    -------
    ndarray of shape (n_thresholds,)
        Over all rows; smaller is better, below zero is a gain.
    """
    hits = np.asarray(counts.true_positive, float)
    alarms = np.asarray(counts.false_positive, float)
    return np.asarray(
        costs.false_positive * alarms
        + costs.false_negative * (counts.n_positive - hits)
        - costs.true_positive * hits
        - costs.true_negative * (counts.n_negative - alarms)
    )


def cheapest(counts: Thresholds, costs: Costs) -> float:
    """Return the threshold with the least cost.

    Parameters
    ----------
    counts : Thresholds
        Counts at each threshold.
    costs : Costs
        Of one row each.

    Returns
    -------
    float
        The one nearest to 0.5 of those that cost the same.
    """
    total = net_cost(counts, costs)
    least = np.flatnonzero(total <= total.min() + 1e-9 * max(1.0, abs(total.min())))
    among = np.asarray(counts.threshold)[least]
    return float(among[np.abs(among - DEFAULT).argmin()])
