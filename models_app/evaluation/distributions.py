"""How the probabilities of a class are spread over its own rows and over the others."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

N_BINS = 40
N_BINS_OF_MANY = 20


class ClassScores(NamedTuple):
    """Probability of one class: how many rows have how much of it."""

    label: str
    own: list[int]  # rows of the class
    others: list[int]


class Distributions(NamedTuple):
    """Histograms over the same bins."""

    edges: list[float]
    classes: list[ClassScores]


def distributions(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    *,
    labels: Sequence[str],
    positive: int | None = None,
) -> Distributions:
    """Count rows by the probability they were given.

    Parameters
    ----------
    y_true : array-like of int of shape (n_samples,)
        Actual classes as positions in `labels`.
    probabilities : array-like of float of shape (n_samples, n_classes)
        Predicted probability of each class.
    labels : sequence of str
        Names of the classes in the order of their codes.
    positive : int or None, default=None
        With two classes, the position of the one to be found; None counts for each
        class.

    Returns
    -------
    Distributions
        Of each class its own rows and the others, in equal bins from 0 to 1. A bin
        holds its lower edge; the last one both.
    """
    actual = np.asarray(y_true)
    scores = np.clip(np.asarray(probabilities, dtype=float), 0, 1)
    chosen = range(len(labels)) if positive is None else [positive]
    n_bins = N_BINS if positive is not None else N_BINS_OF_MANY
    edges = np.linspace(0, 1, n_bins + 1)
    classes = []
    for code in chosen:
        bins = np.minimum((scores[:, code] * n_bins).astype(int), n_bins - 1)
        own = actual == code
        counted = [
            np.bincount(bins[rows], minlength=n_bins).tolist() for rows in (own, ~own)
        ]
        classes.append(ClassScores(labels[code], *counted))
    return Distributions(edges.round(6).tolist(), classes)
