"""SHAP values by the right explainer for each family of models.

Whatever the explainer, its values are of the columns that were uploaded: those of encoded
columns are summed to the column they come from, which keeps base + sum = output.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models_app.explanation.prepared import Encoded, Part, Prepared, summed
from models_app.explanation.sampled import SampledShap
from models_app.explanation.trees import trees_of
from models_app.explanation.treeshap import TreeShap

Matrix = NDArray[np.float64]

TREES = "Tree SHAP, exact, path dependent: unknown columns follow the training rows"
LINEAR = "Linear SHAP, exact: against the mean of the training rows"


class Explainer(Protocol):
    """Explains prepared rows of one model."""

    @property
    def space(self) -> str:
        """What is explained: "probability", "log-odds" or "value"."""

    @property
    def method(self) -> str:
        """Which explainer this is, in words."""

    @property
    def base(self) -> Matrix:
        """What is expected of a row that nothing is known of: (n_outputs,)."""

    def values(self, encoded: Encoded, *, n_threads: int = 1) -> Matrix:
        """Explain prepared rows.

        Parameters
        ----------
        encoded : list of ndarray of shape (n_samples, n_encoded)
            Prepared rows.
        n_threads : int, default=1
            Threads to use.

        Returns
        -------
        ndarray of shape (n_samples, n_columns, n_outputs)
            SHAP values.
        """


class _Native(NamedTuple):
    """An explainer of trees or of coefficients."""

    space: str
    method: str
    base: Matrix
    explain: Callable[[Matrix, int], Matrix]
    # Prepared rows, seconds and threads; the strength of pairs, and of how many rows.
    pairs: Callable[[Matrix, float, int], tuple[Matrix, int]] | None = None

    def values(self, encoded: Encoded, *, n_threads: int = 1) -> Matrix:
        return self.explain(encoded[0], n_threads)


def explainer_for(
    prepared: Prepared, background: Callable[[], Encoded], *, positive: int = 1
) -> Explainer:
    """Return the explainer of a model.

    Parameters
    ----------
    prepared : Prepared
        The model.
    background : callable
        Returns prepared training rows, for models that are explained by mixing rows.
    positive : int, default=1
        Of two classes the one whose output is explained.

    Returns
    -------
    Explainer
        Of one output for two classes or a number, else of one for each class.
    """
    native = None if prepared.is_ensemble else native_explainer(prepared)
    if native is None:
        return SampledShap(prepared, background(), positive=positive)
    if len(prepared.classes) == 2 and positive == 0:
        return _turned(native)
    return native


def native_explainer(prepared: Prepared) -> _Native | None:
    """Return the explainer of a family that has one of its own.

    Parameters
    ----------
    prepared : Prepared
        The model, of one part.

    Returns
    -------
    Explainer or None
        None of any other family.
    """
    part, n_columns = prepared.parts[0], len(prepared.columns)
    estimator = _unwrapped(part.estimator)
    name = type(estimator).__name__
    kind = "log-odds" if prepared.is_classifier else "value"
    found_trees = trees_of(estimator)
    if name.startswith("LGBM") and found_trees is None:
        return _contributions(part, n_columns, kind, _lightgbm(estimator))
    if name.startswith("XGB"):
        found = _contributions(part, n_columns, kind, _xgboost(estimator))
        return found._replace(pairs=_xgboost_pairs(estimator, part, n_columns))
    if name.startswith("CatBoost"):
        found = _contributions(part, n_columns, kind, _catboost(estimator, part))
        return found._replace(pairs=_catboost_pairs(estimator, part, n_columns))
    if (
        hasattr(estimator, "coef_")
        and getattr(estimator, "kernel", "linear") == "linear"
    ):
        return _linear(part, n_columns, kind)
    if found_trees is None:
        return None
    trees = TreeShap(estimator, part.owner, n_columns, found_trees)
    return _Native(
        space=trees.space,
        method=TREES,
        base=trees.base,
        explain=lambda matrix, n: trees.values(matrix, n_threads=n),
        pairs=lambda matrix, seconds, n: trees.interactions(
            matrix, seconds=seconds, n_threads=n
        ),
    )


def margin(prepared: Prepared, encoded: Encoded, explainer: Explainer) -> Matrix:
    """Return the outputs that an explainer's values add up to.

    Parameters
    ----------
    prepared : Prepared
        The model.
    encoded : list of ndarray of shape (n_samples, n_encoded)
        Prepared rows.
    explainer : Explainer
        Of the model.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
        By the estimator itself, in the space of the explainer.
    """
    if explainer.space != "log-odds":
        output = prepared.output(encoded)
        return output if len(prepared.classes) != 2 else output[:, 1:]
    part = prepared.parts[0]
    estimator = _unwrapped(part.estimator)
    name, matrix = type(estimator).__name__, encoded[0]
    if name.startswith("LGBM"):
        found = estimator.booster_.predict(matrix, raw_score=True)
    elif name.startswith("XGB"):
        found = estimator.predict(matrix, output_margin=True)
    elif name.startswith("CatBoost"):
        ready = matrix if part.tail is None else part.tail.transform(matrix)
        found = estimator.predict(ready, prediction_type="RawFormulaVal")
    else:
        found = estimator.decision_function(matrix)
    return np.asarray(found, dtype=np.float64).reshape(len(matrix), -1)


def _unwrapped(estimator: Any) -> Any:  # noqa: ANN401
    """Return XGBoost from the vote of one that gives it codes."""
    if (
        type(estimator).__name__ == "VotingClassifier"
        and len(estimator.estimators_) == 1
    ):
        return estimator.estimators_[0]
    return estimator


def _turned(native: _Native) -> _Native:
    """Explain the first of two classes by the explainer of the second."""
    base = 1 - native.base if native.space == "probability" else -native.base
    explain = native.explain
    return native._replace(base=base, explain=lambda matrix, n: -explain(matrix, n))


def _linear(part: Part, n_columns: int, kind: str) -> _Native:
    coefficients = np.atleast_2d(part.estimator.coef_).astype(np.float64)
    base = np.atleast_1d(part.estimator.intercept_).astype(np.float64)
    base = np.broadcast_to(base, (len(coefficients),)).copy()

    def explain(matrix: Matrix, n_threads: int) -> Matrix:
        # Prepared columns have the mean 0 on the training rows.
        parts = [
            summed(matrix * coefficient, part.owner, n_columns)
            for coefficient in coefficients
        ]
        return np.stack(parts, axis=-1)

    return _Native(kind, LINEAR, base, explain)


# Returns (n_samples, n_outputs, n_encoded + 1), the base last.
_Raw = Callable[[Matrix, int], Matrix]


def _contributions(part: Part, n_columns: int, kind: str, raw: _Raw) -> _Native:
    nothing = np.zeros((1, len(part.owner)))
    base = raw(nothing, 1)[0, :, -1]

    def explain(matrix: Matrix, n_threads: int) -> Matrix:
        found = raw(matrix, n_threads)[:, :, :-1]
        return np.moveaxis(summed(found, part.owner, n_columns), 1, 2)

    return _Native(kind, TREES, base, explain)


def _lightgbm(estimator: Any) -> _Raw:  # noqa: ANN401
    def raw(matrix: Matrix, n_threads: int) -> Matrix:
        found = estimator.booster_.predict(
            matrix, pred_contrib=True, num_threads=n_threads
        )
        return np.asarray(found).reshape(len(matrix), -1, matrix.shape[1] + 1)

    return raw


def _xgboost_matrix(estimator: Any, matrix: Matrix) -> Any:  # noqa: ANN401
    from xgboost import DMatrix  # noqa: PLC0415 - heavy, and one family's

    kinds = estimator.get_params(deep=False).get("feature_types")
    return DMatrix(matrix, feature_types=kinds, enable_categorical=kinds is not None)


def _xgboost(estimator: Any) -> _Raw:  # noqa: ANN401
    def raw(matrix: Matrix, n_threads: int) -> Matrix:
        booster = estimator.get_booster()
        rounds = estimator._get_iteration_range(None)
        found = booster.predict(
            _xgboost_matrix(estimator, matrix),
            pred_contribs=True,
            iteration_range=rounds,
        )
        wide = np.asarray(found, dtype=np.float64)
        return wide.reshape(len(matrix), -1, matrix.shape[1] + 1)

    return raw


def _xgboost_pairs(
    estimator: Any,  # noqa: ANN401
    part: Part,
    n_columns: int,
) -> Callable[[Matrix, float, int], tuple[Matrix, int]]:
    def pairs(matrix: Matrix, seconds: float, n_threads: int) -> tuple[Matrix, int]:
        # Time grows with the columns' number; a hundred of them are explained quickly.
        rows = matrix[: max(10, min(len(matrix), 200_000 // matrix.shape[1] ** 2))]
        found = estimator.get_booster().predict(
            _xgboost_matrix(estimator, rows),
            pred_interactions=True,
            iteration_range=estimator._get_iteration_range(None),
        )
        total = _strength(found, len(rows), part, n_columns)
        return total / len(rows), len(rows)

    return pairs


def _strength(
    found: Any,  # noqa: ANN401
    n_rows: int,
    part: Part,
    n_columns: int,
) -> Matrix:
    """Sum a library's interaction values to uploaded columns, and over the rows."""
    n = len(part.owner)
    wide = np.asarray(found, dtype=np.float64).reshape(n_rows, -1, n + 1, n + 1)
    once = summed(wide[..., :-1, :-1], part.owner, n_columns)
    both = summed(np.swapaxes(once, -1, -2), part.owner, n_columns)
    total: Matrix = 2 * np.abs(both).sum(axis=(0, 1))
    np.fill_diagonal(total, 0.0)
    return total


