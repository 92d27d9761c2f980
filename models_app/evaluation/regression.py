"""How far predictions are from the truth, and in which direction."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

MAX_POINTS = 2_000  # of a scatter plot: more are only ink
MAX_BINS = 40


class PredictedActual(NamedTuple):
    """A sample of rows: what was there and what was predicted."""

    actual: list[float]
    predicted: list[float]


class Residuals(NamedTuple):
    """Actual minus predicted, counted over all rows."""

    edges: list[float]
    counts: list[int]
    mean: float
    std: float
    median_absolute: float


def predicted_actual(
    y_true: ArrayLike, y_pred: ArrayLike, *, max_points: int = MAX_POINTS, seed: int = 0
) -> PredictedActual:
    """Pair actual with predicted values, of a sample when there are many rows.

    Parameters
    ----------
    y_true : array-like of float of shape (n_samples,)
        Actual values.
    y_pred : array-like of float of shape (n_samples,)
        Predicted values.
    max_points : int, default=2000
        How many rows to keep at most.
    seed : int, default=0
        Which rows the sample takes.

    Returns
    -------
    PredictedActual
        Pairs in the order of the rows.
    """
    actual, predicted = np.asarray(y_true, float), np.asarray(y_pred, float)
    if len(actual) > max_points:
        draw = np.random.default_rng(seed).choice(
            len(actual), max_points, replace=False
        )
        draw.sort()
        actual, predicted = actual[draw], predicted[draw]
    return PredictedActual(actual.tolist(), predicted.tolist())


def residuals(
    y_true: ArrayLike, y_pred: ArrayLike, *, max_bins: int = MAX_BINS
) -> Residuals:
    """Count how far the actual values lie above or below the predicted ones.

    Parameters
    ----------
    y_true : array-like of float of shape (n_samples,)
        Actual values.
    y_pred : array-like of float of shape (n_samples,)
        Predicted values.
    max_bins : int, default=40
        How many bins the histogram has at most.

    Returns
    -------
    Residuals
        A histogram over all rows (actual minus predicted: positive means predicted too
        low) with mean, standard deviation and median absolute error.

    Raises
    ------
    ValueError
        If there are no rows.
    """
    difference = np.asarray(y_true, float) - np.asarray(y_pred, float)
    if not len(difference):
        msg = "Residuals need at least one row."
        raise ValueError(msg)
    n_bins = int(np.clip(np.ceil(np.sqrt(len(difference))), 1, max_bins))
    if np.ptp(difference) <= 1e-12 * max(1.0, float(np.abs(difference).max())):
        n_bins = 1  # equal but for rounding: there is nothing to divide
    counts, edges = np.histogram(difference, bins=n_bins)
    return Residuals(
        edges=edges.tolist(),
        counts=counts.tolist(),
        mean=float(difference.mean()),
        std=float(difference.std()),
        median_absolute=float(np.median(np.abs(difference))),
    )
