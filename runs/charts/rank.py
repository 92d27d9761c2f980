"""Rank plot: which places of two parameters come first, whatever the scores' scale."""

import numpy as np

from runs.charts.trials import Axis, Floats, Sheet, Trials, View
from runs.charts.wording import listed

FEWEST = 8
CLEAR = 0.3


def ranks(score: Floats) -> Floats:
    """Rank scores from 1, the best; equal ones share the mean of their ranks.

    Parameters
    ----------
    score : ndarray of float
        Scores, of which greater is better.

    Returns
    -------
    ndarray of float
        Their ranks.
    """
    _, inverse, counts = np.unique(-score, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    means: Floats = (2 * ends - counts + 1) / 2.0
    return means[inverse]


def spearman(x: Floats, score: Floats) -> float | None:
    """Correlate the ranks of a parameter and of the scores.

    Parameters
    ----------
    x : ndarray of float
        The parameter.
    score : ndarray of float
        Scores, of which greater is better.

    Returns
    -------
    float or None
        From -1 to 1; None with too few trials or without variation.
    """
    known = np.isfinite(x) & np.isfinite(score)
    if known.sum() < FEWEST:
        return None
    a, b = ranks(-x[known]), ranks(-score[known])
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])


def sheet(trials: Trials, view: View) -> Sheet:
    """Return the two chosen parameters with the trials' ranks.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at; `x` and `y` are the parameters.

    Returns
    -------
    Sheet
        One row for each of the algorithm's trials with a value, the best first.
    """
    scored = trials.of(view.algorithm).scored
    rows = [
        [rank, row.number, row.params.get(view.x), row.params.get(view.y), row.value]
        for row, rank in zip(scored.rows, ranks(scored.score).tolist(), strict=True)
    ]
    rows.sort(key=lambda row: (row[0], row[1]))
    return Sheet(["rank", "trial", view.x, view.y, view.metric], rows)


def reading(trials: Trials, view: View) -> str:
    """Say whether the ranks follow the two parameters.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at; `x` and `y` are the parameters.

    Returns
    -------
    str
        A sentence.
    """
    scored = trials.of(view.algorithm).scored
    if len(scored) < FEWEST:
        return f"Ranks say something from {FEWEST} trials on; there are {len(scored)}."
    parts = []
    for name in dict.fromkeys(name for name in (view.x, view.y) if name):
        axis = view.axis(name)
        if axis.is_category:
            parts.append(_best_value(scored, axis))
            continue
        found = spearman(scored.numeric(name), scored.score)
        if found is None or abs(found) < CLEAR:
            how = "" if found is None else f" (Spearman {found:.2f})"
            parts.append(f"{name} alone does not order the trials{how}")
        else:
            side = "greater" if found > 0 else "smaller"
            parts.append(f"{side} {name} ranks better (Spearman {found:.2f})")
    text = listed([part for part in parts if part])
    return f"{text[:1].upper()}{text[1:]}." if text else "No parameter varies."


def _best_value(scored: Trials, axis: Axis) -> str:
    """Return the value of a categorical parameter whose trials rank best."""
    settings = np.array([str(s) for s in scored.settings(axis.name)])
    order = ranks(scored.score)
    medians = {
        value: float(np.median(order[settings == value]))
        for value in axis.values
        if (settings == value).any()
    }
    if len(medians) < 2:
        return ""
    best = min(medians, key=lambda value: medians[value])
    return f"{axis.name} = {best} ranks best (median rank {medians[best]:.0f} of {len(scored)})"
