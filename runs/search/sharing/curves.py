"""Boosting models whose number of iterations is found on the mean over the folds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runs.search.algorithms import Algorithm
from runs.search.estimators.boosting import AUTO_LIMIT
from runs.search.folds import FoldData
from runs.search.parameters import Value
from runs.search.pipelines import tell_categories
from runs.search.problem import TaskType
from runs.search.sharing.paths import iterations
from runs.search.sharing.responses import Response, response_of

# Iterations without a better loss on the rows to score on before a fit is ended. It
# bounds what a fit costs and chooses nothing: that is done on the mean over all folds.
PATIENCE = 40
_FIRST, _RATIO = 5, 1.18


@dataclass
class Curve:
    """A boosting model fitted far enough, on one fold.

    Attributes
    ----------
    estimator : estimator
        Fitted; it holds all iterations.
    n_fitted : int
        Their number.
    X_test : array of shape (n_rows, n_features)
        The rows to score on.
    """

    estimator: Any
    n_fitted: int
    X_test: Any

    @property
    def checkpoints(self) -> list[int]:
        """Numbers of iterations at which the curve is looked at."""
        return checkpoints(self.n_fitted)

    def responses(self, numbers: list[int]) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield the predictions of growing parts of the model.

        Each part adds its own trees to what the parts before have said.

        Parameters
        ----------
        numbers : list of int
            Numbers of iterations, ascending.

        Yields
        ------
        tuple of int and ndarray
            The number, and probabilities or values of the rows to score on.
        """
        total: NDArray[Any] | None = None
        before = 0
        for number in numbers:
            part = _raw_part(self.estimator, self.X_test, before, number)
            total = part if total is None else total + part
            yield number, _from_raw(self.estimator, total)
            before = number

    def respond(self, number: int, X: Any) -> Response:  # noqa: ANN401
        """Return the answers of the model cut to some iterations.

        Parameters
        ----------
        number : int
            Number of iterations.
        X : array of shape (n_rows, n_features)
            Rows.

        Returns
        -------
        Response
            As that of a fit with so many iterations.
        """
        return response_of(
            self.estimator, X, **(iterations(self.estimator, number) or {})
        )


def checkpoints(n_fitted: int) -> list[int]:
    """List numbers of iterations, closer together at the beginning.

    Parameters
    ----------
    n_fitted : int
        The largest number.

    Returns
    -------
    list of int
        Ascending; the same for all folds up to where they end.
    """
    numbers, value = [], float(_FIRST)
    while round(value) < n_fitted:
        numbers.append(round(value))
        value = max(value * _RATIO, value + 1)
    return [*numbers, n_fitted]


def fit_curve(
    algorithm: Algorithm,
    params: Mapping[str, Value],
    fold: FoldData,
    *,
    task: TaskType,
    random_state: int,
    n_threads: int = 1,
    limit: int = AUTO_LIMIT,
    patience: int = PATIENCE,
) -> Curve:
    """Fit a boosting model as far as its loss on the rows to score on improves.

    Parameters
    ----------
    algorithm : Algorithm
        LightGBM, XGBoost or CatBoost.
    params : mapping of str to value
        Its parameters; the path is ``"auto"``.
    fold : FoldData
        The fold, as ``adapted`` returns it.
    task : TaskType
        What is to be predicted.
    random_state : int
        Seed of the estimator.
    n_threads : int, default=1
        Threads the fit may use.
    limit : int, default=2000
        Most iterations.
    patience : int, default=40
        Iterations without a better loss before the fit is ended.

    Returns
    -------
    Curve
        All iterations are kept.
    """
    path = algorithm.path
    assert path is not None
    estimator = algorithm.make(
        task, {**params, path.name: limit}, random_state, n_threads
    )
    tell_categories(estimator, fold.categorical, fold.X_train.shape[1])
    match algorithm.name:
        case "lightgbm":
            n_fitted = _fit_lightgbm(estimator, fold, patience)
        case "xgboost":
            n_fitted = _fit_xgboost(estimator, fold, patience)
        case _:
            n_fitted = _fit_catboost(estimator, fold, patience)
    return Curve(estimator, n_fitted, fold.X_test)


def _fit_lightgbm(estimator: Any, fold: FoldData, patience: int) -> int:  # noqa: ANN401
    from lightgbm import early_stopping  # noqa: PLC0415 - heavy

    estimator.fit(
        fold.X_train,
        fold.y_train,
        eval_X=(fold.X_test,),
        eval_y=(fold.y_test,),
        callbacks=[early_stopping(patience, verbose=False)],
    )
    return int(estimator.booster_.current_iteration())


def _fit_xgboost(estimator: Any, fold: FoldData, patience: int) -> int:  # noqa: ANN401
    estimator.set_params(early_stopping_rounds=patience)
    evaluated = [(fold.X_test, fold.y_test)]
    estimator.fit(fold.X_train, fold.y_train, eval_set=evaluated, verbose=False)
    return int(estimator.get_booster().num_boosted_rounds())


def _fit_catboost(estimator: Any, fold: FoldData, patience: int) -> int:  # noqa: ANN401
    estimator.set_params(use_best_model=False, od_type="Iter", od_wait=patience)
    estimator.fit(fold.X_train, fold.y_train, eval_set=(fold.X_test, fold.y_test))
    return int(estimator.tree_count_)


def _raw_part(estimator: Any, X: Any, start: int, end: int) -> NDArray[Any]:  # noqa: ANN401
    name = type(estimator).__name__
    if name.startswith("LGBM"):
        found = estimator.predict(
            X, raw_score=True, start_iteration=start, num_iteration=end - start
        )
    elif name.startswith("XGB"):
        found = estimator.predict(X, output_margin=True, iteration_range=(start, end))
        if start:
            # The base score is part of every answer.
            found = found - _base_margin(estimator, X)
    else:
        found = estimator.predict(
            X, prediction_type="RawFormulaVal", ntree_start=start, ntree_end=end
        )
    return np.asarray(found, dtype=np.float64)


def _base_margin(estimator: Any, X: Any) -> NDArray[Any]:  # noqa: ANN401
    """Return what an XGBoost model says before its first tree."""
    one = X[:1]
    first, both, second = (
        np.asarray(
            estimator.predict(one, output_margin=True, iteration_range=part),
            dtype=np.float64,
        )
        for part in ((0, 1), (0, 2), (1, 2))
    )
    # base + t1, base + t1 + t2, base + t2
    return np.asarray(first + second - both)


def _from_raw(estimator: Any, raw: Any) -> NDArray[Any]:  # noqa: ANN401
    """Turn raw scores into probabilities, or leave values as they are."""
    if getattr(estimator, "classes_", None) is None or not hasattr(
        estimator, "predict_proba"
    ):
        return np.asarray(raw)
    if raw.ndim == 1:
        positive = 1.0 / (1.0 + np.exp(-raw))
        return np.column_stack([1.0 - positive, positive])
    shifted = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
