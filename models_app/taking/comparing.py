"""How far a model in another form answers from the original."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline


class Comparison(NamedTuple):
    """What two forms of a model said of the same rows.

    Attributes
    ----------
    n_rows : int
        Rows that were compared.
    largest : float
        Largest difference of a probability, or of a prediction relative to the largest
        one.
    n_other : int
        Rows that would be given another class; 0 for regression.
    """

    n_rows: int
    largest: float
    n_other: int


def answers_of(pipeline: Pipeline, X: pd.DataFrame) -> NDArray[np.float64]:
    """Return what is compared: probabilities, or predicted numbers.

    Parameters
    ----------
    pipeline : Pipeline
        Fitted.
    X : DataFrame of shape (n_rows, n_features)
        Columns as uploaded.

    Returns
    -------
    ndarray of shape (n_rows, n_classes) or (n_rows, 1)
        Double precision.
    """
    if hasattr(pipeline, "predict_proba"):
        return np.asarray(pipeline.predict_proba(X), dtype=np.float64)
    return np.asarray(pipeline.predict(X), dtype=np.float64).reshape(-1, 1)


def compare(first: NDArray[np.float64], second: NDArray[np.float64]) -> Comparison:
    """Compare two answers to the same rows.

    Parameters
    ----------
    first, second : ndarray of shape (n_rows, n_classes) or (n_rows, 1)
        From `answers_of`, the original's first.

    Returns
    -------
    Comparison
        Their differences.
    """
    if first.shape != second.shape:
        message = f"answers of the shape {second.shape} instead of {first.shape}"
        raise ValueError(message)
    is_class = first.shape[1] > 1
    scale = 1.0 if is_class else max(float(np.abs(first).max(initial=0)), 1e-300)
    largest = float(np.abs(first - second).max(initial=0)) / scale
    other = (first.argmax(axis=1) != second.argmax(axis=1)).sum() if is_class else 0
    return Comparison(len(first), largest, int(other))
