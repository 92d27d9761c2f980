"""How often each class was taken for each other."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Confusion(NamedTuple):
    """Counts of actual against predicted classes."""

    labels: list[str]
    counts: list[list[int]]  # a row is an actual class, a column a predicted one


def confusion(
    y_true: ArrayLike, y_pred: ArrayLike, *, labels: Sequence[str]
) -> Confusion:
    """Count how often each class was predicted as each class.

    Parameters
    ----------
    y_true : array-like of int of shape (n_samples,)
        Actual classes as positions in `labels`.
    y_pred : array-like of int of shape (n_samples,)
        Predicted classes as positions in `labels`.
    labels : sequence of str
        Names of the classes in the order of their codes.

    Returns
    -------
    Confusion
        The labels and a square matrix of counts; classes without rows keep theirs.
    """
    n_classes = len(labels)
    actual, predicted = np.asarray(y_true, np.int64), np.asarray(y_pred, np.int64)
    cells = actual * n_classes + predicted
    counts = np.bincount(cells, minlength=n_classes**2).reshape(n_classes, n_classes)
    return Confusion(labels=list(labels), counts=counts.tolist())
