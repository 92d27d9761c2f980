"""Train-test gap: how much better a trial is on the rows it was fitted on."""

import numpy as np

from runs.charts.rank import CLEAR, spearman
from runs.charts.trials import Sheet, Trials, View
from runs.charts.wording import number


def sheet(trials: Trials, view: View) -> Sheet:
    """Return the chosen parameter with the scores on both sides.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at; `x` is the parameter.

    Returns
    -------
    Sheet
        One row for each of the algorithm's trials with scores on the rows fitted.
    """
    found = trials.of(view.algorithm)
    rows = [
        [
            *(row.number, row.params.get(view.x), row.value),
            *(sum(row.train) / len(row.train), gap),
        ]
        for row, gap in zip(found.rows, found.gap.tolist(), strict=True)
        if np.isfinite(gap)
    ]
    header = ["trial", view.x, view.metric, f"{view.metric} on the rows fitted", "gap"]
    return Sheet(header, rows)


def reading(trials: Trials, view: View) -> str:
    """Say how large the gap is, and which parameter opens it.

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
    found = trials.of(view.algorithm)
    found = found.take(np.isfinite(found.gap))
    if not len(found):
        return "No trial has scores on the rows fitted; a run keeps them if asked to."
    text = (
        f"{view.title(view.algorithm)} scores {number(float(np.median(found.gap)))} "
        "better on the rows it was fitted on, in the middle of its trials"
    )
    axes = view.axes.get(view.algorithm, {}).values()
    strengths = [
        (abs(rho), rho, axis.name)
        for axis in axes
        if not axis.is_category
        and (rho := spearman(found.numeric(axis.name), found.gap)) is not None
    ]
    if not strengths or max(strengths)[0] < CLEAR:
        return f"{text}."
    _, rho, name = max(strengths)
    way = "grows" if rho > 0 else "shrinks"
    return f"{text}; the gap {way} with {name} (Spearman {rho:.2f})."
