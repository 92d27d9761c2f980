"""Parallel coordinates: what the best combinations have in common."""

from typing import Any

import numpy as np

from runs.charts.slices import best_share
from runs.charts.trials import Axis, Sheet, Trials, View
from runs.charts.wording import count, listed

# From so many trials on the best of them can have something in common by more than luck.
FEWEST = 8
# What the best share of a parameter's range is called narrow.
NARROW = 0.5


def sheet(trials: Trials, view: View) -> Sheet:
    """Return the algorithm's combinations.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at.

    Returns
    -------
    Sheet
        One row for each trial, one column for each parameter that varies.
    """
    names = list(view.axes.get(view.algorithm, {}))
    rows: list[list[Any]] = [
        [row.number, *(row.params.get(name) for name in names), row.value]
        for row in trials.of(view.algorithm).rows
    ]
    return Sheet(["trial", *names, view.metric], rows)


def reading(trials: Trials, view: View) -> str:
    """Say what the best combinations have in common.

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
    scored = trials.of(view.algorithm).scored
    title = view.title(view.algorithm)
    if not len(scored):
        return f"No trial of {title} has a score yet." if title else "No trial yet."
    if len(scored) < FEWEST:
        return f"{count(len(scored), 'trial')} of {title}: too few for a pattern."
    top = best_share(scored)
    found = [
        shared
        for axis in view.axes.get(view.algorithm, {}).values()
        if (shared := _shared(axis, scored, top)) is not None
    ]
    if not found:
        return (
            f"The best {len(top)} of {len(scored):,} trials are spread over the whole "
            "space: no parameter alone makes them good."
        )
    found.sort(key=lambda pair: pair[0])
    parts = listed([text for _, text in found[:3]])
    if len(top) == 1:
        return f"The best trial has {parts}."
    return f"The best {len(top)} of {len(scored):,} trials share {parts}."


def _shared(axis: Axis, scored: Trials, top: Trials) -> tuple[float, str] | None:
    """Return how narrow the best are along an axis, and their range in words."""
    if axis.is_category:
        values = {s for s in top.settings(axis.name) if s is not None}
        everything = {s for s in scored.settings(axis.name) if s is not None}
        share = len(values) / max(1, len(everything))
        if len(values) != 1 or share > NARROW:
            return None
        return share, f"{axis.name} = {values.pop()}"
    x, all_x = top.numeric(axis.name), scored.numeric(axis.name)
    x, all_x = x[np.isfinite(x)], all_x[np.isfinite(all_x)]
    if not len(x) or np.ptp(all_x) == 0:
        return None
    low, high = x.min(), x.max()
    if axis.log:
        share = float(np.ptp(np.log(x)) / np.ptp(np.log(all_x)))
    else:
        share = float(np.ptp(x) / np.ptp(all_x))
    if share > NARROW:
        return None
    if low == high:
        return share, f"{axis.name} = {low:.3g}"
    return share, f"{axis.name} {low:.3g} to {high:.3g}"
