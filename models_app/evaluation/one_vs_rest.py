"""Curves of each class against the rest: which there are, and few enough points of them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_POINTS = 500  # of one curve: more than a chart has pixels to show
MAX_POINTS_IN_ALL = 6_000  # of a model with many classes
MAX_PAIRS = 1_000_000  # of row and class that an average over all of them looks at

Curve = TypeVar("Curve")
# Label, which rows are of the class, their probability, and how many points to keep.
Tracer = Callable[[str, NDArray[np.bool_], NDArray[np.float64], int], Curve]


class Pairs(NamedTuple):
    """All pairs of row and class as one yes-or-no question; `n_rows` if of a sample."""

    found: NDArray[np.bool_]
    score: NDArray[np.float64]
    n_rows: int | None


def points_for(n_curves: int) -> int:
    """Return how many points each of some curves may have.

    Parameters
    ----------
    n_curves : int
        How many are stored together.

    Returns
    -------
    int
        From 20 to 500.
    """
    return max(20, min(MAX_POINTS, MAX_POINTS_IN_ALL // max(1, n_curves)))


def each_class(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    *,
    labels: Sequence[str],
    positive: int | None,
    trace: Tracer[Curve],
    needs_others: bool = True,
) -> tuple[list[Curve], list[str]]:
    """Trace a curve for each class that has rows.

    Parameters
    ----------
    y_true : array-like of int of shape (n_samples,)
        Actual classes as positions in `labels`.
    probabilities : array-like of float of shape (n_samples, n_classes)
        Predicted probability of each class.
    labels : sequence of str
        Names of the classes in the order of their codes.
    positive : int or None
        With two classes, the position of the one to be found; None traces every class
        against the rest.
    trace : callable
        Makes the curve of one class.
    needs_others : bool, default=True
        Whether a curve needs rows of other classes too.

    Returns
    -------
    list
        The curves in the order of `labels`.
    list of str
        The classes of which these rows do not define one.
    """
    actual = np.asarray(y_true)
    scores = np.asarray(probabilities, dtype=float)
    chosen = range(len(labels)) if positive is None else [positive]
    max_points = points_for(len(chosen))
    curves, undefined = [], []
    for code in chosen:
        found = actual == code
        if found.any() and not (needs_others and found.all()):
            curves.append(trace(labels[code], found, scores[:, code], max_points))
        else:
            undefined.append(labels[code])
    return curves, undefined


def all_pairs(y_true: ArrayLike, probabilities: ArrayLike) -> Pairs:
    """Ask of every row and class together whether the row is of the class.

    Parameters
    ----------
    y_true : array-like of int of shape (n_samples,)
        Actual classes as columns of `probabilities`.
    probabilities : array-like of float of shape (n_samples, n_classes)
        Predicted probability of each class.

    Returns
    -------
    Pairs
        Ravelled, as scikit-learn's micro average has it; of more than a million pairs a
        sample of the rows.
    """
    actual = np.asarray(y_true)
    scores = np.asarray(probabilities, dtype=float)
    n_classes = scores.shape[1]
    n_rows = max(1, MAX_PAIRS // n_classes)
    sampled = n_rows if n_rows < len(actual) else None
    if sampled:
        rows = np.random.default_rng(0).choice(len(actual), sampled, replace=False)
        actual, scores = actual[rows], scores[rows]
    one_hot = actual[:, None] == np.arange(n_classes)
    return Pairs(one_hot.ravel(), scores.ravel(), sampled)


def along(
    x: NDArray[np.float64], y: NDArray[np.float64], *, max_points: int
) -> NDArray[np.intp]:
    """Choose points of any curve, evenly along its length.

    Parameters
    ----------
    x : ndarray of shape (n_points,)
        Across.
    y : ndarray of shape (n_points,)
        Up.
    max_points : int
        How many to keep at most, 2 or more.

    Returns
    -------
    ndarray of int
        Positions in rising order, the first and the last point among them.
    """
    if len(x) <= max_points:
        return np.arange(len(x))
    steps = np.hypot(np.diff(x), np.diff(y))
    length = np.concatenate([[0.0], np.cumsum(steps)])
    kept = np.searchsorted(length, np.linspace(0, length[-1], max_points))
    kept[-1] = len(x) - 1
    return np.unique(np.clip(kept, 0, len(x) - 1))
