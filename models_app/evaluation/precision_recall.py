"""Precision-recall curves, small enough to be stored and drawn."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score, precision_recall_curve

from models_app.evaluation.one_vs_rest import all_pairs, along, each_class


class PrecisionRecallCurve(NamedTuple):
    """One class against the rest; `average_precision` is of the whole curve."""

    label: str
    average_precision: float
    n_positive: int
    share: float  # of the class among the rows: the precision of guessing
    recall: list[float]
    precision: list[float]
    threshold: list[float | None]  # None where nothing is called positive


class PrecisionRecall(NamedTuple):
    """All curves of a model, with averages when there are more than two classes."""

    curves: list[PrecisionRecallCurve]
    micro_average: float | None
    macro_average: float | None
    undefined: list[str]  # classes of which there are no rows
    n_micro_rows: int | None  # that the micro average is of, if not of all


def precision_recall(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    *,
    labels: Sequence[str],
    positive: int | None = None,
) -> PrecisionRecall:
    """Trace how precision and recall trade against each other.

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
    PrecisionRecall
        The curves in the order of `labels`.
    """
    curves, undefined = each_class(
        y_true,
        probabilities,
        labels=labels,
        positive=positive,
        trace=_curve,
        needs_others=False,
    )
    if positive is not None or not curves:
        return PrecisionRecall(curves, None, None, undefined, None)
    pairs = all_pairs(y_true, probabilities)
    return PrecisionRecall(
        curves,
        micro_average=float(average_precision_score(pairs.found, pairs.score)),
        macro_average=float(np.mean([curve.average_precision for curve in curves])),
        undefined=undefined,
        n_micro_rows=pairs.n_rows,
    )


def _curve(
    label: str, found: NDArray[np.bool_], score: NDArray[np.float64], max_points: int
) -> PrecisionRecallCurve:
    precision, recall, threshold = precision_recall_curve(
        found, score, drop_intermediate=True
    )
    # As `average_precision_score` has it, without sorting all rows again; thresholds
    # that were dropped find nothing more, so they add nothing.
    average = max(0.0, -float(np.sum(np.diff(recall) * precision[:-1])))
    # From "nothing is positive" to "everything is".
    precision, recall = precision[::-1], recall[::-1]
    thresholds = [None, *threshold[::-1].tolist()]
    kept = along(recall, precision, max_points=max_points)
    return PrecisionRecallCurve(
        label=label,
        average_precision=average,
        n_positive=int(found.sum()),
        share=float(found.mean()),
        recall=recall[kept].round(6).tolist(),
        precision=precision[kept].round(6).tolist(),
        threshold=[thresholds[i] for i in kept],
    )
