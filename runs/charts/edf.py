"""Empirical distribution: which share of an algorithm's trials is how good."""

import numpy as np

from runs.charts.trials import Floats, Sheet, Trials, View
from runs.charts.wording import number


def shares(values: Floats) -> tuple[Floats, Floats]:
    """Return the empirical distribution function at every value.

    Parameters
    ----------
    values : ndarray of float
        The values.

    Returns
    -------
    tuple of ndarray of float
        Distinct values in ascending order, and the share of values up to each.
    """
    found, counts = np.unique(values, return_counts=True)
    return found, np.cumsum(counts) / max(1, len(values))


def sheet(trials: Trials, view: View) -> Sheet:
    """Return the distribution function of each algorithm.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at.

    Returns
    -------
    Sheet
        One row for each algorithm and distinct value.
    """
    scored = trials.scored
    rows = []
    for algorithm in dict.fromkeys(row.algorithm for row in scored.rows):
        found, up_to = shares(scored.of(algorithm).value)
        rows += [
            [view.title(algorithm), value, share]
            for value, share in zip(found.tolist(), up_to.tolist(), strict=True)
        ]
    return Sheet(["algorithm", view.metric, "share of trials up to it"], rows)


def reading(trials: Trials, view: View) -> str:
    """Say which algorithm is good with most of its combinations.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at.

    Returns
    -------
    str
        A sentence.
    """
    scored = trials.scored
    if not len(scored):
        return "No trial has a score yet."
    medians = {
        algorithm: float(np.median(scored.of(algorithm).value))
        for algorithm in dict.fromkeys(row.algorithm for row in scored.rows)
        if len(scored.of(algorithm)) > 1
    }
    if not medians:
        return "One trial an algorithm: there is no distribution yet."
    word = "reach" if view.greater_is_better else "stay below"
    ordered = sorted(medians, key=lambda name: -view.sign * medians[name])
    first = ordered[0]
    text = f"Half of the trials of {view.title(first)} {word} {number(medians[first])}"
    if len(ordered) == 1:
        best = view.sign * float(scored.score.max())
        return f"{text}; the best has {number(best)}."
    second = ordered[1]
    return (
        f"{text}, of {view.title(second)} {number(medians[second])}: "
        f"{view.title(first)} is good with more of its combinations."
    )
