"""Prediction intervals of a regression model, without assuming how its errors are spread.

The interval of a row is its prediction plus and minus a half width: a quantile of how far
predictions missed rows that the model behind them had not seen. Two ways to these misses:

*Split conformal prediction* [1]_ [2]_ takes them from rows held out of the very model that
predicts: if these and the new rows are exchangeable, an interval holds the truth at least as
often as its level says, however wrong the model is.

*Residuals of cross-validation* are of all rows of the search, each predicted by a model of
the other folds, and are laid around the prediction of the model refitted on all of them.
This is the K-fold form of the jackknife interval in [3]_. CV+, its relative with a
guarantee, centres each residual on its own fold's model: K models would have to be kept and
asked for every prediction. Without it there is no guarantee for a learner that changes much
with a few rows, so what the holdout says of the coverage is always told beside it. It
leaves the holdout free to measure that.

Intervals equally wide everywhere hold on average, but more often where predictions are good
and less often where they are not. So rows with similar predictions have widths of their own
besides: the groups are a taxonomy of Mondrian conformal prediction [1]_, each calibrated
apart.

.. [1] Vovk, V., Gammerman, A. and Shafer, G. (2005). Algorithmic Learning in a Random
   World. Springer.
.. [2] Lei, J. et al. (2018). Distribution-Free Predictive Inference for Regression.
   Journal of the American Statistical Association 113, 1094-1111.
.. [3] Barber, R. F. et al. (2021). Predictive inference with the jackknife+. Annals of
   Statistics 49, 486-507.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

LEVELS = (0.8, 0.9, 0.95)
MAX_GROUPS = 5
# So many rows give a width at 95 %, and tell a coverage within some percent.
ROWS_A_GROUP = 50


def half_width(scores: ArrayLike, level: float) -> float:
    """Return how far from its prediction the interval of a row reaches.

    Parameters
    ----------
    scores : array-like of float of shape (n_samples,)
        Absolute errors on rows that were not learnt from.
    level : float
        How often an interval shall hold the truth, between 0 and 1.

    Returns
    -------
    float
        The ``ceil((n_samples + 1) * level)``-th smallest score; infinite if there are
        fewer.
    """
    values = np.asarray(scores, float)
    # Rounded, as 0.95 * 20 shall be 19 and not a little more.
    rank = math.ceil(round((len(values) + 1) * level, 9))
    if rank > len(values):
        return math.inf
    return float(np.partition(values, rank - 1)[rank - 1])


def half_widths(
    stored: Mapping[str, Any], level: float, predicted: ArrayLike
) -> NDArray[np.float64]:
    """Return how far the interval of each prediction reaches, by its group's own width.

    Parameters
    ----------
    stored : mapping
        ``levels`` and ``groups``, as stored of `PredictionIntervals`.
    level : float
        One of the levels.
    predicted : array-like of float of shape (n_samples,)
        Predictions.

    Returns
    -------
    ndarray of shape (n_samples,)
        The width of all rows where there are no groups, or too few rows in one; NaN where
        there are too few in all.
    """
    at = [found["level"] for found in stored["levels"]].index(level)
    values = np.asarray(predicted, float)
    everywhere = stored["levels"][at]["half_width"]
    otherwise = np.nan if everywhere is None else everywhere
    if not stored["groups"]:
        return np.full(len(values), otherwise)
    edges = [group["high"] for group in stored["groups"][:-1]]
    widths = np.array([g["half_widths"][at] for g in stored["groups"]], float)
    widths[np.isnan(widths)] = otherwise
    found: NDArray[np.float64] = widths[place_of(values, edges)]
    return found


class Widths:
    """Half widths of each level: for all rows, and for each group of predictions.

    Parameters
    ----------
    scores : ndarray of shape (n_samples,)
        Absolute errors.
    predicted : ndarray of shape (n_samples,)
        What was predicted.
    levels : sequence of float
        Levels.
    edges : ndarray of shape (n_groups - 1,), optional
        Where groups end; by default with about as many rows each.

    Attributes
    ----------
    everywhere : ndarray of shape (n_levels,)
        For all rows; infinite where there are too few.
    local : ndarray of shape (n_levels, n_groups)
        For each group.
    """

    def __init__(
        self,
        scores: NDArray[np.float64],
        predicted: NDArray[np.float64],
        levels: Sequence[float],
        edges: NDArray[np.float64] | None = None,
    ) -> None:
        if edges is None:
            n_groups = max(1, min(MAX_GROUPS, len(scores) // ROWS_A_GROUP))
            shares = np.arange(1, n_groups) / n_groups
            edges = np.unique(np.quantile(predicted, shares)) if n_groups > 1 else None
            # Of a model that nearly always predicts the same.
            if edges is not None and len(predicted):
                edges = edges[edges < predicted.max()]
        self.edges = np.empty(0) if edges is None else edges
        self.n_rows = len(scores)
        self.everywhere = np.array([half_width(scores, level) for level in levels])
        place = place_of(predicted, self.edges)
        self.local = np.array(
            [
                [half_width(scores[place == at], level) for level in levels]
                for at in range(len(self.edges) + 1)
            ]
        ).T


def place_of(predicted: NDArray[np.float64], edges: ArrayLike) -> NDArray[np.intp]:
    """Return the group of each prediction.

    Parameters
    ----------
    predicted : ndarray of shape (n_samples,)
        Predictions.
    edges : array-like of float of shape (n_groups - 1,)
        Where groups end, themselves included.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        Positions.
    """
    return np.searchsorted(np.asarray(edges, float), predicted, side="left")
