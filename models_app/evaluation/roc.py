"""Receiver operating characteristic curves, small enough to be stored and drawn."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import auc, roc_curve

from models_app.evaluation.one_vs_rest import all_pairs, along, each_class, points_for

# Where the curves of the classes are averaged, as in scikit-learn's example.
GRID = np.linspace(0.0, 1.0, 1_000)


class RocCurve(NamedTuple):
    """One class against the rest; `area` is of the whole curve, before thinning."""

    label: str
    area: float
    n_positive: int
    false_positive_rate: list[float]
    true_positive_rate: list[float]
    threshold: list[float | None]  # None where the rule is "call nothing positive"


class MeanCurve(NamedTuple):
    """An average of the curves of all classes; its area is that of `Roc`."""

    false_positive_rate: list[float]
    true_positive_rate: list[float]


class Roc(NamedTuple):
    """All curves of a model, with averages when there are more than two classes."""

    curves: list[RocCurve]
    micro_area: float | None
    macro_area: float | None
    undefined: list[str]  # classes of which these rows have none, or nothing else
    n_micro_rows: int | None = None  # that the micro average is of, if not of all
    micro: MeanCurve | None = None
    macro: MeanCurve | None = None


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
        The curves in the order of `labels`. The macro curve is the mean over the
        classes of their interpolated curves, its area the mean of theirs; the micro
        curve is that of all (row, class) pairs together. Both are None for a single
        curve.
    """
    heights: list[NDArray[np.float64]] = []

    def _trace(
        label: str, found: NDArray[np.bool_], score: NDArray[np.float64], most: int
    ) -> RocCurve:
        fpr, tpr, threshold = roc_curve(found, score)
        heights.append(np.interp(GRID, fpr, tpr))
        kept = along(fpr, tpr, max_points=most)
        return RocCurve(
            label=label,
            area=float(auc(fpr, tpr)),
            n_positive=int(found.sum()),
            false_positive_rate=fpr[kept].round(6).tolist(),
            true_positive_rate=tpr[kept].round(6).tolist(),
            # The first threshold is infinite, which JSON does not know.
            threshold=[float(t) if np.isfinite(t) else None for t in threshold[kept]],
        )

    curves, undefined = each_class(
        y_true, probabilities, labels=labels, positive=positive, trace=_trace
    )
    if positive is not None or not curves:
        return Roc(curves, None, None, undefined)
    pairs = all_pairs(y_true, probabilities)
    fpr, tpr, _ = roc_curve(pairs.found, pairs.score)
    return Roc(
        curves,
        micro_area=float(auc(fpr, tpr)),
        macro_area=float(np.mean([curve.area for curve in curves])),
        undefined=undefined,
        n_micro_rows=pairs.n_rows,
        micro=_mean_curve(fpr, tpr),
        macro=_mean_curve(GRID, np.mean(heights, axis=0)),
    )


def _mean_curve(x: NDArray[np.float64], y: NDArray[np.float64]) -> MeanCurve:
    kept = along(x, y, max_points=points_for(1))
    return MeanCurve(x[kept].round(6).tolist(), y[kept].round(6).tolist())
