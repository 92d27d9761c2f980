"""scikit-learn's metrics of a trial, to the last bit, without asking what is known.

scikit-learn looks at its arrays anew in each metric: their kind, shape, labels, whether
they are finite. For a fold of some hundred rows that takes a hundred times as long as the
metric itself. Here the same sums are taken in the same order over arrays that are known:
codes from 0, and an estimator's answers. Whatever is unusual, a class that is missing or
an answer that is no probability, is left to scikit-learn and its warnings: the metric is
None then. A test holds both to each other without any tolerance.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runs.search import exact_scores
from runs.search.sharing.responses import Response

Values = NDArray[Any]
Exact = Callable[[Response, Values, int], float | None]

_EPS = float(np.finfo(np.float64).eps)


def exact_metric(
    name: str, response: Response, y: Values, positive: int
) -> float | None:
    """Compute a metric as scikit-learn's scorer does.

    Parameters
    ----------
    name : str
        Name of the metric, from ``scorers.known``.
    response : Response
        Answers for the rows.
    y : ndarray of shape (n_rows,)
        Their targets: codes, or numbers.
    positive : int
        Code of the class that binary metrics are about.

    Returns
    -------
    float or None
        Greater is better; None if scikit-learn has to be asked.
    """
    if response.classes is None:
        numeric = _OF_NUMBERS.get(name)
        return None if numeric is None else _of_numbers(numeric, response, y)
    function = _OF_CLASSES.get(name)
    if function is None or not _are_codes(y, response.classes):
        return None
    return function(response, y, positive)


def _are_codes(y: Values, classes: Values) -> bool:
    """Tell whether targets and classes are codes from 0, with none left out."""
    n_classes = len(classes)
    return bool(
        n_classes > 1
        and len(y)
        and y.ndim == 1
        and y.dtype.kind == "i"
        and classes.dtype.kind in "iuf"
        and np.array_equal(classes, np.arange(n_classes))
        and y.min() >= 0
        and y.max() < n_classes
    )


# --- Predicted classes -------------------------------------------------------------------


def _confusion(response: Response, y: Values) -> NDArray[np.int64] | None:
    """Count rows by true and predicted class, of the classes that occur."""
    assert response.classes is not None
    predicted = response.predict
    n_classes = len(response.classes)
    if predicted.shape != y.shape or predicted.dtype.kind != "i":
        return None
    counts = np.bincount(y * n_classes + predicted, minlength=n_classes**2)
    if len(counts) > n_classes**2:
        return None
    table = counts.reshape(n_classes, n_classes)
    occurs = (table.sum(axis=0) + table.sum(axis=1)) > 0
    return table if occurs.all() else table[np.ix_(occurs, occurs)]


def _accuracy(response: Response, y: Values, positive: int) -> float | None:
    predicted = response.predict
    if predicted.shape != y.shape or predicted.dtype.kind != "i":
        return None
    return float(np.average(y == predicted))


def _balanced_accuracy(response: Response, y: Values, positive: int) -> float | None:
    table = _confusion(response, y)
    if table is None or len(table) < 2:
        return None
    true = table.sum(axis=1)
    return float(np.mean(table.diagonal() / true)) if true.all() else None


def _mcc(response: Response, y: Values, positive: int) -> float | None:
    table = _confusion(response, y)
    if table is None or len(table) < 2:
        return None
    true = table.sum(axis=1, dtype=np.float64)
    predicted = table.sum(axis=0, dtype=np.float64)
    n_right = np.trace(table, dtype=np.float64)
    n_rows = predicted.sum()
    both = n_right * n_rows - np.dot(true, predicted)
    spread = (n_rows**2 - np.dot(predicted, predicted)) * (
        n_rows**2 - np.dot(true, true)
    )
    return 0.0 if spread == 0 else float(both / np.sqrt(spread))


def _f1_over_classes(average: str) -> Exact:
    def metric(response: Response, y: Values, positive: int) -> float | None:
        table = _confusion(response, y)
        if table is None:
            return None
        right, true, predicted = table.diagonal(), table.sum(axis=1), table.sum(axis=0)
        if average == "micro":
            right, true, predicted = right.sum(), true.sum(), predicted.sum()
        # No class is counted that neither is nor is predicted: nothing divides by zero.
        scores = 2.0 * right.astype(float) / (true.astype(float) + predicted)
        return float(
            np.average(scores, weights=true if average == "weighted" else None)
        )

    return metric


def _about(name: str) -> Exact:
    """Return precision, recall or F1 of the positive one of two classes."""

    def metric(response: Response, y: Values, positive: int) -> float | None:
        assert response.classes is not None
        table = _confusion(response, y) if len(response.classes) == 2 else None
        if table is None or len(table) < 2:
            return None
        right = float(table[positive, positive])
        true, predicted = table.sum(axis=1)[positive], table.sum(axis=0)[positive]
        if name == "f1":
            return 2.0 * right / float(true + predicted)
        n_rows = float(predicted if name == "precision" else true)
        return right / n_rows if n_rows else 0.0

    return metric


# --- Numbers -----------------------------------------------------------------------------


def _of_numbers(
    function: Callable[[Values, Values], float | None], response: Response, y: Values
) -> float | None:
    predicted = response.predict
    usable = (
        len(y) > 1
        and y.shape == predicted.shape
        and y.dtype == np.float64
        and predicted.dtype in (np.float32, np.float64)
    )
    if not usable:
        return None
    predicted = predicted.astype(np.float64, copy=False)
    # No sum is finite that one number of is not.
    if not np.isfinite(y.sum() + predicted.sum()):
        return None
    # Columns, as scikit-learn has them: sums are taken in the same order.
    return function(y.reshape(-1, 1), predicted.reshape(-1, 1))


def _rmse(y: Values, predicted: Values) -> float:
    return -float(np.sqrt(np.average((y - predicted) ** 2, axis=0))[0])


def _mae(y: Values, predicted: Values) -> float:
    return -float(np.average(np.abs(predicted - y), axis=0)[0])


def _r2(y: Values, predicted: Values) -> float | None:
    error = np.sum((y - predicted) ** 2, axis=0)[0]
    spread = np.sum((y - np.average(y, axis=0)) ** 2, axis=0)[0]
    return float(1 - error / spread) if error and spread else None


def _median_absolute_error(y: Values, predicted: Values) -> float:
    return -float(np.median(np.abs(predicted - y), axis=0)[0])


def _mape(y: Values, predicted: Values) -> float:
    shares = np.abs(predicted - y) / np.maximum(np.abs(y), _EPS)
    return -float(np.average(shares, axis=0)[0])


def _rmsle(y: Values, predicted: Values) -> float | None:
    if y.min() <= -1 or predicted.min() <= -1:
        return None
    return _rmse(np.log1p(y), np.log1p(predicted))


_OF_CLASSES: dict[str, Exact] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "mcc": _mcc,
    "f1": _about("f1"),
    "precision": _about("precision"),
    "recall": _about("recall"),
    "f1_macro": _f1_over_classes("macro"),
    "f1_micro": _f1_over_classes("micro"),
    "f1_weighted": _f1_over_classes("weighted"),
    "log_loss": exact_scores.log_loss,
    "brier": exact_scores.brier,
    "roc_auc": exact_scores.roc_auc,
    "binary_roc_auc": exact_scores.binary_roc_auc,
    "average_precision": exact_scores.average_precision,
}
_OF_NUMBERS: dict[str, Callable[[Values, Values], float | None]] = {
    "rmse": _rmse,
    "mae": _mae,
    "r2": _r2,
    "median_absolute_error": _median_absolute_error,
    "mape": _mape,
    "rmsle": _rmsle,
}
