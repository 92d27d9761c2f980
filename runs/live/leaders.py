"""The best trials of a run, with what every metric says of them."""

from statistics import stdev
from typing import Any, NamedTuple

from runs.enums import BASELINE
from runs.models import Run, Trial
from runs.queries import algorithm_title, leaderboard, shown_params
from runs.search.metrics import METRICS

ROWS = 10
# Long texts and lists that a row does not show.
UNREAD = ("train_metrics", "warnings", "error", "rungs", "score_seconds", "params_key")


class Cell(NamedTuple):
    """A metric of a trial; `key` sorts, greater being better."""

    name: str
    value: float | None
    key: float | None


class LeaderRow(NamedTuple):
    rank: int
    trial: Trial
    algorithm_title: str
    score: float
    spread: float | None
    others: list[Cell]
    params: dict[str, Any]
    fit_seconds: float
    model_id: int | None


def leader_rows(run: Run, limit: int = ROWS) -> list[LeaderRow]:
    metric = METRICS[run.scoring]
    trials = leaderboard(run).select_related("model").defer(*UNREAD)[:limit]
    return [
        LeaderRow(
            rank=rank,
            trial=trial,
            algorithm_title=algorithm_title(trial.algorithm),
            score=metric.display(trial.value or 0.0),
            spread=stdev(trial.fold_scores) if len(trial.fold_scores) > 1 else None,
            others=[cell(trial, name) for name in other_metrics(run)],
            params=shown_params(trial),
            fit_seconds=sum(trial.fit_seconds),
            model_id=trial.model.pk if hasattr(trial, "model") else None,
        )
        for rank, trial in enumerate(trials, 1)
    ]


class Baseline(NamedTuple):
    """The line to beat, below the leaders."""

    number: int
    score: float
    others: list[Cell]


def baseline_row(run: Run) -> Baseline | None:
    if run.baseline_value is None:
        return None
    # Without an order: it would be looked for among all trials, by their numbers.
    found = run.trials.filter(algorithm=BASELINE).order_by().defer(*UNREAD)
    trial = next(iter(found[:1]), None)
    if trial is None:
        return None
    score = METRICS[run.scoring].display(run.baseline_value)
    others = [cell(trial, name) for name in other_metrics(run)]
    return Baseline(trial.number, score, others)


def other_metrics(run: Run) -> list[str]:
    return [name for name in run.all_metrics[1:] if name in METRICS]


def cell(trial: Trial, name: str) -> Cell:
    scores = trial.metrics.get(name) or []
    if not scores:
        return Cell(name, None, None)
    mean = sum(scores) / len(scores)
    return Cell(name, METRICS[name].display(mean), mean)
