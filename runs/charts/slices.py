"""Slice: a parameter against the score, with the spread over the folds."""

import numpy as np

from runs.charts.bounds import bound_clause
from runs.charts.trials import Sheet, Trials, View
from runs.charts.wording import listed, number

# Of the trials, the best share that says where good values lie.
TOP = 0.1


def sheet(trials: Trials, view: View) -> Sheet:
    """Return the chosen parameter with scores and their spread.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at; `x` is the parameter.

    Returns
    -------
    Sheet
        One row for each of the algorithm's trials with a value.
    """
    scored = trials.of(view.algorithm).scored
    rows = [
        [row.number, row.params.get(view.x), row.value, spread]
        for row, spread in zip(scored.rows, scored.spread.tolist(), strict=True)
        if view.x in row.params
    ]
    return Sheet(["trial", view.x, view.metric, "spread over folds"], rows)


def reading(trials: Trials, view: View) -> str:
    """Say where along the parameter the best trials lie.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at; `x` is the parameter.

    Returns
    -------
    str
        A sentence.
    """
    scored = trials.of(view.algorithm).scored
    scored = scored.take(
        np.array([s is not None for s in scored.settings(view.x)], dtype=bool)
    )
    if not view.x or not len(scored):
        return "No trial with a score has this parameter yet."
    top = best_share(scored)
    axis = view.axis(view.x)
    if axis.is_category:
        found = [s or "" for s in top.settings(view.x)]
        usual = [v for v in axis.values if v in found]
        where = f"have {view.x} = {listed(usual)}"
    else:
        x = top.numeric(view.x)
        low, high = np.nanmin(x), np.nanmax(x)
        where = f"have {view.x} between {low:.3g} and {high:.3g}"
        if low == high:
            where = f"have {view.x} = {low:.3g}"
    if len(top) == 1:
        best = top.rows[0]
        text = f"The best trial, {number(best.value or 0.0)}, {where.replace('have', 'has', 1)}"
        text = text.replace(" between ", " = ")
    else:
        text = f"The best {len(top)} of {len(scored):,} trials {where}"
    clause = bound_clause(scored, axis)
    return f"{text}; {clause}." if clause else f"{text}."


def best_share(trials: Trials, share: float = TOP) -> Trials:
    """Return the best of the trials.

    Parameters
    ----------
    trials : Trials
        Trials that all have a value.
    share : float, default=0.1
        How many of them; at least one.

    Returns
    -------
    Trials
        The best, in the order of their numbers.
    """
    n = max(1, round(share * len(trials)))
    order = np.argsort(-trials.score, kind="stable")[:n]
    mask = np.zeros(len(trials), dtype=bool)
    mask[order] = True
    return trials.take(mask)
