"""What each busy worker of a run is on."""

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from runs.enums import TrialState
from runs.models import Run
from runs.queries import algorithm_title
from runs.search.metrics import METRICS

# A page of more would show nothing; the workers page has them all.
SHOWN = 32


class WorkerCard(NamedTuple):
    """A worker's unit, by the trial of it that has come furthest."""

    name: str
    algorithm_title: str
    params: dict[str, Any]
    n_trials: int
    fold: int
    n_splits: int
    fold_scores: list[float]
    started_at: datetime | None
    number: int = 0

    @property
    def host(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def pid(self) -> str:
        return self.name.rpartition("/")[2]


def worker_cards(run: Run) -> list[WorkerCard]:
    """Return a card a worker, however many trials its unit has."""
    metric = METRICS[run.scoring]
    mine = [F("worker")]
    rows = (
        run.trials.filter(state=TrialState.RUNNING)
        .annotate(
            place=Window(RowNumber(), partition_by=mine, order_by=["-fold", "number"]),
            n_trials=Window(Count("pk"), partition_by=mine),
        )
        .filter(place=1)
        .order_by("worker")
        .values(
            *("worker", "algorithm", "params", "number", "fold", "fold_scores"),
            *("started_at", "n_trials"),
        )[:SHOWN]
    )
    return [
        WorkerCard(
            name=row["worker"],
            algorithm_title=algorithm_title(row["algorithm"]),
            params=row["params"],
            n_trials=row["n_trials"],
            fold=min(row["fold"] + 1, run.n_folds),
            n_splits=run.n_folds,
            fold_scores=[metric.display(score) for score in row["fold_scores"]],
            started_at=row["started_at"],
            number=row["number"],
        )
        for row in rows
    ]
