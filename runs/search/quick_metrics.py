"""Metrics of plain arrays, for what is scored thousands of times.

Ensembles and the number of boosting iterations are chosen by them. The scores that people
see are scikit-learn's; a test holds both to each other.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn import metrics as sk

from runs.search.metrics import METRICS

Values = NDArray[Any]
Quick = Callable[[Values, Values], float]

# As scikit-learn clips probabilities of double precision.
_EPS = float(np.finfo(np.float64).eps)


def quick_metric(name: str, *, positive: int | None = None) -> Quick:
    """Return a metric as a function of targets and predictions.

    Parameters
    ----------
    name : str
        Name of the metric in the registry.
    positive : int, optional
        For two classes, the position of the one that is about; by default the last.

    Returns
    -------
    callable
        ``metric(y, predicted)``: codes and probabilities of shape (n_rows, n_classes),
        or numbers and numbers. Greater is better. NaN where it is not defined.
    """
    at = 1 if positive is None else positive
    sign = 1.0 if METRICS[name].greater_is_better else -1.0
    function = _FUNCTIONS[name]

    def _metric(y: Values, predicted: Values) -> float:
        try:
            return sign * float(function(y, predicted, at))
        except ValueError:
            return float("nan")

    return _metric


def _auc(y: Values, scores: Values) -> float:
    """Area under the ROC curve by ranks (Mann and Whitney 1947)."""
    positive = y.astype(bool)
    n_positive = int(positive.sum())
    n_negative = len(y) - n_positive
    if not n_positive or not n_negative:
        return float("nan")
    ranks = rankdata(scores)
    total = ranks[positive].sum() - n_positive * (n_positive + 1) / 2
    return float(total / (n_positive * n_negative))


def _roc_auc(y: Values, proba: Values, at: int) -> float:
    if proba.shape[1] == 2:
        return _auc(y == 1, proba[:, 1])
    return float(
        np.mean([_auc(y == code, proba[:, code]) for code in range(proba.shape[1])])
    )


def _log_loss(y: Values, proba: Values, at: int) -> float:
    sums = proba.sum(axis=1)
    chosen = np.clip(proba[np.arange(len(y)), y] / sums, _EPS, 1 - _EPS)
    return float(-np.log(chosen).mean())


def _brier(y: Values, proba: Values, at: int) -> float:
    if proba.shape[1] == 2:
        return float(np.mean((proba[:, 1] - (y == 1)) ** 2))
    truth = np.eye(proba.shape[1])[y]
    return float(np.mean(np.sum((proba - truth) ** 2, axis=1)))


def _average_precision(y: Values, proba: Values, at: int) -> float:
    return float(sk.average_precision_score(y == at, proba[:, at]))


def _by_class(function: Callable[..., Any], **how: Any) -> Callable[..., float]:
    def metric(y: Values, proba: Values, at: int) -> float:
        return float(function(y, proba.argmax(axis=1), **how))

    return metric


def _about(function: Callable[..., Any]) -> Callable[..., float]:
    def metric(y: Values, proba: Values, at: int) -> float:
        predicted = proba.argmax(axis=1)
        return float(function(y == at, predicted == at, zero_division=0.0))

    return metric


def _accuracy(y: Values, proba: Values, at: int) -> float:
    return float(np.mean(proba.argmax(axis=1) == y))


def _plain(function: Callable[..., Any]) -> Callable[..., float]:
    return lambda y, predicted, at: float(function(y, predicted))


def _rmse(y: Values, predicted: Values) -> float:
    return float(np.sqrt(np.mean((y - predicted) ** 2)))


def _mae(y: Values, predicted: Values) -> float:
    return float(np.mean(np.abs(y - predicted)))


_FUNCTIONS: dict[str, Callable[..., float]] = {
    "roc_auc": _roc_auc,
    "log_loss": _log_loss,
    "brier": _brier,
    "average_precision": _average_precision,
    "accuracy": _accuracy,
    "balanced_accuracy": _by_class(sk.balanced_accuracy_score),
    "f1": _about(sk.f1_score),
    "precision": _about(sk.precision_score),
    "recall": _about(sk.recall_score),
    "f1_macro": _by_class(sk.f1_score, average="macro", zero_division=0.0),
    "f1_micro": _by_class(sk.f1_score, average="micro", zero_division=0.0),
    "f1_weighted": _by_class(sk.f1_score, average="weighted", zero_division=0.0),
    "mcc": _by_class(sk.matthews_corrcoef),
    "rmse": _plain(_rmse),
    "mae": _plain(_mae),
    "r2": _plain(sk.r2_score),
    "median_absolute_error": _plain(sk.median_absolute_error),
    "mape": _plain(sk.mean_absolute_percentage_error),
    "rmsle": _plain(sk.root_mean_squared_log_error),
}
