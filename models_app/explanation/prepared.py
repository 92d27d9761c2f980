"""A fitted pipeline taken apart: rows are prepared once, then asked about many times.

Every column of a table is prepared by itself, so what one column becomes can be put in the
place of what another row's column became: a row with one value changed need not be
prepared again. That holds for all recipes of `runs.search.pipelines`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from models_app.explanation.forests import forest_of
from runs.search.pipelines import column_of_features

Matrix = NDArray[Any]
# What each part of a model has made of some rows.
Encoded = list[Matrix]

_FORESTS = (
    "RandomForestClassifier",
    "RandomForestRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
)


_FEW_ROWS = 500


class Part(NamedTuple):
    """One estimator with the preparation of its columns.

    Attributes
    ----------
    preprocessor : Pipeline
        Makes an array of the uploaded columns.
    tail : Pipeline or None
        What the estimator wants done to that array besides, for all columns alike.
    estimator : estimator
        Fitted.
    owner : ndarray of int of shape (n_encoded,)
        Position of the uploaded column that each encoded one comes from.
    """

    preprocessor: Pipeline
    tail: Pipeline | None
    estimator: Any
    owner: NDArray[np.int64]


class Prepared:
    """A model whose rows are prepared apart from its answers.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted, with the steps ``preprocess`` and ``estimator``; or a vote of such
        pipelines, as `runs.search.refit.combine` makes it.
    columns : sequence of str
        The columns it takes, as uploaded.
    """

    def __init__(self, pipeline: Pipeline, columns: Sequence[str]) -> None:
        self.columns = list(columns)
        self.pipeline = pipeline
        estimator = pipeline[-1]
        members = _members(estimator)
        self.is_ensemble = bool(members)
        self.weights: Sequence[float] | None = (
            estimator._weights_not_none if members else None
        )
        at = {name: i for i, name in enumerate(self.columns)}
        self.parts = [_part(member, at) for member in members or [pipeline]]
        self.is_classifier = hasattr(estimator, "predict_proba")
        self.classes = list(estimator.classes_) if self.is_classifier else []

    @property
    def n_outputs(self) -> int:
        """Number of classes, or 1 for a number."""
        return len(self.classes) or 1

    def prepare(self, X: pd.DataFrame) -> Encoded:
        """Prepare rows for all parts.

        Parameters
        ----------
        X : DataFrame of shape (n_samples, n_features)
            Rows with the columns and types of training.

        Returns
        -------
        list of ndarray of shape (n_samples, n_encoded)
            One for each part.
        """
        return [np.asarray(part.preprocessor.transform(X)) for part in self.parts]

    def output(self, encoded: Encoded) -> NDArray[np.float64]:
        """Answer prepared rows.

        Parameters
        ----------
        encoded : list of ndarray of shape (n_samples, n_encoded)
            As `prepare` returns it.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            Probabilities in the order of the classes, or the number: the same as the
            pipeline gives.
        """
        answers = [
            _answers(part, matrix)
            for part, matrix in zip(self.parts, encoded, strict=True)
        ]
        if not self.is_ensemble:
            return answers[0]
        return np.average(answers, axis=0, weights=self.weights)

    def replaced(self, encoded: Encoded, column: int, by: Encoded) -> Encoded:
        """Put what another row's column became into the place of each row's own.

        Parameters
        ----------
        encoded : list of ndarray of shape (n_samples, n_encoded)
            Prepared rows; they are not changed.
        column : int
            Position of the uploaded column.
        by : list of ndarray of shape (n_samples, n_encoded)
            The rows whose column is taken.

        Returns
        -------
        list of ndarray of shape (n_samples, n_encoded)
            What preparing the mixed rows would have given.
        """
        mixed = []
        for part, matrix, other in zip(self.parts, encoded, by, strict=True):
            own = np.flatnonzero(part.owner == column)
            changed = matrix.copy()
            changed[:, own] = other[:, own]
            mixed.append(changed)
        return mixed

    def by_column(self, values: Matrix, part: int = 0) -> Matrix:
        """Sum what belongs to encoded columns to the uploaded ones they come from.

        Parameters
        ----------
        values : ndarray of shape (..., n_encoded)
            Contributions of encoded columns.
        part : int, default=0
            The part they are of.

        Returns
        -------
        ndarray of shape (..., n_features)
            Contributions of the uploaded columns; 0 of one the model does not see.
        """
        return summed(values, self.parts[part].owner, len(self.columns))


def summed(values: Matrix, owner: NDArray[np.int64], n_columns: int) -> Matrix:
    """Sum along the last axis what has the same owner.

    Parameters
    ----------
    values : ndarray of shape (..., n_encoded)
        Contributions.
    owner : ndarray of int of shape (n_encoded,)
        Owner of each.
    n_columns : int
        Number of owners.

    Returns
    -------
    ndarray of shape (..., n_columns)
        Sums.
    """
    total = np.zeros((*values.shape[:-1], n_columns))
    np.add.at(np.moveaxis(total, -1, 0), owner, np.moveaxis(values, -1, 0))
    return total


def rows_of(encoded: Encoded, rows: Any) -> Encoded:  # noqa: ANN401
    """Return some of the prepared rows.

    Parameters
    ----------
    encoded : list of ndarray of shape (n_samples, n_encoded)
        Prepared rows.
    rows : index
        Anything that indexes an array.

    Returns
    -------
    list of ndarray
        Those rows of each part.
    """
    return [matrix[rows] for matrix in encoded]


def _members(estimator: Any) -> list[Pipeline]:  # noqa: ANN401
    """Return the pipelines of an ensemble; none of any other estimator."""
    found = getattr(estimator, "estimators_", None)
    if not type(estimator).__name__.startswith("Voting") or not found:
        return []
    return list(found) if all(isinstance(f, Pipeline) for f in found) else []


def _part(pipeline: Pipeline, at: dict[str, int]) -> Part:
    owner = [at[column] for column in column_of_features(pipeline).values()]
    return Part(
        preprocessor=pipeline.steps[0][1],
        tail=pipeline[1:-1] if len(pipeline.steps) > 2 else None,
        estimator=pipeline[-1],
        owner=np.asarray(owner, dtype=np.int64),
    )


def _answers(part: Part, matrix: Matrix) -> NDArray[np.float64]:
    estimator = part.estimator
    if type(estimator).__name__ in _FORESTS and part.tail is None:
        return _forest(estimator, matrix)
    if type(estimator).__name__.startswith("LGBM"):
        return _lightgbm(estimator, matrix)
    ready = matrix if part.tail is None else part.tail.transform(matrix)
    if hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict_proba(ready), dtype=np.float64)
    values = np.asarray(estimator.predict(ready), dtype=np.float64)
    return values.reshape(len(values), 1)


def _forest(estimator: Any, matrix: Matrix) -> NDArray[np.float64]:  # noqa: ANN401
    """Answer as a forest does, without its checks of the rows tree by tree.

    Those take a tenth of a second of three hundred trees, for a single row as for many.
    """
    rows = np.ascontiguousarray(matrix, dtype=np.float32)
    if len(rows) <= _FEW_ROWS:
        return forest_of(estimator).answer(rows)
    total: NDArray[np.float64] | None = None
    for tree in estimator.estimators_:
        found = tree.tree_.predict(rows)
        total = np.zeros(found.shape) if total is None else total
        total += found
    assert total is not None
    total /= len(estimator.estimators_)
    return total.reshape(len(rows), -1)


def _lightgbm(estimator: Any, matrix: Matrix) -> NDArray[np.float64]:  # noqa: ANN401
    """Answer as LightGBM does; a few rows without waking other threads."""
    threads = {"num_threads": 1} if len(matrix) <= _FEW_ROWS else {}
    found = np.asarray(estimator.booster_.predict(matrix, **threads), dtype=np.float64)
    if hasattr(estimator, "predict_proba") and found.ndim == 1:
        return np.column_stack([1.0 - found, found])
    return found.reshape(len(matrix), -1)
