"""Joining trials: a greedy weighted ensemble over their out-of-fold predictions."""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from runs.search.problem import TaskType
from runs.search.quick_metrics import quick_metric

Values = NDArray[Any]
Score = Callable[[Values, Values], float]

N_ROUNDS = 40
N_BAGS = 5
BAG_SHARE = 0.6
# Up to so many candidates each bag has all of them.
MIN_BAGGED = 3
# However little time there is.
MIN_ROUNDS = 6
# Members with less weight cost a refit and change nothing.
MIN_WEIGHT = 0.02
# Selection on more rows takes longer and tells the same.
MAX_ROWS = 20_000
# A round without a gain ends a bag early.
PATIENCE = 8


class Ensemble(NamedTuple):
    """Weighted members.

    Attributes
    ----------
    weights : dict of int to float
        Weight of each member by its position; they add up to 1.
    fold_scores : list of float
        Score of each fold. The weights were chosen on all rows, as the single trials
        were chosen among many on all rows: so they compare with each other.
    value : float
        Their mean.
    honest_value : float
        The same with weights that were chosen, for each fold, on the other folds.
    predictions : ndarray
        Out-of-fold predictions made with those honest weights, single precision.
    """

    weights: dict[int, float]
    fold_scores: list[float]
    value: float
    honest_value: float
    predictions: Values


def select(
    predictions: Sequence[Values],
    y: Values,
    *,
    task: TaskType,
    metric: str,
    positive: int | None = None,
    random_state: int = 0,
    folds: Sequence[Values] | None = None,
    n_rounds: int = N_ROUNDS,
    n_bags: int = N_BAGS,
    seconds: float | None = None,
) -> Ensemble:
    """Choose weights for trials so that their mean predicts best.

    Members are added one at a time, with replacement, each time the one that makes the
    mean better most; several bags of members choose, and their choices are added up [1]_.
    Besides, the rows of each fold are predicted with weights chosen on the others: what
    that scores, nobody has looked at before.

    Parameters
    ----------
    predictions : sequence of ndarray of shape (n_rows,) or (n_rows, n_classes)
        Out-of-fold predictions of each candidate, the best candidate first; NaN where
        a row was never tested.
    y : ndarray of shape (n_rows,)
        Codes of the classes, or numbers.
    task : TaskType
        What is predicted.
    metric : str
        What the ensemble is to be good at.
    positive : int, optional
        Position of the class that a binary metric is about.
    random_state : int, default=0
        Seed of the bags.
    folds : sequence of ndarray, optional
        Rows to score on of each fold; by default all rows are one.
    n_rounds : int, default=40
        Members added in each bag.
    n_bags : int, default=5
        Number of bags.
    seconds : float, optional
        About how long it may take: bags, and then rounds, are left out for it.

    Returns
    -------
    Ensemble
        Its candidates with a weight.

    References
    ----------
    .. [1] Caruana, R. et al. (2004). Ensemble selection from libraries of models. ICML.
    """
    known, stacked = _tested([np.asarray(p) for p in predictions])
    score = quick_metric(metric, positive=positive)
    if len(stacked) <= MIN_BAGGED:
        n_bags = 1  # all would be the same
    if seconds is not None:
        n_selections = 1 + len(folds or ())
        calls = n_selections * n_bags * n_rounds * len(stacked)
        cost = calls * _seconds_of(score, y[known], stacked[0])
        n_bags, n_rounds = _affordable(n_bags, n_rounds, seconds / max(cost, 1e-9))
    how = {"n_rounds": n_rounds, "n_bags": n_bags, "random_state": random_state}
    y_known = y[known]
    weights = _chosen(stacked, y_known, score, **how)
    # Of them all rows count from here on as those that were tested.
    parts = _among(known, folds)
    blended = np.full(stacked.shape[1:], np.nan)
    honest_scores = []
    for part in parts:
        others = np.setdiff1d(np.arange(len(known)), part)
        honest = weights
        if len(others) and len(parts) > 1:
            honest = _chosen(stacked[:, others], y_known[others], score, **how)
        blended[part] = np.tensordot(honest, stacked[:, part], axes=1)
        honest_scores.append(score(y_known[part], blended[part]))
    fold_scores = _mixed(stacked, weights, y_known, score, parts)
    whole = np.full((len(y), *stacked.shape[2:]), np.nan, dtype=np.float32)
    whole[known] = blended
    return Ensemble(
        weights={int(i): float(weights[i]) for i in np.flatnonzero(weights)},
        fold_scores=fold_scores,
        value=float(np.mean(fold_scores)),
        honest_value=float(np.mean(honest_scores)),
        predictions=whole,
    )


