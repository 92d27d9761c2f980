"""Rows grouped by their probability, and how far these are from the truth: NumPy alone."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

N_BINS = 10
Floats = NDArray[np.float64]


class Bins(NamedTuple):
    """Rows grouped by the probability they were given; groups without rows are left out."""

    predicted: list[float]  # mean probability
    actual: list[float]  # share of the rows for which it came true
    n_rows: list[int]


def equal_width(n_bins: int = N_BINS) -> Floats:
    """Return edges of groups that are equally wide.

    Parameters
    ----------
    n_bins : int, default=10
        How many groups.

    Returns
    -------
    ndarray of shape (n_bins + 1,)
        From 0 to 1.
    """
    return np.linspace(0, 1, n_bins + 1)


def equal_rows(p: Floats, n_bins: int = N_BINS) -> Floats:
    """Return edges of groups that have equally many rows.

    Parameters
    ----------
    p : ndarray of shape (n_samples,)
        Probabilities of the rows.
    n_bins : int, default=10
        How many groups.

    Returns
    -------
    ndarray of shape (n_bins + 1,)
        Quantiles.
    """
    return np.asarray(np.quantile(p, np.linspace(0, 1, n_bins + 1)))


def bins(found: NDArray[np.bool_], p: Floats, edges: Floats) -> Bins:
    """Group rows by their probability.

    Parameters
    ----------
    found : ndarray of bool of shape (n_samples,)
        Whether it came true.
    p : ndarray of shape (n_samples,)
        How probable that was said to be.
    edges : ndarray of shape (n_bins + 1,)
        Rising. A probability on an edge belongs to the group below it.

    Returns
    -------
    Bins
        Groups with rows, as `sklearn.calibration.calibration_curve` makes them.
    """
    group = np.searchsorted(edges[1:-1], p)
    n_bins = len(edges) - 1
    count = np.bincount(group, minlength=n_bins)
    filled = count > 0
    predicted = np.bincount(group, weights=p, minlength=n_bins)[filled] / count[filled]
    actual = np.bincount(group, weights=found, minlength=n_bins)[filled] / count[filled]
    return Bins(
        predicted.round(6).tolist(), actual.round(6).tolist(), count[filled].tolist()
    )


def expected_error(groups: Bins) -> float:
    """Return the mean distance of probability and truth, each group by its rows.

    Parameters
    ----------
    groups : Bins
        Grouped rows.

    Returns
    -------
    float
        Expected calibration error: 0 is perfect.

    References
    ----------
    .. [1] Naeini, Cooper, Hauskrecht (2015). Obtaining well calibrated probabilities
       using Bayesian binning. AAAI.
    """
    distance = np.abs(np.asarray(groups.predicted) - np.asarray(groups.actual))
    return float(np.average(distance, weights=groups.n_rows))
