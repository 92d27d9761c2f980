"""Optimization history: when the best value was found, and what came after."""

from runs.charts.trials import Sheet, Trials, View
from runs.charts.wording import count, number


def sheet(trials: Trials, view: View) -> Sheet:
    """Return the trials with the best value so far.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at.

    Returns
    -------
    Sheet
        One row for each trial with a value.
    """
    best, rows = None, []
    for row in trials.scored.rows:
        assert row.value is not None
        if best is None or view.sign * row.value > view.sign * best:
            best = row.value
        rows.append([row.number, view.title(row.algorithm), row.value, best])
    return Sheet(["trial", "algorithm", view.metric, "best so far"], rows)


def reading(trials: Trials, view: View) -> str:
    """Say when the best value was found, and by how much it was raised last.

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
    rows = sheet(trials, view).rows
    if not rows:
        return "No trial has a score yet."
    improved = [
        i
        for i, (_, _, value, best) in enumerate(rows)
        if value == best and (i == 0 or best != rows[i - 1][3])
    ]
    last = improved[-1]
    trial, algorithm, value, _ = rows[last]
    text = f"The best {view.metric}, {number(value)}, is trial {trial} ({algorithm})"
    if view.baseline is not None and len(improved) == 1:
        text += f"; guessing scores {number(view.baseline)}"
    if len(improved) > 1:
        before = rows[improved[-2]][3]
        text += f", which gained {number(abs(value - before))} on the best before it"
    after = len(rows) - 1 - last
    if after:
        text += f"; the {count(after, 'trial')} since then brought nothing better"
    return f"{text}."
