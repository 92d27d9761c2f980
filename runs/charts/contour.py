"""Contour: two parameters, and the score between the trials."""

import numpy as np

from runs.charts.slices import best_share
from runs.charts.trials import Sheet, Trials, View
from runs.charts.wording import count, number, setting


def sheet(trials: Trials, view: View) -> Sheet:
    """Return the two chosen parameters with the scores.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at; `x` and `y` are the parameters.

    Returns
    -------
    Sheet
        One row for each trial that has both and a value.
    """
    rows = [
        [row.number, row.params[view.x], row.params[view.y], row.value]
        for row in trials.of(view.algorithm).scored.rows
        if view.x in row.params and view.y in row.params
    ]
    return Sheet(["trial", view.x, view.y, view.metric], rows)


def reading(trials: Trials, view: View) -> str:
    """Say where in the plane of two parameters the best value is.

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
    if not view.x or not view.y or view.x == view.y:
        return "A contour needs two different parameters."
    found = trials.of(view.algorithm).scored
    pairs = zip(found.settings(view.x), found.settings(view.y), strict=True)
    scored = found.take(np.array([None not in pair for pair in pairs], dtype=bool))
    if not len(scored):
        return "No trial with a score has both parameters yet."
    best = best_share(scored, 0.0).rows[0]
    text = (
        f"The best, {number(best.value or 0.0)}, is at {view.x} = "
        f"{setting(best.params[view.x])} and {view.y} = {setting(best.params[view.y])}"
    )
    texts = zip(scored.settings(view.x), scored.settings(view.y), strict=True)
    cells = len(set(texts))
    if len(scored) > 1:
        text += f", of {count(cells, 'place')} tried"
    return f"{text}."
