"""Score against time, and the trials that no other beats in both."""

import numpy as np

from runs.charts.trials import Floats, Sheet, Trials, View
from runs.charts.wording import count, number, span

# A trial is nearly as good as the best within this share of the scores' range.
NEARLY = 0.05


def front(cost: Floats, score: Floats) -> list[int]:
    """Find the points that no other beats: none is cheaper and as good, or better.

    Parameters
    ----------
    cost : ndarray of float
        Smaller is better.
    score : ndarray of float
        Greater is better.

    Returns
    -------
    list of int
        Their positions, from the cheapest to the best; of equal points all.
    """
    # By cost, the best first among equals: then only the best so far can be on it.
    order = np.lexsort((-score, cost))
    found: list[int] = []
    for i in order.tolist():
        if (
            not found
            or score[i] > score[found[-1]]
            or (score[i] == score[found[-1]] and cost[i] == cost[found[-1]])
        ):
            found.append(i)
    return found


def sheet(trials: Trials, view: View) -> Sheet:
    """Return scores and times.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at.

    Returns
    -------
    Sheet
        One row for each trial with both; the last column says who is on the front.
    """
    known = _known(trials)
    on_front = set(front(known.seconds, known.score))
    rows = [
        [row.number, view.title(row.algorithm), row.seconds, row.value, i in on_front]
        for i, row in enumerate(known.rows)
    ]
    return Sheet(["trial", "algorithm", "seconds", view.metric, "on the front"], rows)


def reading(trials: Trials, view: View) -> str:
    """Say what a little less than the best costs.

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
    known = _known(trials)
    if not len(known):
        return "No trial has a score and a time yet."
    places = front(known.seconds, known.score)
    best = known.rows[places[-1]]
    assert best.value is not None
    text = (
        f"{count(len(places), 'trial')} of {len(known):,} "
        f"{'is' if len(places) == 1 else 'are'} on the front"
    )
    near = known.score.max() - NEARLY * np.ptp(known.score)
    cheap = next(known.rows[i] for i in places if known.score[i] >= near)
    if cheap.number == best.number or cheap.seconds > best.seconds / 2:
        return f"{text}; the best, trial {best.number}, took {span(best.seconds)}."
    assert cheap.value is not None
    return (
        f"{text}; trial {cheap.number} has {number(cheap.value)} in "
        f"{span(cheap.seconds)}, the best {number(best.value)} in {span(best.seconds)}."
    )


def _known(trials: Trials) -> Trials:
    scored = trials.scored
    return scored.take(np.isfinite(scored.seconds))
