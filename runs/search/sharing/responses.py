"""What a fitted estimator says about rows, asked once for all metrics."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ask = Callable[[str], NDArray[Any]]

# Estimators whose predicted class is, in their own code, the most probable one: asking
# them again would walk all their trees a second time.
_MOST_PROBABLE = ("Forest", "ExtraTrees", "LGBM", "DecisionTree")


class Response:
    """Answers of one estimator for the same rows, each computed when it is wanted.

    Parameters
    ----------
    ask : callable
        ``ask("predict_proba")`` calls that method of the estimator on the rows.
    methods : set of str
        Methods the estimator has.
    classes : ndarray of shape (n_classes,), optional
        The estimator's classes; None for regression.
    labels_by_probability : bool, default=False
        Whether the predicted class is defined as the most probable one.
    """

    def __init__(
        self,
        ask: Ask,
        methods: set[str],
        classes: NDArray[Any] | None,
        *,
        labels_by_probability: bool = False,
    ) -> None:
        self._ask = ask
        self.methods = methods
        self.classes = classes
        self._by_probability = labels_by_probability

    @cached_property
    def predict(self) -> NDArray[Any]:
        """Predicted classes or numbers, of shape (n_rows,)."""
        if self.classes is not None and self._by_probability:
            found: NDArray[Any] = self.classes.take(self.predict_proba.argmax(axis=1))
            return found
        return np.asarray(self._ask("predict")).ravel()

    @cached_property
    def predict_proba(self) -> NDArray[Any]:
        """Probabilities, of shape (n_rows, n_classes)."""
        return np.asarray(self._ask("predict_proba"))

    @cached_property
    def decision_function(self) -> NDArray[Any]:
        """Decision values."""
        return np.asarray(self._ask("decision_function"))


def response_of(estimator: Any, X: Any, **how: Any) -> Response:  # noqa: ANN401
    """Make the response of a fitted estimator.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    X : array of shape (n_rows, n_features)
        Rows.
    **how : object
        Further arguments of its methods, such as a number of iterations.

    Returns
    -------
    Response
        Nothing is computed yet.
    """
    classes = getattr(estimator, "classes_", None)
    names = ("predict", "predict_proba", "decision_function")
    return Response(
        lambda name: getattr(estimator, name)(X, **how),
        {name for name in names if hasattr(estimator, name)},
        None if classes is None else np.asarray(classes),
        labels_by_probability=any(
            word in type(estimator).__name__ for word in _MOST_PROBABLE
        ),
    )
