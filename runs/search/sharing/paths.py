"""Shorter models read off a longer one."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runs.search.algorithms import PathParameter
from runs.search.sharing.responses import Response, response_of

Respond = Callable[[Any], Response]


def shortened(
    path: PathParameter,
    longest: Any,  # noqa: ANN401
    lengths: Sequence[int],
) -> Callable[[int], Respond]:
    """Make the answers of all lengths of a fitted model.

    Parameters
    ----------
    path : PathParameter
        The algorithm's path.
    longest : estimator
        Fitted with the greatest length.
    lengths : sequence of int
        All lengths, the greatest included.

    Returns
    -------
    callable
        ``shortened(...)(length)(X)`` is the response for that length.
    """
    name = type(longest).__name__
    if "Forest" in name or "ExtraTrees" in name:
        forest = _Prefixes(longest, lengths)
        return lambda length: lambda X: forest.response(length, X)
    if hasattr(longest, "_staged_raw_predict") and path.truncate is not None:
        return _Stages(path.truncate, longest, lengths).respond
    greatest = max(lengths)

    def _of(length: int) -> Respond:
        how = iterations(longest, length)
        if how is not None:
            return lambda X: response_of(longest, X, **how)
        if length == greatest or path.truncate is None:
            return lambda X: response_of(longest, X)
        cut = path.truncate(longest, length)
        return lambda X: response_of(cut, X)

    return _of


def iterations(estimator: Any, n: int) -> dict[str, Any] | None:  # noqa: ANN401
    """Return how an estimator is told to predict with its first iterations only.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    n : int
        Number of iterations.

    Returns
    -------
    dict or None
        Arguments of its methods; None if it cannot be told.
    """
    name = type(estimator).__name__
    if name.startswith("LGBM"):
        return {"num_iteration": n}
    if name.startswith("XGB"):
        return {"iteration_range": (0, n)}
    if name.startswith("CatBoost"):
        return {"ntree_end": n}
    return None


class _Stages:
    """Answers of scikit-learn's boosting models after some iterations, each asked once.

    scikit-learn adds up the iterations in their order, also when it is asked for every
    stage, so that the sums are equal to the last bit.
    """

    def __init__(
        self,
        truncate: Callable[[Any, int], Any],
        longest: Any,  # noqa: ANN401
        lengths: Sequence[int],
    ) -> None:
        self.truncate = truncate
        self.longest = longest
        self.lengths = set(lengths)
        self._known: tuple[Any, dict[int, NDArray[Any]]] | None = None

    def respond(self, length: int) -> Respond:
        cut = self.truncate(self.longest, length)

        def answer(X: Any) -> Response:  # noqa: ANN401
            raw = self._raw(X)
            # A model that stopped early has no later stages.
            found = raw[min(length, max(raw))]
            # What makes classes, probabilities or values of the sums stays its own.
            cut._raw_predict = lambda X, n_threads=None: found
            return response_of(cut, X)

        return answer

    def _raw(self, X: Any) -> dict[int, NDArray[Any]]:  # noqa: ANN401
        if self._known is None or self._known[0] is not X:
            found = {}
            stages = self.longest._staged_raw_predict(X)
            for number, raw in enumerate(stages, 1):
                if number in self.lengths:
                    found[number] = raw
            found[number] = raw
            self._known = (X, found)
        return self._known[1]


class _Prefixes:
    """Predictions of the first trees of a forest, each tree asked once.

    Trees are added up in their order, as scikit-learn does with one thread, so that the
    sums are equal to the last bit.
    """

    def __init__(self, forest: Any, lengths: Sequence[int]) -> None:  # noqa: ANN401
        self.forest = forest
        self.lengths = sorted(set(lengths))
        self._known: tuple[Any, dict[int, NDArray[Any]]] | None = None

    def response(self, length: int, X: Any) -> Response:  # noqa: ANN401
        classes = getattr(self.forest, "classes_", None)
        method = "predict" if classes is None else "predict_proba"
        methods = {"predict"} if classes is None else {"predict", "predict_proba"}

        def ask(name: str) -> NDArray[Any]:
            assert name == method
            return self._means(X)[length]

        return Response(ask, methods, classes, labels_by_probability=True)

    def _means(self, X: Any) -> dict[int, NDArray[Any]]:  # noqa: ANN401
        if self._known is None or self._known[0] is not X:
            self._known = (X, self._added_up(X))
        return self._known[1]

    def _added_up(self, X: Any) -> dict[int, NDArray[Any]]:  # noqa: ANN401
        checked = self.forest._validate_X_predict(X)
        method = "predict_proba" if hasattr(self.forest, "classes_") else "predict"
        total: NDArray[Any] | None = None
        means = {}
        for number, tree in enumerate(self.forest.estimators_, 1):
            found = getattr(tree, method)(checked, check_input=False)
            if total is None:
                total = np.zeros(found.shape, dtype=np.float64)
            total += found
            if number in self.lengths:
                means[number] = total / number
        return means
