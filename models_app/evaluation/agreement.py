"""How alike the predictions of several models are, row by row."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def agreement(predicted: list[NDArray[np.int64]]) -> Floats:
    """Return the share of rows of which two models say the same.

    Parameters
    ----------
    predicted : list of ndarray of shape (n_samples,)
        Predicted classes of each model.

    Returns
    -------
    ndarray of shape (n_models, n_models)
        Shares; one on the diagonal.
    """
    return np.array([[float(np.mean(a == b)) for b in predicted] for a in predicted])


def correlation(scores: list[Floats]) -> Floats:
    """Return Pearson's correlation of what models predict.

    Parameters
    ----------
    scores : list of ndarray
        Numbers or probabilities of each model, of the same shape.

    Returns
    -------
    ndarray of shape (n_models, n_models)
        Correlations; NaN for a model that says the same of all rows.
    """
    flat = np.stack([np.ravel(s) for s in scores]).astype(float)
    centred = flat - flat.mean(axis=1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=1))
    varies = length > 1e-12 * np.maximum(1, np.abs(flat).max(axis=1))
    lengths = np.where(varies, length, np.nan)
    found: Floats = np.clip(centred @ centred.T / np.outer(lengths, lengths), -1, 1)
    return found


def disagreement(scores: list[Floats]) -> Floats:
    """Return how far models are apart on each row.

    Parameters
    ----------
    scores : list of ndarray of shape (n_samples,) or (n_samples, n_classes)
        Numbers or probabilities of each model.

    Returns
    -------
    ndarray of shape (n_samples,)
        The largest difference between two models, of classes the most disputed one.
    """
    highest = lowest = scores[0]
    for score in scores[1:]:
        highest, lowest = np.maximum(highest, score), np.minimum(lowest, score)
    span = highest - lowest
    return np.asarray(span if span.ndim == 1 else span.max(axis=1))