def _tested(predictions: Sequence[Values]) -> tuple[Values, Values]:
    """Return the rows that all have tested, and what they predicted for these."""
    known: Values = np.ones(len(predictions[0]), dtype=bool)
    for one in predictions:
        known &= np.isfinite(one.reshape(len(one), -1)).all(axis=1)
    at = np.flatnonzero(known)
    # Of a validation part it is a fifth of the rows: the others are not copied.
    return at, np.stack([one[at].astype(np.float64) for one in predictions])


def _among(known: Values, folds: Sequence[Values] | None) -> list[Values]:
    """Return the rows of each fold as positions among those known."""
    if not folds:
        return [np.arange(len(known))]
    return [np.searchsorted(known, np.intersect1d(part, known)) for part in folds]


def mixture_scores(
    predictions: Sequence[Values],
    weights: Sequence[float],
    y: Values,
    *,
    metric: str,
    positive: int | None = None,
    folds: Sequence[Values] | None = None,
) -> list[float]:
    """Score a weighted mean of out-of-fold predictions, as ``select`` scores its own.

    Parameters
    ----------
    predictions : sequence of ndarray of shape (n_rows,) or (n_rows, n_classes)
        Out-of-fold predictions of each member; NaN where a row was never tested.
    weights : sequence of float
        Weight of each member; only their ratios count.
    y : ndarray of shape (n_rows,)
        Codes of the classes, or numbers.
    metric : str
        What is measured.
    positive : int, optional
        Position of the class that a binary metric is about.
    folds : sequence of ndarray, optional
        Rows to score on of each fold; by default all rows are one.

    Returns
    -------
    list of float
        Score of each fold.
    """
    known, stacked = _tested([np.asarray(p) for p in predictions])
    parts = _among(known, folds)
    share = np.asarray(weights, dtype=np.float64)
    score = quick_metric(metric, positive=positive)
    return _mixed(stacked, share / share.sum(), y[known], score, parts)


def _mixed(
    stacked: Values, weights: Values, y: Values, score: Score, parts: Sequence[Values]
) -> list[float]:
    """Score a mixture on each part of the rows."""
    return [
        score(y[part], np.tensordot(weights, stacked[:, part], axes=1))
        for part in parts
    ]


def _seconds_of(score: Score, y: Values, predicted: Values) -> float:
    started = time.perf_counter()
    score(y[:MAX_ROWS], predicted[:MAX_ROWS])
    return time.perf_counter() - started


def _affordable(n_bags: int, n_rounds: int, share: float) -> tuple[int, int]:
    """Cut bags and then rounds to a share of the work."""
    if share >= 1:
        return n_bags, n_rounds
    bags = max(1, int(n_bags * share))
    rounds = int(n_rounds * share * n_bags / bags)
    return bags, min(n_rounds, max(MIN_ROUNDS, rounds))


def _chosen(
    stacked: Values,
    y: Values,
    score: Score,
    *,
    n_rounds: int,
    n_bags: int,
    random_state: int,
) -> Values:
    """Return a weight for each candidate."""
    rng = np.random.default_rng(random_state)
    if len(y) > MAX_ROWS:
        kept = np.sort(rng.choice(len(y), MAX_ROWS, replace=False))
        stacked, y = stacked[:, kept], y[kept]
    n = len(stacked)
    alone = [score(y, member) for member in stacked]
    best = int(np.nanargmax(alone))
    counts = np.zeros(n)
    for bag in range(n_bags):
        members = np.arange(n)
        if bag and n > MIN_BAGGED:
            size = max(2, round(BAG_SHARE * n))
            members = rng.choice(n, size, replace=False)
        counts += _greedy(stacked, y, score, members, alone, n_rounds)
    weights = counts / counts.sum()
    weights[weights < MIN_WEIGHT] = 0.0
    weights /= weights.sum()
    mixed = score(y, np.tensordot(weights, stacked, axes=1))
    if not mixed > alone[best]:
        # Never worse than the best of them on the rows that chose.
        weights = np.eye(n)[best]
    return np.asarray(weights)


def _greedy(
    stacked: Values,
    y: Values,
    score: Score,
    members: Values,
    alone: list[float],
    n_rounds: int,
) -> Values:
    """Add members one at a time; the counts at the best moment are what counts."""
    counts = np.zeros(len(stacked))
    # Sorted initialisation: the best candidate of the bag begins.
    start = max(members, key=lambda i: -np.inf if np.isnan(alone[i]) else alone[i])
    counts[start] = 1
    total = stacked[start].copy()
    best, best_counts, since = alone[start], counts.copy(), 0
    for size in range(2, n_rounds + 1):
        scores = [score(y, (total + stacked[i]) / size) for i in members]
        if np.all(np.isnan(scores)):
            break
        at = int(np.nanargmax(scores))
        counts[members[at]] += 1
        total += stacked[members[at]]
        if scores[at] > best:
            best, best_counts, since = scores[at], counts.copy(), 0
        else:
            since += 1
            if since >= PATIENCE:
                break
    return np.asarray(best_counts / best_counts.sum())
