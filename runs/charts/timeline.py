"""Timeline: which worker was on which trial, and when."""

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


def busy_share(trials: Trials) -> float | None:
    """Measure which share of the time the workers were busy.

    Parameters
    ----------
    trials : Trials
        The trials.

    Returns
    -------
    float or None
        From 0 to 1, the mean over the workers between first start and last end;
        None where nothing has ended.
    """
    spans: dict[str, list[tuple[float, float]]] = {}
    for row in trials.rows:
        if row.started is not None and row.finished is not None:
            spans.setdefault(row.worker, []).append((row.started, row.finished))
    if not spans:
        return None
    every = [pair for pairs in spans.values() for pair in pairs]
    whole = max(end for _, end in every) - min(start for start, _ in every)
    if whole <= 0:
        return 1.0
    busy = 0.0
    for pairs in spans.values():
        until = -np.inf
        # Trials of a unit overlap: the time counts once.
        for start, end in sorted(pairs):
            busy += max(0.0, end - max(start, until))
            until = max(until, end)
    return busy / (whole * len(spans))


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
    share = busy_share(trials)
    if share is None:
        return "No trial has ended yet."
    workers = {row.worker for row in trials.rows if row.started is not None}
    text = (
        f"{count(len(workers), 'worker')} spent {100 * share:.0f} % of the time on "
        "these trials"
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
