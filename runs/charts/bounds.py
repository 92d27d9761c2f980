"""Where along a parameter nothing good was found."""

from typing import NamedTuple

import numpy as np

from runs.charts.trials import Axis, Floats, Trials
from runs.charts.wording import listed, number

# A side says something from so many trials on, and if its best falls so far behind,
# as a share of the way from the middle trial to the best.
FEWEST = 4
BEHIND = 0.5


class Bound(NamedTuple):
    """One side of a value of a parameter, and the best score on that side."""

    side: str  # "below" or "above"
    at: float
    best: float


def bound(x: Floats, score: Floats) -> Bound | None:
    """Find the side of a parameter on which nothing came close to the best.

    Parameters
    ----------
    x : ndarray of float
        The parameter, one number a trial.
    score : ndarray of float
        The scores; greater is better.

    Returns
    -------
    Bound or None
        The side with the most trials; None if there is none such.
    """
    known = np.isfinite(x) & np.isfinite(score)
    x, score = x[known], score[known]
    if len(x) < 2 * FEWEST or np.ptp(x) == 0:
        return None
    behind = score.max() - BEHIND * (score.max() - np.median(score))
    if behind == score.max():
        return None
    good = x[score > behind]
    low, high = good.min(), good.max()
    sides = []
    for side, at, mask in (("below", low, x < low), ("above", high, x > high)):
        if mask.sum() >= FEWEST:
            sides.append((mask.sum(), Bound(side, float(at), float(score[mask].max()))))
    return max(sides)[1] if sides else None


def worse_values(trials: Trials, axis: Axis) -> tuple[list[str], float] | None:
    """Find the values of a categorical parameter which nothing good had.

    Parameters
    ----------
    trials : Trials
        An algorithm's trials.
    axis : Axis
        The parameter.

    Returns
    -------
    tuple of list of str and float, or None
        The values, and the best score with any of them; None if there is none such.
    """
    scored = trials.scored
    score = scored.score
    if len(scored) < 2 * FEWEST or score.max() == np.median(score):
        return None
    behind = score.max() - BEHIND * (score.max() - np.median(score))
    settings = np.array([str(s) for s in scored.settings(axis.name)])
    worse = [
        value
        for value in axis.values
        if (settings == value).sum() >= FEWEST
        and score[settings == value].max() <= behind
    ]
    if not worse:
        return None
    return worse, float(score[np.isin(settings, worse)].max())


def bound_clause(trials: Trials, axis: Axis) -> str:
    """Say where along a parameter nothing good was found.

    Parameters
    ----------
    trials : Trials
        An algorithm's trials.
    axis : Axis
        The parameter.

    Returns
    -------
    str
        For example "below 0.02 nothing was better than 0.871"; empty if there is
        nothing to say.
    """
    if axis.is_category:
        worse = worse_values(trials, axis)
        if worse is None:
            return ""
        values, best = worse
        return (
            f"with {axis.name} = {listed(values)} nothing was better than "
            f"{number(trials.sign * best)}"
        )
    found = bound(trials.numeric(axis.name), trials.score)
    if found is None:
        return ""
    return (
        f"{found.side} {found.at:.3g} nothing was better than "
        f"{number(trials.sign * found.best)}"
    )
