"""Metrics of many weightings of the same rows at once; each equals scikit-learn's."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Ranking(NamedTuple):
    """Rows in the order of their scores, lowest first, and where the found ones stand.

    Attributes
    ----------
    order : ndarray of int of shape (n_samples,)
        Positions of the rows.
    found : ndarray of int of shape (n_found,)
        Where in that order the rows of the class are.
    low, high : ndarray of int of shape (n_scores,)
        Where the rows of each distinct score of theirs begin and end.
    first, last : ndarray of int of shape (n_scores,)
        The same among `found`.
    """

    order: NDArray[np.intp]
    found: NDArray[np.intp]
    low: NDArray[np.intp]
    high: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]


def ranking(found: NDArray[np.bool_], score: Floats) -> Ranking:
    """Sort rows by their score.

    Parameters
    ----------
    found : ndarray of bool of shape (n_samples,)
        Whether the row is of the class to be found.
    score : ndarray of shape (n_samples,)
        How probable that was said to be.

    Returns
    -------
    Ranking
        The order, to be used for any number of weightings.
    """
    order = np.argsort(score, kind="stable")
    ordered, places = score[order], np.flatnonzero(found[order])
    inside = ordered[places]
    distinct = np.unique(inside)
    return Ranking(
        order=order,
        found=places,
        low=np.searchsorted(ordered, distinct, side="left"),
        high=np.searchsorted(ordered, distinct, side="right"),
        first=np.searchsorted(inside, distinct, side="left"),
        last=np.searchsorted(inside, distinct, side="right"),
    )


def rank_metrics(rank: Ranking, weights: Floats) -> tuple[Floats, Floats]:
    """Compute the area under the ROC curve and the average precision.

    Parameters
    ----------
    rank : Ranking
        The rows.
    weights : ndarray of shape (n_weightings, n_samples)
        How often each row counts; quickest in the order of Fortran.

    Returns
    -------
    roc_auc, average_precision : ndarray of shape (n_weightings,)
        Not a number where a weighting lacks rows of the class, or all others.
    """
    inside = weights.T[rank.order]
    below = _sums(inside)
    hits_below = _sums(inside[rank.found])
    n, n_hits = below[-1], hits_below[-1]
    # Only scores that a row of the class has add anything.
    hits = hits_below[rank.last] - hits_below[rank.first]
    others_below = below[rank.low] - hits_below[rank.first]
    others = below[rank.high] - below[rank.low] - hits
    called = n - below[rank.low]
    right = n_hits - hits_below[rank.first]
    precision = np.divide(right, called, out=np.zeros_like(right), where=called > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Ties count half.
        area = (hits * (others_below + 0.5 * others)).sum(axis=0)
        return area / (n_hits * (n - n_hits)), (hits * precision).sum(axis=0) / n_hits


def _sums(weights: Floats) -> Floats:
    """Return the running sums down the columns, from nothing to all."""
    found = np.zeros((len(weights) + 1, weights.shape[1]))
    np.cumsum(weights, axis=0, out=found[1:])
    return found


def class_metrics(counts: NDArray[Any]) -> dict[str, Floats]:
    """Compute precision, recall and F1 of each class.

    Parameters
    ----------
    counts : ndarray of shape (n_tables, n_classes, n_classes)
        A row is an actual class, a column a predicted one.

    Returns
    -------
    dict of str to ndarray of shape (n_tables, n_classes)
        Zero where there is nothing to divide by.
    """
    right = np.diagonal(counts, axis1=1, axis2=2).astype(float)
    actual, called = counts.sum(axis=2), counts.sum(axis=1)
    return {
        "precision": _ratio(right, called),
        "recall": _ratio(right, actual),
        "f1": _ratio(2 * right, actual + called),
    }


def count_metrics(
    counts: NDArray[Any], positive: int | None = None
) -> dict[str, Floats]:
    """Compute the metrics that look at predicted classes only.

    Parameters
    ----------
    counts : ndarray of shape (n_tables, n_classes, n_classes)
        A row is an actual class, a column a predicted one.
    positive : int, optional
        With two classes, the position of the one to be found.

    Returns
    -------
    dict of str to ndarray of shape (n_tables,)
        By the name of the metric.
    """
    per_class = class_metrics(counts)
    right = np.diagonal(counts, axis1=1, axis2=2).astype(float)
    actual = counts.sum(axis=2).astype(float)
    called = counts.sum(axis=1).astype(float)
    n = actual.sum(axis=1)
    is_there, is_named = actual > 0, actual + called > 0
    accuracy = _ratio(right.sum(axis=1), n)
    covariance = right.sum(axis=1) * n - (actual * called).sum(axis=1)
    spread = np.sqrt(n**2 - (actual**2).sum(axis=1)) * np.sqrt(
        n**2 - (called**2).sum(axis=1)
    )
    found = {
        "accuracy": accuracy,
        "balanced_accuracy": _ratio(
            (per_class["recall"] * is_there).sum(axis=1), is_there.sum(axis=1)
        ),
        "f1_macro": _ratio(per_class["f1"].sum(axis=1), is_named.sum(axis=1)),
        "f1_micro": accuracy,  # one class a row: the same
        "f1_weighted": _ratio((per_class["f1"] * actual).sum(axis=1), n),
        "mcc": _ratio(covariance, spread),
    }
    if positive is not None:
        found |= {name: values[:, positive] for name, values in per_class.items()}
    return found


def regression_metrics(
    y: Floats, predicted: Floats, weights: Floats
) -> dict[str, Floats]:
    """Compute all metrics of regression.

    Parameters
    ----------
    y, predicted : ndarray of shape (n_samples,)
        Actual and predicted numbers.
    weights : ndarray of shape (n_weightings, n_samples)
        How often each row counts.

    Returns
    -------
    dict of str to ndarray of shape (n_weightings,)
        By the name of the metric; without those that these numbers do not define. Not
        a number where a weighting has rows of one target value alone.
    """
    error, n = np.abs(y - predicted), weights.sum(axis=1)
    centred = y - y.mean()  # or the variance is lost in the digits of a large mean
    relative = error / np.maximum(np.abs(y), np.finfo(float).eps)
    squared, absolute, shares, first, second = (
        weights @ np.column_stack([error**2, error, relative, centred, centred**2])
    ).T
    spread = second - first**2 / n
    # Rounding leaves a little of a target that does not vary.
    varies = spread > 1e-12 * np.maximum(1, n * (y**2).max(initial=0))
    left = np.divide(squared, spread, out=np.full_like(spread, np.nan), where=varies)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "rmse": np.sqrt(squared / n),
            "mae": absolute / n,
            "r2": 1 - left,
            "median_absolute_error": weighted_median(error, weights),
            "mape": shares / n,
        }
        if len(y) and min(y.min(), predicted.min()) > -1:
            ratio = (np.log1p(y) - np.log1p(predicted)) ** 2
            found["rmsle"] = np.sqrt(weights @ ratio / n)
    return found


def weighted_median(values: Floats, weights: Floats) -> Floats:
    """Return the median of values that count several times, or in part.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Numbers.
    weights : ndarray of shape (n_weightings, n_samples)
        How often each counts.

    Returns
    -------
    ndarray of shape (n_weightings,)
        The middle value, or the mean of the two in the middle.
    """
    order = np.argsort(values)
    reached = np.cumsum(weights[:, order], axis=1)
    half = reached[:, -1:] / 2
    lower = values[order][(reached >= half).argmax(axis=1)]
    upper = values[order][(reached > half).argmax(axis=1)]
    return np.asarray((lower + upper) / 2)


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    """Divide; nothing by nothing is zero, as scikit-learn is told to have it."""
    above, below = np.asarray(part, float), np.asarray(whole, float)
    return np.asarray(
        np.divide(above, below, out=np.zeros_like(above), where=below > 0)
    )
