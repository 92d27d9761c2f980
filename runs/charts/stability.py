"""Fold stability: how far a trial's score depends on the fold."""

import numpy as np

from runs.charts.trials import Sheet, Trials, View
from runs.charts.wording import number


def sheet(trials: Trials, view: View) -> Sheet:
    """Return the scores with their folds.

    Parameters
    ----------
    trials : Trials
        The trials.
    view : View
        What the page looks at.

    Returns
    -------
    Sheet
        One row for each trial with a value, one column for each fold.
    """
    scored = trials.scored
    width = max((len(row.folds) for row in scored.rows), default=0)
    rows = [
        [
            *(row.number, view.title(row.algorithm), row.value, spread),
            *row.folds,
            *[None] * (width - len(row.folds)),
        ]
        for row, spread in zip(scored.rows, scored.spread.tolist(), strict=True)
    ]
    folds = [f"fold {i}" for i in range(1, width + 1)]
    return Sheet(["trial", "algorithm", view.metric, "spread", *folds], rows)


def reading(trials: Trials, view: View) -> str:
    """Say whether the lead of the best trial is more than the spread over the folds.

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
    known = np.isfinite(scored.spread)
    if not known.any():
        return "A spread needs a trial with two folds."
    typical = float(np.median(scored.spread[known]))
    text = f"A trial's score typically varies by ±{number(typical)} over the folds"
    order = np.argsort(-scored.score, kind="stable")
    if len(order) < 2:
        return f"{text}."
    best, second = scored.rows[order[0]], scored.rows[order[1]]
    lead = float(scored.score[order[0]] - scored.score[order[1]])
    within = int((scored.score >= scored.score.max() - typical).sum())
    if lead < typical:
        return (
            f"{text}; trial {best.number} leads trial {second.number} by "
            f"{number(lead)}, and {within:,} trials are within one such spread of it."
        )
    return f"{text}; trial {best.number} leads by {number(lead)}, more than that."
