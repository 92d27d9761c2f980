"""Metrics of probabilities and scores, equal to scikit-learn's to the last bit.

The other half of ``exact_metrics``: here, too, a metric is None where scikit-learn has to
be asked.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import trapezoid

from runs.search.sharing.responses import Response

Values = NDArray[Any]


def _probabilities(response: Response, y: Values) -> Values | None:
    """Return the probabilities as scorers hand them over, if they are such."""
    assert response.classes is not None
    if "predict_proba" not in response.methods:
        return None
    proba = response.predict_proba
    shape = (len(y), len(response.classes))
    if proba.shape != shape or proba.dtype not in (np.float32, np.float64):
        return None
    # Neither holds for what is not a number.
    if not (proba.min() >= 0 and proba.max() <= 1):
        return None
    if shape[1] == 2:
        # Scorers hand over the column of the last class alone.
        last = proba[:, 1]
        return np.stack((1 - last, last), axis=1)
    off = np.abs(proba.sum(axis=1) - 1).max()
    # Well below what scikit-learn warns of, and what it refuses for ROC curves.
    return proba if off <= min(np.sqrt(np.finfo(proba.dtype).eps), 1e-5) / 2 else None


def _one_hot(y: Values, like: Values) -> Values:
    hot: Values = (y[:, None] == np.arange(like.shape[1])).astype(like.dtype)
    return hot


def log_loss(response: Response, y: Values, positive: int) -> float | None:
    """Compute the log loss.

    Parameters
    ----------
    response : Response
        Answers for the rows.
    y : ndarray of shape (n_rows,)
        Codes.
    positive : int
        Code of the class it is about, if it is about one.

    Returns
    -------
    float or None
        Greater is better.
    """
    proba = _probabilities(response, y)
    if proba is None:
        return None
    eps = np.finfo(proba.dtype).eps
    proba = np.clip(proba, eps, 1 - eps)
    losses = -np.sum(_one_hot(y, proba) * np.log(proba), axis=1)
    return -float(np.average(losses))


def brier(response: Response, y: Values, positive: int) -> float | None:
    """Compute the Brier score.

    Parameters
    ----------
    response : Response
        Answers for the rows.
    y : ndarray of shape (n_rows,)
        Codes.
    positive : int
        Code of the class it is about, if it is about one.

    Returns
    -------
    float or None
        Greater is better.
    """
    proba = _probabilities(response, y)
    if proba is None:
        return None
    errors = np.sum((_one_hot(y, proba) - proba) ** 2, axis=1)
    half = 0.5 if proba.shape[1] == 2 else 1.0
    return -float(np.average(errors) * half)


def _scores(response: Response, y: Values, positive: int) -> Values | None:
    """Return the scores of one of two classes: decisions where there are such."""
    assert response.classes is not None
    if len(response.classes) != 2:
        return None
    if "decision_function" in response.methods:
        decisions = response.decision_function
        scores = decisions if positive == 1 else -1 * decisions
    elif "predict_proba" in response.methods:
        proba = response.predict_proba
        if proba.shape != (len(y), 2):
            return None
        scores = proba[:, positive]
    else:
        return None
    usable = scores.shape == y.shape and scores.dtype in (np.float32, np.float64)
    return scores if usable and np.isfinite(scores).all() else None


def _counts(is_positive: Values, scores: Values) -> tuple[Values, Values] | None:
    """Count false and true positives at each distinct score, from the highest down."""
    order = np.argsort(scores, kind="stable")[::-1]
    scores, hits = scores[order], is_positive[order].astype(np.float64)
    ends = np.append(np.nonzero(np.diff(scores))[0], len(scores) - 1)
    true = np.cumsum(hits)[ends]
    false = 1 + ends.astype(np.float64) - true
    return (false, true) if true[-1] > 0 and false[-1] > 0 else None


def _area(is_positive: Values, scores: Values) -> float | None:
    counted = _counts(is_positive, scores)
    if counted is None:
        return None
    false, true = counted
    if len(false) > 2:
        corner = (np.diff(false, 2) != 0) | (np.diff(true, 2) != 0)
        kept = np.concatenate(([True], corner, [True]))
        false, true = false[kept], true[kept]
    false, true = np.append(0.0, false), np.append(0.0, true)
    return float(trapezoid(true / true[-1], false / false[-1]))


def binary_roc_auc(response: Response, y: Values, positive: int) -> float | None:
    """Compute the area under the ROC curve of two classes.

    Parameters
    ----------
    response : Response
        Answers for the rows.
    y : ndarray of shape (n_rows,)
        Codes.
    positive : int
        Code of the class it is about, if it is about one.

    Returns
    -------
    float or None
        Greater is better.
    """
    # The same from either class's point of view, and asked from the last one's.
    scores = _scores(response, y, 1)
    return None if scores is None else _area(y == 1, scores)


def roc_auc(response: Response, y: Values, positive: int) -> float | None:
    """Compute the mean area under the ROC curves of each class.

    Parameters
    ----------
    response : Response
        Answers for the rows.
    y : ndarray of shape (n_rows,)
        Codes.
    positive : int
        Code of the class it is about, if it is about one.

    Returns
    -------
    float or None
        Greater is better.
    """
    proba = _probabilities(response, y)
    # Of three classes a fit may have seen two: that is a case for scikit-learn.
    if proba is None or proba.shape[1] == 2:
        return None
    areas = []
    for code in range(proba.shape[1]):
        area = _area(y == code, proba[:, code])
        if area is None:
            return None
        areas.append(area)
    return float(np.average(areas))


def average_precision(response: Response, y: Values, positive: int) -> float | None:
    """Compute the average precision.

    Parameters
    ----------
    response : Response
        Answers for the rows.
    y : ndarray of shape (n_rows,)
        Codes.
    positive : int
        Code of the class it is about, if it is about one.

    Returns
    -------
    float or None
        Greater is better.
    """
    scores = _scores(response, y, positive)
    counted = None if scores is None else _counts(y == positive, scores)
    if counted is None:
        return None
    false, true = counted
    precision = np.flip(true / (true + false))
    recall = np.append(np.flip(true / true[-1]), 0.0)
    return float(max(0.0, -np.sum(np.diff(recall) * precision)))
