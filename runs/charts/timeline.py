"""Timeline: which worker was on which trial, and when."""

from typing import NamedTuple

import numpy as np

from runs.charts.trials import Sheet, Trials, View
from runs.charts.wording import count, span


def sheet(trials: Trials, view: View) -> Sheet:
    """Return when each trial was worked on, and by whom.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at.

    Returns
    -------
    Sheet
        One row for each trial that has begun.
    """
    rows = [
        [
            *(row.worker, row.number, view.title(row.algorithm), row.state),
            *(row.started, row.finished),
        ]
        for row in trials.rows
        if row.started is not None
    ]
    rows.sort(key=lambda row: (row[0], row[4], row[1]))
    header = ["worker", "trial", "algorithm", "state", "start (s)", "end (s)"]
    return Sheet(header, rows)


class Busy(NamedTuple):
    """How much of their time workers spent on trials.

    Attributes
    ----------
    n_workers : int
        Workers that were busy at once, at most: a process that took the place of
        another one is no further worker.
    share : float
        From 0 to 1, of the time between the first start and the last end, of so many.
    """

    n_workers: int
    share: float


def busy(trials: Trials) -> Busy | None:
    """Measure how busy the workers were.

    Parameters
    ----------
    trials : Trials
        The trials.

    Returns
    -------
    Busy or None
        None where nothing has ended.
    """
    spans: dict[str, list[tuple[float, float]]] = {}
    for row in trials.rows:
        if row.started is not None and row.finished is not None:
            spans.setdefault(row.worker, []).append((row.started, row.finished))
    if not spans:
        return None
    seconds, changes = 0.0, []
    for pairs in spans.values():
        until = -np.inf
        # Trials of a unit overlap: the time counts once.
        for start, end in sorted(pairs):
            begin = max(start, until)
            if end > begin:
                seconds += end - begin
                changes += [(begin, 1), (end, -1)]
            until = max(until, end)
    if seconds <= 0:
        return Busy(1, 1.0)
    # Of what happens at one moment the ends come first.
    n_workers = int(np.cumsum([step for _, step in sorted(changes)]).max())
    whole = max(at for at, _ in changes) - min(at for at, _ in changes)
    return Busy(n_workers, seconds / (whole * n_workers))


def reading(trials: Trials, view: View) -> str:
    """Say how busy the workers were, and which trial took longest.

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
    found = busy(trials)
    if found is None:
        return "No trial has ended yet."
    text = (
        f"{count(found.n_workers, 'worker')} spent {100 * found.share:.0f} % of the time "
        "on these trials"
    )
    took = trials.finished - trials.started
    if not np.isfinite(took).any():
        return f"{text}."
    longest = int(np.nanargmax(took))
    row = trials.rows[longest]
    return (
        f"{text}; the longest trial, {row.number} ({view.title(row.algorithm)}), "
        f"took {span(float(took[longest]))}."
    )
