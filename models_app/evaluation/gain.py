"""Gain, lift and the Kolmogorov-Smirnov distance: who is found by asking the likeliest."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models_app.evaluation.one_vs_rest import along, each_class


class GainCurve(NamedTuple):
    """One class: rows in the order of its probability, the most probable first.

    Attributes
    ----------
    label : str
        Name of the class.
    n_positive : int
        How many rows are of it.
    share : float
        Of the class among the rows.
    asked : list of float
        Share of the rows that are asked.
    found : list of float
        Share of the class that is then found. Divided by `asked` it is the lift.
    distance : float
        Kolmogorov-Smirnov: the most by which the share of the class that is found
        exceeds that of the others.
    distance_at : float
        Probability at which that is so.
    """

    label: str
    n_positive: int
    share: float
    asked: list[float]
    found: list[float]
    distance: float
    distance_at: float


class Gain(NamedTuple):
    """All curves of a model."""

    curves: list[GainCurve]
    undefined: list[str]  # classes of which these rows have none, or nothing else


def gain(
    y_true: ArrayLike,
    probabilities: ArrayLike,
    *,
    labels: Sequence[str],
    positive: int | None = None,
) -> Gain:
    """Trace how much of a class is found by asking the most probable rows first.

    Parameters
    ----------
    y_true : array-like of int of shape (n_samples,)
        Actual classes as positions in `labels`.
    probabilities : array-like of float of shape (n_samples, n_classes)
        Predicted probability of each class.
    labels : sequence of str
        Names of the classes in the order of their codes.
    positive : int or None, default=None
        With two classes, the position of the one to be found; None traces every class.

    Returns
    -------
    Gain
        The curves in the order of `labels`.
    """
    curves, undefined = each_class(
        y_true, probabilities, labels=labels, positive=positive, trace=_curve
    )
    return Gain(curves, undefined)


def _curve(
    label: str, found: NDArray[np.bool_], score: NDArray[np.float64], max_points: int
) -> GainCurve:
    order = np.argsort(-score, kind="stable")
    ordered = score[order]
    # Rows of the same probability cannot be told apart: they are asked together.
    ends = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)
    hits = np.cumsum(found[order])[ends]
    others = ends + 1 - hits
    distances = hits / hits[-1] - others / others[-1]
    best = int(distances.argmax())
    asked = np.concatenate([[0.0], (ends + 1) / len(score)])
    share = np.concatenate([[0.0], hits / hits[-1]])
    kept = along(asked, share, max_points=max_points)
    return GainCurve(
        label=label,
        n_positive=int(hits[-1]),
        share=float(hits[-1] / len(score)),
        asked=asked[kept].round(6).tolist(),
        found=share[kept].round(6).tolist(),
        distance=float(distances[best]),
        distance_at=float(ordered[ends[best]]),
    )