def _catboost_pairs(
    estimator: Any,  # noqa: ANN401
    part: Part,
    n_columns: int,
) -> Callable[[Matrix, float, int], tuple[Matrix, int]]:
    def pairs(matrix: Matrix, seconds: float, n_threads: int) -> tuple[Matrix, int]:
        ready = matrix if part.tail is None else part.tail.transform(matrix)
        total = np.zeros((n_columns, n_columns))
        started, start, size = time.perf_counter(), 0, 5
        while start < len(matrix):
            if start and time.perf_counter() - started > seconds:
                break
            rows = ready[start : start + size]
            found = estimator.get_feature_importance(
                _pool(estimator, rows),
                type="ShapInteractionValues",
                thread_count=n_threads,
            )
            total += _strength(found, len(rows), part, n_columns)
            start, size = start + size, min(40, 2 * size)
        n_rows = min(start, len(matrix))
        return total / max(1, n_rows), n_rows

    return pairs


def _pool(estimator: Any, ready: Any) -> Any:  # noqa: ANN401
    from catboost import Pool  # noqa: PLC0415 - heavy, and one family's

    return Pool(ready, cat_features=estimator.get_cat_feature_indices() or None)


def _catboost(estimator: Any, part: Part) -> _Raw:  # noqa: ANN401
    def raw(matrix: Matrix, n_threads: int) -> Matrix:
        ready = matrix if part.tail is None else part.tail.transform(matrix)
        found = estimator.get_feature_importance(
            _pool(estimator, ready), type="ShapValues", thread_count=n_threads
        )
        wide = np.asarray(found, dtype=np.float64)
        return wide[:, None, :] if wide.ndim == 2 else wide

    return raw
