"""Curves of a class against the rest, of several models on the same rows: NumPy alone."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models_app.evaluation.binning import bins, equal_rows, expected_error

Floats = NDArray[np.float64]

MAX_POINTS = 300
GRID = np.linspace(0, 1, 201)


class Curve(NamedTuple):
    """Points to draw, thinned, and what the whole curve amounts to."""

    x: list[float]
    y: list[float]
    value: float


def roc_curve(found: ArrayLike, score: ArrayLike) -> Curve:
    """Trace the rows found against false alarms.

    Parameters
    ----------
    found : array-like of bool of shape (n_samples,)
        Which rows are to be found; some are and some are not.
    score : array-like of float of shape (n_samples,)
        Greater for rows more likely to be.

    Returns
    -------
    Curve
        False positive rate, true positive rate, and the area.
    """
    hits, alarms = _reached(found, score)
    x = np.concatenate([[0], alarms / alarms[-1]])
    y = np.concatenate([[0], hits / hits[-1]])
    return _curve(x, y, float(np.trapezoid(y, x)))


def precision_recall_curve(found: ArrayLike, score: ArrayLike) -> Curve:
    """Trace precision against recall.

    Parameters
    ----------
    found : array-like of bool of shape (n_samples,)
        Which rows are to be found; some are.
    score : array-like of float of shape (n_samples,)
        Greater for rows more likely to be.

    Returns
    -------
    Curve
        Recall, precision, and the average precision.
    """
    hits, alarms = _reached(found, score)
    precision, recall = hits / (hits + alarms), hits / hits[-1]
    average = float(np.sum(np.diff(recall, prepend=0) * precision))
    x = np.concatenate([[0], recall])
    return _curve(x, np.concatenate([precision[:1], precision]), average)


def calibration_curve(found: ArrayLike, score: ArrayLike) -> Curve:
    """Compare predicted probabilities with how often they come true.

    Parameters
    ----------
    found : array-like of bool of shape (n_samples,)
        Which rows are of the class.
    score : array-like of float of shape (n_samples,)
        Their predicted probability of it.

    Returns
    -------
    Curve
        Of ten groups of equally many rows, as a model's own page shows first: mean
        predicted probability, share that is of the class; and the expected calibration
        error.
    """
    yes, p = np.asarray(found, bool), np.asarray(score, float)
    groups = bins(yes, p, equal_rows(p))
    return Curve(groups.predicted, groups.actual, expected_error(groups))


def macro(curves: list[Curve]) -> Curve:
    """Average curves of several classes.

    Parameters
    ----------
    curves : list of Curve
        One for each class, with rising x.

    Returns
    -------
    Curve
        Mean height at 201 places, and the mean value.
    """
    heights = [np.interp(GRID, curve.x, curve.y) for curve in curves]
    mean = float(np.mean([curve.value for curve in curves]))
    return Curve(GRID.tolist(), np.mean(heights, axis=0).tolist(), mean)


def error_curve(y_true: ArrayLike, y_pred: ArrayLike) -> Curve:
    """Tell which share of the rows has an absolute error of at most so much.

    Parameters
    ----------
    y_true : array-like of float of shape (n_samples,)
        Actual values.
    y_pred : array-like of float of shape (n_samples,)
        Predicted values.

    Returns
    -------
    Curve
        Absolute errors, share of the rows up to 99 %, and the median error.
    """
    error = np.abs(np.asarray(y_true, float) - np.asarray(y_pred, float))
    shares = np.linspace(0, 0.99, 100)
    return Curve(
        np.quantile(error, shares).tolist(), shares.tolist(), float(np.median(error))
    )


def _reached(found: ArrayLike, score: ArrayLike) -> tuple[Floats, Floats]:
    """Return hits and false alarms down to each distinct score."""
    yes, p = np.asarray(found, bool), np.asarray(score, float)
    order = np.argsort(-p, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(p[order]) != 0, True))
    hits = np.cumsum(yes[order])[ends].astype(float)
    return hits, ends + 1 - hits


def _curve(x: Floats, y: Floats, value: float) -> Curve:
    if len(x) > MAX_POINTS:
        kept = np.unique(np.linspace(0, len(x) - 1, MAX_POINTS).round().astype(int))
        x, y = x[kept], y[kept]
    return Curve(x.round(6).tolist(), y.round(6).tolist(), value)
