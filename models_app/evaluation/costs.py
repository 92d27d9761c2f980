"""What a model's mistakes cost, and the threshold at which they cost least."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Costs(NamedTuple):
    """Cost of a row by what happened to it; a gain is negative."""

    false_positive: float = 1.0
    false_negative: float = 1.0
    true_positive: float = 0.0
    true_negative: float = 0.0


class Cheapest(NamedTuple):
    """A threshold, and the mean cost of a row at it."""

    threshold: float
    cost: float


def row_costs(found: ArrayLike, called: ArrayLike, costs: Costs) -> NDArray[np.float64]:
    """Return what each row costs.

    Parameters
    ----------
    found : array-like of bool of shape (n_samples,)
        Which rows are positive.
    called : array-like of bool of shape (n_samples,)
        Which are predicted to be.
    costs : Costs
        What each outcome costs.

    Returns
    -------
    ndarray of shape (n_samples,)
        In the unit of the costs.
    """
    yes, said = np.asarray(found, bool), np.asarray(called, bool)
    positive = np.where(said, costs.true_positive, costs.false_negative)
    return np.where(
        yes, positive, np.where(said, costs.false_positive, costs.true_negative)
    )


def cheapest_threshold(found: ArrayLike, score: ArrayLike, costs: Costs) -> Cheapest:
    """Find the probability from which on calling a row positive costs least.

    Parameters
    ----------
    found : array-like of bool of shape (n_samples,)
        Which rows are positive.
    score : array-like of float of shape (n_samples,)
        Their predicted probability to be.
    costs : Costs
        What each outcome costs.

    Returns
    -------
    Cheapest
        One of the probabilities, or a threshold above all of them; of equally cheap ones
        the highest.
    """
    yes, p = np.asarray(found, bool), np.asarray(score, float)
    order = np.argsort(-p, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(p[order]) != 0, True))
    hits = np.concatenate([[0], np.cumsum(yes[order])[ends]])
    called = np.concatenate([[0], ends + 1])
    alarms = called - hits
    n_positive = yes.sum()
    total = (
        costs.true_positive * hits
        + costs.false_negative * (n_positive - hits)
        + costs.false_positive * alarms
        + costs.true_negative * (len(yes) - n_positive - alarms)
    )
    best = int(np.argmin(total))
    # Above every probability: nobody is called positive.
    threshold = p[order][ends[best - 1]] if best else np.nextafter(p.max(), np.inf)
    return Cheapest(float(threshold), float(total[best] / len(yes)))
