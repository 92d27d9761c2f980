"""Learning curves: how a model's score grows with the rows it is fitted on."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
FEWER_SHARES = (0.1, 0.3, 1.0)
MIN_ROWS = 20
# Of what is left to be won: a smaller gain is not worth the rows.
WORTH = 0.01
LAST_SIZES = 3
N_ERRORS = 2.0  # standard errors that a gain is away from nothing


class Verdict(NamedTuple):
    """Whether more rows would help.

    Attributes
    ----------
    answer : str
        ``"helps"``, ``"flat"`` or ``"unclear"``.
    gain : float
        How much better the score becomes as the rows double, at the right end of the
        curve; positive is better.
    error : float
        Standard error of the gain over the folds.
    """

    answer: str
    gain: float
    error: float


def nested_order(
    y: ArrayLike, *, seed: int, is_class: bool, keep_order: bool = False
) -> NDArray[np.intp]:
    """Put rows in an order of which each beginning is a fair sample.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Class codes or numbers.
    seed : int
        Which of the orders.
    is_class : bool
        Whether each class shall come evenly, and every one at the beginning.
    keep_order : bool, default=False
        For rows in time: the last rows come first, as these are what is at hand.

    Returns
    -------
    ndarray of int of shape (n_samples,)
        Positions.
    """
    values = np.asarray(y)
    if keep_order:
        return np.arange(len(values))[::-1]
    order = np.random.default_rng(seed).permutation(len(values))
    if not is_class:
        return order
    place = np.empty(len(values))
    shuffled = values[order]
    for code in np.unique(shuffled):
        there = np.flatnonzero(shuffled == code)
        # The first of each class at 0, the others evenly on the way to 1.
        place[there] = np.arange(len(there)) / len(there)
    return order[np.argsort(place, kind="stable")]


def sizes(n_rows: int, shares: Sequence[float], *, n_classes: int = 0) -> list[int]:
    """Return how many rows to fit on.

    Parameters
    ----------
    n_rows : int
        All there are to fit on.
    shares : sequence of float
        Shares of these, rising.
    n_classes : int, default=0
        Number of classes; each needs a few rows.

    Returns
    -------
    list of int
        Rising, without sizes too small to say anything.
    """
    least = max(MIN_ROWS, 3 * n_classes)
    found = sorted({round(share * n_rows) for share in shares})
    return [size for size in found if size >= min(least, n_rows)]


def verdict(
    n_fitted: Sequence[int], scores: Sequence[Sequence[float]], *, remaining: float
) -> Verdict | None:
    """Judge from the right end of a learning curve whether more rows would help.

    The scores of the last three sizes are put on a line over the logarithm of the size,
    for each fold. More rows help if its slope is surely above zero (by two standard
    errors over the folds) and doubling the rows wins at least 1 % of what is left to be
    won; they do not if doubling surely wins less than that. Otherwise it is unclear.

    Parameters
    ----------
    n_fitted : sequence of int
        Sizes, rising.
    scores : sequence of sequence of float of shape (n_sizes, n_folds)
        Scores, of which greater is better.
    remaining : float
        How much better the score could become: the error itself, or one minus a share.

    Returns
    -------
    Verdict or None
        None with fewer than two sizes or two folds.
    """
    if len(n_fitted) < 2 or min(map(len, scores)) < 2:
        return None
    n_folds = min(map(len, scores))
    x = np.log2(np.asarray(n_fitted[-LAST_SIZES:], float))
    y = np.asarray([s[:n_folds] for s in scores[-LAST_SIZES:]], float)
    away = x - x.mean()
    slopes = away @ y / (away @ away)
    gain = float(slopes.mean())
    error = float(slopes.std(ddof=1) / math.sqrt(n_folds))
    worth = WORTH * abs(remaining)
    if gain - N_ERRORS * error > 0 and gain >= worth:
        answer = "helps"
    elif gain + N_ERRORS * error < worth:
        answer = "flat"
    else:
        answer = "unclear"
    return Verdict(answer, gain, error)


def expected_seconds(
    fit_seconds: float, shares: Sequence[float], n_folds: int
) -> float:
    """Return how long the fits of a learning curve take, if time grows with the rows.

    Parameters
    ----------
    fit_seconds : float
        Of one fold with all its rows.
    shares : sequence of float
        Shares of the rows that are fitted.
    n_folds : int
        Folds each.

    Returns
    -------
    float
        Seconds.
    """
    return fit_seconds * sum(shares) * n_folds


def plan(
    fit_seconds: float, n_folds: int, *, limit: float, full_is_known: bool
) -> tuple[tuple[float, ...], int]:
    """Choose sizes and folds of a learning curve that fit into a time limit.

    Parameters
    ----------
    fit_seconds : float
        Of one fold with all its rows.
    n_folds : int
        Folds there are.
    limit : float
        Seconds.
    full_is_known : bool
        Whether the scores with all rows are there already.

    Returns
    -------
    tuple of (tuple of float, int)
        Shares of the rows, and how many folds; the smallest plan if none fits.
    """
    choices: list[tuple[tuple[float, ...], int]] = [
        (SHARES, 3),
        (SHARES, 2),
        (FEWER_SHARES, 2),
    ]
    for shares, folds in choices:
        fitted = [s for s in shares if s < 1 or not full_is_known]
        used = min(folds, n_folds)
        if expected_seconds(fit_seconds, fitted, used) <= limit:
            return shares, used
    return FEWER_SHARES, min(2, n_folds)


def summary(scores: Sequence[float]) -> dict[str, Any]:
    """Return mean and spread of scores over folds.

    Parameters
    ----------
    scores : sequence of float
        One a fold.

    Returns
    -------
    dict
        ``mean``, ``std`` (None for one fold), ``low`` and ``high``.
    """
    values = np.asarray(scores, float)
    return {
        "mean": float(values.mean()),
        "std": float(values.std(ddof=1)) if len(values) > 1 else None,
        "low": float(values.min()),
        "high": float(values.max()),
    }
