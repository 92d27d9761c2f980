"""Every metric of a task, from predictions that were made once."""

import math
import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from runs.search.metrics import Metric, make_scorer, metrics_for
from runs.search.problem import TaskType


class Replay(BaseEstimator):  # type: ignore[misc]
    """Answers with stored predictions: the rows it is asked about are positions.

    So the scorers of the search measure stored predictions, with the same numbers as if
    they had called the model themselves, and the model is called once.

    Parameters
    ----------
    values : ndarray of shape (n_samples,), optional
        What was predicted.
    probabilities : ndarray of shape (n_samples, n_classes), optional
        How probable each class was.
    """

    def __init__(
        self,
        values: NDArray[Any] | None = None,
        probabilities: NDArray[np.float64] | None = None,
    ) -> None:
        self.values = values
        self.probabilities = probabilities

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Do nothing: there is nothing to learn.

        Parameters
        ----------
        X : array-like
            Ignored.
        y : array-like, optional
            Ignored.

        Returns
        -------
        Replay
            Itself.
        """
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return what was predicted for some rows.

        Parameters
        ----------
        X : array-like of int of shape (n_rows, 1)
            Positions.

        Returns
        -------
        ndarray of shape (n_rows,)
            Stored values.
        """
        assert self.values is not None
        return np.asarray(self.values[np.asarray(X)[:, 0]])

    def __sklearn_is_fitted__(self) -> bool:
        return True


class ReplayRegressor(RegressorMixin, Replay):  # type: ignore[misc]
    """Stored numbers."""


class ReplayClassifier(ClassifierMixin, Replay):  # type: ignore[misc]
    """Stored class codes and probabilities."""

    @property
    def classes_(self) -> NDArray[np.int64]:
        """Return the codes of the classes, which are positions."""
        assert self.probabilities is not None
        return np.arange(self.probabilities.shape[1])

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return how probable each class was for some rows.

        Parameters
        ----------
        X : array-like of int of shape (n_rows, 1)
            Positions.

        Returns
        -------
        ndarray of shape (n_rows, n_classes)
            Stored probabilities.
        """
        assert self.probabilities is not None
        positions = np.asarray(X)[:, 0]
        # All of them, as metrics ask: of many rows and classes a copy is large.
        if np.array_equal(positions, np.arange(len(self.probabilities))):
            return self.probabilities
        return np.asarray(self.probabilities[positions])


def measure(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    probabilities: ArrayLike | None = None,
    *,
    task: TaskType,
    labels: Sequence[str] = (),
    positive: str | None = None,
) -> dict[str, float]:
    """Compute all metrics of the task.

    Parameters
    ----------
    y_true : array-like of shape (n_samples,)
        Actual numbers, or classes as positions in `labels`.
    y_pred : array-like of shape (n_samples,)
        Predictions of the same form.
    probabilities : array-like of shape (n_samples, n_classes), optional
        For classification.
    task : TaskType
        What was predicted.
    labels : sequence of str, default=()
        Names of the classes.
    positive : str or None, default=None
        With two classes, the one to be found.

    Returns
    -------
    dict of str to float
        Metric name to its value as people know it (errors are positive). A metric that
        these rows leave undefined is left out.
    """
    actual = np.asarray(y_true)
    replay = replayed(y_pred, probabilities)
    values = {}
    for metric in metrics_for(task):
        value = scored(
            metric, replay, actual, task=task, labels=labels, positive=positive
        )
        if value is not None:
            values[metric.name] = metric.display(value)
    return values


def replayed(y_pred: ArrayLike, probabilities: ArrayLike | None) -> Replay:
    """Return what answers with stored predictions.

    Parameters
    ----------
    y_pred : array-like of shape (n_samples,)
        Numbers, or classes as positions.
    probabilities : array-like of shape (n_samples, n_classes) or None
        For classification.

    Returns
    -------
    Replay
        A regressor or a classifier.
    """
    if probabilities is None:
        return ReplayRegressor(np.asarray(y_pred))
    return ReplayClassifier(np.asarray(y_pred), np.asarray(probabilities, dtype=float))


def scored(
    metric: Metric,
    replay: Replay,
    actual: NDArray[Any],
    *,
    task: TaskType,
    labels: Sequence[str],
    positive: str | None,
) -> float | None:
    """Ask the search's scorer of a metric what stored predictions are worth.

    Parameters
    ----------
    metric : Metric
        What to compute.
    replay : Replay
        The stored predictions.
    actual : ndarray of shape (n_samples,)
        Actual numbers, or classes as positions in `labels`.
    task : TaskType
        What was predicted.
    labels : sequence of str
        Names of the classes.
    positive : str or None
        With two classes, the one to be found.

    Returns
    -------
    float or None
        The scorer's value, of which greater is better; None where these rows leave the
        metric undefined.
    """
    scorer = make_scorer(metric, task, classes=list(labels), positive=positive)
    with warnings.catch_warnings():
        # A class without rows: the value is left out, or zero as is usual.
        warnings.simplefilter("ignore")
        try:
            value = float(scorer(replay, np.arange(len(actual))[:, None], actual))
        except ValueError:  # of a class that these rows have none of
            return None
    return value if math.isfinite(value) else None
