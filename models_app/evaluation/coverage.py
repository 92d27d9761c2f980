"""How often prediction intervals hold the truth: measured, not promised."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models_app.evaluation.conformal import LEVELS, Widths, place_of
from models_app.evaluation.proportions import wilson


class Level(NamedTuple):
    """How wide the intervals of a level are, and how often they held the truth.

    Attributes
    ----------
    level : float
        How often an interval shall hold the truth.
    half_width : float or None
        How far it reaches to both sides; None if there are too few rows for the level.
    coverage : float or None
        How often intervals did hold the truth.
    low, high : float or None
        Ends of the coverage's own 95 % interval.
    local_coverage : float or None
        The same for intervals whose width depends on the prediction.
    """

    level: float
    half_width: float | None
    coverage: float | None
    low: float | None
    high: float | None
    local_coverage: float | None


class Group(NamedTuple):
    """Rows of which the prediction lies above one number and not above another.

    Attributes
    ----------
    low, high : float or None
        These numbers; None for an end that is open.
    n_rows : int
        Rows that coverage was measured on.
    half_widths : list of float or None
        The group's own widths, in the order of the levels.
    coverages : list of float or None
        Of intervals that are equally wide for all rows.
    local_coverages : list of float or None
        Of intervals as wide as the group's own.
    """

    low: float | None
    high: float | None
    n_rows: int
    half_widths: list[float | None]
    coverages: list[float | None]
    local_coverages: list[float | None]


class PredictionIntervals(NamedTuple):
    """Levels with their measured coverage, over all rows and by prediction."""

    n_calibration: int
    n_measured: int
    levels: list[Level]
    groups: list[Group]


def measured_apart(
    scores: ArrayLike,
    predicted: ArrayLike,
    tested: ArrayLike,
    tested_predicted: ArrayLike,
    *,
    levels: Sequence[float] = LEVELS,
) -> PredictionIntervals:
    """Make intervals from some rows and measure their coverage on others.

    Parameters
    ----------
    scores : array-like of float of shape (n_samples,)
        Absolute errors that the widths come from.
    predicted : array-like of float of shape (n_samples,)
        What was predicted for these rows.
    tested : array-like of float of shape (n_tested,)
        Absolute errors of the rows to measure on.
    tested_predicted : array-like of float of shape (n_tested,)
        What was predicted for these.
    levels : sequence of float, default=LEVELS
        Levels to make intervals of.

    Returns
    -------
    PredictionIntervals
        In the order of the levels.
    """
    widths = Widths(np.asarray(scores, float), np.asarray(predicted, float), levels)
    errors = np.asarray(tested, float)
    place = place_of(np.asarray(tested_predicted, float), widths.edges)
    held = errors <= widths.everywhere[:, None]
    held_local = errors <= widths.local[:, place]
    return _summary(widths, levels, place, held, held_local)


def measured_across(
    scores: ArrayLike,
    predicted: ArrayLike,
    folds: ArrayLike,
    *,
    levels: Sequence[float] = LEVELS,
) -> PredictionIntervals:
    """Make intervals and measure their coverage on the same rows, by cross-fitting.

    The widths stated are those of all rows. Whether they hold is measured fold by fold,
    each with the widths that the other folds alone would give.

    Parameters
    ----------
    scores : array-like of float of shape (n_samples,)
        Absolute errors.
    predicted : array-like of float of shape (n_samples,)
        What was predicted.
    folds : array-like of int of shape (n_samples,)
        Fold of each row.
    levels : sequence of float, default=LEVELS
        Levels to make intervals of.

    Returns
    -------
    PredictionIntervals
        In the order of the levels.
    """
    errors, values = np.asarray(scores, float), np.asarray(predicted, float)
    fold = np.asarray(folds)
    widths = Widths(errors, values, levels)
    place = place_of(values, widths.edges)
    held = np.zeros((len(levels), len(errors)), bool)
    held_local = held.copy()
    for one in np.unique(fold):
        there = fold == one
        others = Widths(errors[~there], values[~there], levels, widths.edges)
        held[:, there] = errors[there] <= others.everywhere[:, None]
        held_local[:, there] = errors[there] <= others.local[:, place[there]]
    return _summary(widths, levels, place, held, held_local)


def _summary(
    widths: Widths,
    levels: Sequence[float],
    place: NDArray[np.intp],
    held: NDArray[np.bool_],
    held_local: NDArray[np.bool_],
) -> PredictionIntervals:
    known, n_measured = np.isfinite(widths.everywhere), len(place)
    found = []
    for at, level in enumerate(levels):
        if not known[at] or not n_measured:
            stated = float(widths.everywhere[at]) if known[at] else None
            found.append(Level(level, stated, None, None, None, None))
            continue
        low, high = wilson(held[at].sum(), n_measured)
        found.append(
            Level(
                level,
                float(widths.everywhere[at]),
                float(held[at].mean()),
                float(low),
                float(high),
                _mean(held_local[at], np.isfinite(widths.local[at]).all()),
            )
        )
    if not len(widths.edges):
        return PredictionIntervals(widths.n_rows, n_measured, found, [])
    ends = [None, *widths.edges.tolist(), None]
    groups = []
    for at, (low, high) in enumerate(pairwise(ends)):
        there = place == at
        own = np.isfinite(widths.local[:, at])
        groups.append(
            Group(
                low,
                high,
                int(there.sum()),
                [
                    float(width) if finite else None
                    for width, finite in zip(widths.local[:, at], own, strict=True)
                ],
                [_mean(h[there], k) for h, k in zip(held, known, strict=True)],
                [_mean(h[there], k) for h, k in zip(held_local, own, strict=True)],
            )
        )
    return PredictionIntervals(widths.n_rows, n_measured, found, groups)


def _mean(held: NDArray[np.bool_], is_known: bool) -> float | None:
    return float(held.mean()) if is_known and len(held) else None
