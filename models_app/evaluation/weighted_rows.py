"""All metrics of classified rows, for many weightings of them at once: NumPy alone.

With weights of one a metric is that of scikit-learn; with the counts of a resample it is
that of the resample, without predictions being copied.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models_app.evaluation.weighted import count_metrics, rank_metrics, ranking

Floats = NDArray[np.float64]


class WeightedRows:
    """Rows prepared for any number of weightings of what looks at probabilities.

    Parameters
    ----------
    y : ndarray of int of shape (n_samples,)
        Actual classes as columns of `scores`.
    scores : ndarray of float of shape (n_samples, n_classes)
        Predicted probability of each class.
    positive : int or None
        With two classes, the one to be found.
    """

    def __init__(
        self, y: NDArray[np.int64], scores: Floats, positive: int | None
    ) -> None:
        own = scores[np.arange(len(y)), y]
        smallest = np.finfo(float).eps
        if scores.shape[1] == 2:  # scikit-learn counts one of the two
            squared = (1 - own) ** 2
        else:
            squared = (scores**2).sum(axis=1) - 2 * own + 1
        logs = -np.log(np.clip(own, smallest, 1 - smallest))
        self.means = np.column_stack([logs, squared])
        self.rankings = [
            ranking(y == code, scores[:, code]) for code in range(scores.shape[1])
        ]
        self.positive = positive

    def measured(self, weights: Floats) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Return metrics overall and of each class, for each weighting.

        Parameters
        ----------
        weights : ndarray of shape (n_weightings, n_samples)
            How often each row counts; quickest in the order of Fortran.

        Returns
        -------
        dict of str to ndarray of shape (n_weightings,)
            Overall, by the name of the metric. The mean area over the classes is of
            those that a weighting has, unless the first weighting lacks one of them.
        dict of str to ndarray of shape (n_weightings, n_classes)
            Of each class; not a number where a weighting has no row of it.
        """
        log_loss, brier = (weights @ self.means / weights.sum(axis=1, keepdims=True)).T
        ranked = [rank_metrics(rank, weights) for rank in self.rankings]
        areas = np.column_stack([area for area, _ in ranked])
        averages = np.column_stack([average for _, average in ranked])
        overall = {"log_loss": log_loss, "brier": brier}
        if self.positive is None:
            overall["roc_auc"] = _mean_of_known(areas)
        else:
            overall["roc_auc"] = areas[:, self.positive]
            overall["average_precision"] = averages[:, self.positive]
        return overall, {"roc_auc": areas, "average_precision": averages}


def _mean_of_known(areas: Floats) -> Floats:
    """Return the mean over the classes that there are, of each weighting."""
    if np.isnan(areas[0]).any():
        return np.full(len(areas), np.nan)
    known = np.isfinite(areas)
    n_known = known.sum(axis=1)
    total: Floats = np.where(known, areas, 0).sum(axis=1)
    mean = np.full(len(areas), np.nan)
    np.divide(total, n_known, out=mean, where=n_known > 0)
    return mean


def counts_of(
    y: NDArray[np.int64],
    predicted: NDArray[np.int64],
    weights: Floats,
    *,
    n_classes: int,
) -> Floats:
    """Count actual and predicted classes together, for each weighting.

    Parameters
    ----------
    y, predicted : ndarray of int of shape (n_samples,)
        Actual and predicted classes.
    weights : ndarray of shape (n_weightings, n_samples)
        How often each row counts.
    n_classes : int
        How many classes there are.

    Returns
    -------
    ndarray of shape (n_weightings, n_classes, n_classes)
        A row is an actual class, a column a predicted one.
    """
    cells = y * n_classes + predicted
    size = n_classes * n_classes
    tables = [np.bincount(cells, weights=w, minlength=size) for w in weights]
    return np.asarray(tables, float).reshape(-1, n_classes, n_classes)


def classification_metrics(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    probabilities: ArrayLike,
    weights: ArrayLike,
    *,
    positive: int | None = None,
) -> dict[str, Floats]:
    """Measure predicted classes and probabilities.

    Parameters
    ----------
    y_true : array-like of int of shape (n_samples,)
        Actual classes, as columns of `probabilities`.
    y_pred : array-like of int of shape (n_samples,)
        Predicted classes.
    probabilities : array-like of float of shape (n_samples, n_classes)
        Predicted probability of each class.
    weights : array-like of float of shape (n_weightings, n_samples)
        How often each row counts; the first weighting says what is defined.
    positive : int or None, default=None
        With two classes, the one to be found: adds precision, recall, F1 and average
        precision.

    Returns
    -------
    dict of str to ndarray of shape (n_weightings,)
        Name of the metric to its values as people know them. Metrics that the first
        weighting leaves undefined are left out.
    """
    y, predicted = np.asarray(y_true, np.int64), np.asarray(y_pred, np.int64)
    scores = np.asarray(probabilities, float)
    w = np.asfortranarray(np.atleast_2d(np.asarray(weights, float)))
    overall, _ = WeightedRows(y, scores, positive).measured(w)
    found: dict[str, Floats] = {**overall}
    # Tables of many classes are large: some weightings at a time.
    n_classes = scores.shape[1]
    together = max(1, 2_000_000 // n_classes**2)
    parts = [
        count_metrics(
            counts_of(y, predicted, w[start : start + together], n_classes=n_classes),
            positive,
        )
        for start in range(0, len(w), together)
    ]
    found |= {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    return {name: values for name, values in found.items() if np.isfinite(values[0])}
