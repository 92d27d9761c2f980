"""All metrics of a trial from predictions that were made once."""

import math
import warnings
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import UndefinedMetricWarning
from sklearn.utils.metaestimators import available_if

from runs.search.exact_metrics import exact_metric
from runs.search.metrics import Scorer
from runs.search.problem import TaskType
from runs.search.quick_metrics import Quick, quick_metric
from runs.search.scorers import known
from runs.search.sharing.responses import Response


def _has(method: str) -> Any:  # noqa: ANN401
    return available_if(lambda self: method in self.response.methods)


class _Answers(BaseEstimator):  # type: ignore[misc]
    """An estimator that has been asked already; scorers take it for the real one."""

    def __init__(self, response: Response | None = None) -> None:
        self.response = response

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict(self, X: Any) -> NDArray[Any]:  # noqa: ANN401
        assert self.response is not None
        return self.response.predict


class _AnswersRegressor(RegressorMixin, _Answers):  # type: ignore[misc]
    pass


class _AnswersClassifier(ClassifierMixin, _Answers):  # type: ignore[misc]
    @property
    def classes_(self) -> NDArray[Any]:
        assert self.response is not None
        assert self.response.classes is not None
        return self.response.classes

    @_has("predict_proba")  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> NDArray[Any]:  # noqa: ANN401
        assert self.response is not None
        return self.response.predict_proba

    @_has("decision_function")  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> NDArray[Any]:  # noqa: ANN401
        assert self.response is not None
        return self.response.decision_function


def _warn_undefined(name: str, reason: str) -> None:
    message = f"{name} is not defined on a fold: {reason}"
    warnings.warn(message, UndefinedMetricWarning, stacklevel=3)


class Scoring:
    """The metrics of a run.

    Parameters
    ----------
    scorers : mapping of str to callable
        By metric.
    ranking : str
        The metric that ranks.
    task : TaskType
        What is predicted.
    train_scores : bool
        Whether the rows fitted are scored, too.
    """

    def __init__(
        self,
        scorers: Mapping[str, Scorer],
        ranking: str,
        task: TaskType,
        *,
        train_scores: bool,
    ) -> None:
        self.scorers = dict(scorers)
        self._known = {name: known(scorer) for name, scorer in scorers.items()}
        self.ranking = ranking
        self.task = task
        self.train_scores = train_scores

    def score(self, response: Response, y: NDArray[Any]) -> dict[str, float]:
        """Compute all metrics; one that is not defined here is left out with a warning.

        Parameters
        ----------
        response : Response
            Answers for the rows.
        y : ndarray of shape (n_rows,)
            Their targets.

        Returns
        -------
        dict of str to float
            Greater is better.
        """
        found = {self.ranking: self._one(self.ranking, response, y)}
        for name in self.scorers:
            if name == self.ranking:
                continue
            try:
                value = self._one(name, response, y)
            except (ValueError, AttributeError) as error:
                # For example a class that is not among these rows.
                _warn_undefined(name, str(error))
                continue
            if math.isfinite(value):
                found[name] = value
            else:
                _warn_undefined(name, f"it came to {value}")
        return found

    def _one(self, name: str, response: Response, y: NDArray[Any]) -> float:
        if about := self._known[name]:
            exact, positive = about
            value = exact_metric(exact, response, y, positive)
            if value is not None:
                return value
        kind = _AnswersClassifier if self.task.is_classification else _AnswersRegressor
        # The rows themselves are not looked at.
        return float(self.scorers[name](kind(response), y, y))

    def quick(self, y: NDArray[Any], predicted: NDArray[Any]) -> float:
        """Compute the metric that ranks from plain predictions, as fast as possible.

        Parameters
        ----------
        y : ndarray of shape (n_rows,)
            Codes or numbers.
        predicted : ndarray
            Probabilities or numbers.

        Returns
        -------
        float
            Greater is better.
        """
        return self._quick(y, predicted)

    @cached_property
    def _quick(self) -> Quick:
        scorer = self.scorers[self.ranking]
        return quick_metric(self.ranking, positive=getattr(scorer, "positive", None))

    def predictions(
        self, response: Response, y_train: NDArray[Any]
    ) -> NDArray[Any] | None:
        """Return what is kept of a fold: probabilities of all classes, or numbers.

        Parameters
        ----------
        response : Response
            Answers for the rows to score on.
        y_train : ndarray
            Targets of the rows fitted.

        Returns
        -------
        ndarray or None
            None for a classifier without probabilities.
        """
        if not self.task.is_classification:
            return response.predict
        if "predict_proba" not in response.methods or response.classes is None:
            return None
        proba = response.predict_proba
        n_classes = self.n_classes(y_train, response)
        if proba.shape[1] == n_classes:
            return proba
        # A class that no row fitted has: it was never probable.
        whole = np.zeros((len(proba), n_classes))
        whole[:, response.classes.astype(int)] = proba
        return whole

    def n_classes(self, y_train: NDArray[Any], response: Response) -> int:
        """Return the number of classes of the run, codes being 0 to it less one.

        Parameters
        ----------
        y_train : ndarray
            Targets of the rows fitted.
        response : Response
            Answers, which know the classes seen.

        Returns
        -------
        int
            At least the greatest code seen and one.
        """
        assert response.classes is not None
        return int(max(response.classes.max(), y_train.max(initial=0))) + 1
