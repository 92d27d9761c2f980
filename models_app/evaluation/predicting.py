"""What a fitted pipeline says about rows."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

# Cells that are prepared together.
_CELLS_TOGETHER = 1 << 21


class Predicted(NamedTuple):
    """Answers for some rows, in their order."""

    answers: NDArray[Any]  # labels as in training, or numbers
    probabilities: NDArray[np.float64] | None  # a column a class; None for regression


def predict(pipeline: Pipeline, X: pd.DataFrame) -> Predicted:
    """Predict values, and probabilities where the estimator has them.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted; its last step is the estimator.
    X : DataFrame of shape (n_samples, n_features)
        Rows with the columns and types of training.

    Returns
    -------
    Predicted
        The same as ``pipeline.predict`` and ``pipeline.predict_proba`` give, with the
        columns prepared once for both, and of a large table some rows after the other.
    """
    together = max(1, _CELLS_TOGETHER // max(1, X.shape[1]))
    if len(X) <= together:
        return _predict(pipeline, X)
    parts = [
        _predict(pipeline, X.iloc[start : start + together])
        for start in range(0, len(X), together)
    ]
    answers = np.concatenate([part.answers for part in parts])
    found = [part.probabilities for part in parts if part.probabilities is not None]
    return Predicted(answers, np.concatenate(found) if found else None)


def _predict(pipeline: Pipeline, X: pd.DataFrame) -> Predicted:
    estimator = pipeline[-1]
    prepared = pipeline[:-1].transform(X)
    answers = np.asarray(estimator.predict(prepared))
    if not hasattr(estimator, "predict_proba"):
        return Predicted(answers, None)
    return Predicted(answers, np.asarray(estimator.predict_proba(prepared)))


def encode(values: NDArray[Any], classes: Sequence[Any]) -> NDArray[np.int64]:
    """Turn labels into their positions.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        Labels, each one of `classes`.
    classes : sequence
        All labels.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        Positions in `classes`.
    """
    codes = {label: code for code, label in enumerate(classes)}
    return np.fromiter((codes[v] for v in values.tolist()), np.int64, len(values))
