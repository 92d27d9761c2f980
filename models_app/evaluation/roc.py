"""Receiver operating characteristic curves, small enough to be stored and drawn."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import auc, roc_curve

MAX_POINTS = 500  # of one curve: more than a chart has pixels to show
MAX_POINTS_IN_ALL = 6_000  # of a model with many classes


class RocCurve(NamedTuple):
    """One class against the rest; `area` is of the whole curve, before thinning."""

    label: str
    area: float
    n_positive: int
    false_positive_rate: list[float]
    true_positive_rate: list[float]
    threshold: list[float | None]  # None where the rule is "call nothing positive"


class Roc(NamedTuple):
    """All curves of a model, with averages when there are more than two classes."""

    curves: list[RocCurve]
    micro_area: float | None
    macro_area: float | None
    undefined: list[str]  # classes of which these rows have none, or nothing else


def roc(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    *,
    labels: Sequence[str],
    positive: int | None = None,
) -> Roc:
    """Trace how true and false positives trade against each other.

    Parameters
    ----------
    y_true : array-like of int of shape (n_samples,)
        Actual classes as positions in `labels`.
    probabilities : array-like of float of shape (n_samples, n_classes)
        Predicted probability of each class.
    labels : sequence of str
        Names of the classes in the order of their codes.
    positive : int or None, default=None
        With two classes, the position of the one to be found; None traces every
        class against the rest and averages.

    Returns
    -------
    Roc
        The curves in the order of `labels`. The macro area is the mean over the
        classes, the micro area that of all (row, class) pairs together; both are None
        for a single curve.
    """
    actual = np.asarray(y_true)
    scores = np.asarray(probabilities, dtype=float)
    chosen = range(len(labels)) if positive is None else [positive]
    max_points = max(20, min(MAX_POINTS, MAX_POINTS_IN_ALL // len(chosen)))
    curves, undefined = [], []
    for code in chosen:
        found = actual == code
        if found.any() and not found.all():
            curves.append(_curve(labels[code], found, scores[:, code], max_points))
        else:
            undefined.append(labels[code])
    if positive is not None or not curves:
        return Roc(curves, None, None, undefined)
    one_hot = actual[:, None] == np.arange(len(labels))
    micro_fpr, micro_tpr, _ = roc_curve(one_hot.ravel(), scores.ravel())
    macro = float(np.mean([curve.area for curve in curves]))
    return Roc(curves, float(auc(micro_fpr, micro_tpr)), macro, undefined)


def _curve(
    label: str, found: NDArray[np.bool_], score: NDArray[np.float64], max_points: int
) -> RocCurve:
    fpr, tpr, threshold = roc_curve(found, score)
    kept = spread_points(fpr, tpr, max_points=max_points)
    return RocCurve(
        label=label,
        area=float(auc(fpr, tpr)),
        n_positive=int(found.sum()),
        false_positive_rate=fpr[kept].round(6).tolist(),
        true_positive_rate=tpr[kept].round(6).tolist(),
        # The first threshold is infinite, which JSON does not know.
        threshold=[float(t) if np.isfinite(t) else None for t in threshold[kept]],
    )


def spread_points(
    x: NDArray[np.float64], y: NDArray[np.float64], *, max_points: int
) -> NDArray[np.intp]:
    """Choose points of a rising curve, evenly along its length.

    Parameters
    ----------
    x : ndarray of shape (n_points,)
        Never falling.
    y : ndarray of shape (n_points,)
        Never falling.
    max_points : int
        How many to keep at most, 2 or more.

    Returns
    -------
    ndarray of int
        Positions in rising order, the first and the last point among them.
    """
    if len(x) <= max_points:
        return np.arange(len(x))
    # Both coordinates rise, so their sum is a length along the curve.
    length = x + y
    wanted = np.linspace(length[0], length[-1], max_points)
    kept = np.searchsorted(length, wanted)
    kept[-1] = len(x) - 1
    return np.unique(kept)
