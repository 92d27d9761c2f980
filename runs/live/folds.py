"""The fold scores of the best and of the latest trials, for their chart."""

from collections.abc import Iterable
from typing import Any

from runs.enums import BASELINE, TrialState
from runs.models import Run
from runs.search.metrics import METRICS

RECENT_TRIALS = 20

Row = tuple[int, str, list[float]]


def fold_data(run: Run, leaders: Iterable[Row]) -> dict[str, Any]:
    """Return `[number, algorithm, fold scores]` a trial, the best or the latest first."""
    metric = METRICS[run.scoring]
    latest = (
        run.trials.filter(state=TrialState.COMPLETE)
        .exclude(algorithm=BASELINE)
        .order_by("-finished_at", "-number")
        .values_list("number", "algorithm", "fold_scores")[:RECENT_TRIALS]
    )

    def shown(rows: Iterable[Row]) -> list[list[Any]]:
        return [
            [number, algorithm, [round(metric.display(s), 6) for s in scores]]
            for number, algorithm, scores in rows
        ]

    return {"best": shown(leaders), "recent": shown(latest)}
