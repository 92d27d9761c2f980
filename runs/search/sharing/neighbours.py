"""Neighbours looked up once for all numbers of neighbours and both kinds of weights."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runs.search.parameters import Value
from runs.search.sharing.responses import Response, response_of


class Lookup:
    """The neighbours of rows, for as many neighbours as the largest trial asks.

    Parameters
    ----------
    estimator : KNeighborsClassifier or KNeighborsRegressor
        Fitted.
    most : int
        Largest number of neighbours.
    """

    def __init__(self, estimator: Any, most: int) -> None:  # noqa: ANN401
        self.estimator = estimator
        self.most = most
        self._known: tuple[Any, NDArray[Any], NDArray[Any]] | None = None

    def respond(self, params: Mapping[str, Value]) -> Callable[[Any], Response]:
        """Return what answers for one trial.

        Parameters
        ----------
        params : mapping of str to value
            The trial's parameters.

        Returns
        -------
        callable
            ``respond(X)`` gives its answers.
        """

        def _answer(X: Any) -> Response:  # noqa: ANN401
            return response_of(self._reduced(params, X), X)

        return _answer

    def _reduced(self, params: Mapping[str, Value], X: Any) -> Any:  # noqa: ANN401
        """Return the estimator of fewer neighbours, which looks up instead of searching."""
        reduced = copy.copy(self.estimator)
        reduced.set_params(**params)
        k = int(reduced.n_neighbors)
        distances, rows = self._neighbours(X)
        if self._is_tied(distances, k):
            # Which of equally near rows count depends on how many are asked for.
            return reduced
        near, which = distances[:, :k], rows[:, :k]

        def kneighbors(
            X: Any = None,  # noqa: ANN401
            n_neighbors: int | None = None,
            return_distance: bool = True,
        ) -> Any:  # noqa: ANN401
            return (near, which) if return_distance else which

        reduced.kneighbors = kneighbors
        # Otherwise uniform weights take a way of their own that searches again.
        reduced._fit_method = "looked up"
        return reduced

    def _neighbours(self, X: Any) -> tuple[NDArray[Any], NDArray[Any]]:  # noqa: ANN401
        if self._known is None or self._known[0] is not X:
            # One more than asked for, where there is one: it shows a tie at the end.
            n = min(self.most + 1, self.estimator.n_samples_fit_)
            distances, rows = self.estimator.kneighbors(X, n_neighbors=n)
            self._known = (X, distances, rows)
        return self._known[1], self._known[2]

    def _is_tied(self, distances: NDArray[Any], k: int) -> bool:
        if k >= distances.shape[1]:
            return False
        return bool(np.any(distances[:, k - 1] == distances[:, k]))
