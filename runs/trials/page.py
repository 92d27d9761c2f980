"""What the page of one trial shows, prepared."""

import json
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet

from runs.charts.history import history_data, history_figure
from runs.enums import BASELINE, BESIDES, ENSEMBLE, TrialState
from runs.models import Run, RunEvent, Trial
from runs.queries import history, leaderboard, members, metric_rows
from runs.search.estimator_defaults import defaults_of
from runs.search.metrics import METRICS
from runs.search.parameters import PARAMETERS
from runs.search.problem import TaskType
from runs.templatetags.display import figures, parameter_text
from runs.trials.comparison import scores_of
from runs.trials.json_sql import JsonListHas

NEIGHBOURS = 3
LOG_ROWS = 100
UNKNOWN = "as the data ask"


class ParameterRow(NamedTuple):
    """A parameter with what the estimator does without it."""

    name: str
    text: str
    default: str
    differs: bool
    is_found: bool
    help: str


class FoldRow(NamedTuple):
    """A fold: a pair of scores a metric, on the part scored and the part fitted."""

    number: int
    scores: list[tuple[str, str]]
    fit_seconds: float | None
    score_seconds: float | None


class Neighbour(NamedTuple):
    rank: int
    trial: Trial
    is_this: bool


def parameter_rows(trial: Trial) -> list[ParameterRow]:
    """Return the parameters asked for and found, then those left at their defaults."""
    if trial.algorithm in BESIDES:
        return []
    defaults = defaults_of(trial.algorithm, TaskType(trial.run.task))
    helps = {p.name: p.help for p in PARAMETERS.get(trial.algorithm, ())}
    rows = []
    for name, value in trial.full_params.items():
        known = name in defaults
        rows.append(
            ParameterRow(
                name,
                parameter_text(value),
                parameter_text(defaults[name]) if known else UNKNOWN,
                known and not same(value, defaults[name]),
                name in trial.found,
                helps.get(name, ""),
            )
        )
    return rows


def same(value: object, default: object) -> bool:
    if isinstance(value, bool) or isinstance(default, bool):
        return value is default
    return value == default


def untouched_parameters(trial: Trial) -> list[tuple[str, str]]:
    """Return the defaults of the parameters that the trial says nothing of."""
    if trial.algorithm in BESIDES:
        return []
    defaults = defaults_of(trial.algorithm, TaskType(trial.run.task))
    return [
        (name, parameter_text(value))
        for name, value in defaults.items()
        if name not in trial.full_params
    ]


def fold_metrics(trial: Trial) -> list[str]:
    run = trial.run
    return [
        name
        for name in run.all_metrics
        if name in METRICS and scores_of(run, trial, name)
    ]


def fold_rows(trial: Trial) -> list[FoldRow]:
    names = fold_metrics(trial)
    scored = {name: scores_of(trial.run, trial, name) for name in names}
    n_folds = max(
        [len(trial.fit_seconds), *(len(scores) for scores in scored.values())],
        default=0,
    )
    return [
        FoldRow(
            fold + 1,
            [
                (
                    score_at(scored[name], fold, name),
                    score_at(trial.train_metrics.get(name) or [], fold, name),
                )
                for name in names
            ],
            at(trial.fit_seconds, fold),
            at(trial.score_seconds, fold),
        )
        for fold in range(n_folds)
    ]


def at(values: list[float], index: int) -> float | None:
    return values[index] if index < len(values) else None


def score_at(scores: list[float], fold: int, metric: str) -> str:
    value = at(scores, fold)
    return figures(None if value is None else METRICS[metric].display(value))


def log_lines(trial: Trial) -> QuerySet[RunEvent]:
    """Return the events that name the trial, the latest first."""
    return (
        trial.run.events.alias(
            names=JsonListHas("data", "trials", trial.number),
        )
        .filter(Q(names=True) | Q(data__trial=trial.number))
        .select_related("actor")
        .order_by("-pk")[:LOG_ROWS]
    )


def ranking(trial: Trial) -> tuple[int | None, list[Neighbour]]:
    """Return the trial's rank and those around it; without a value neither."""
    if (
        trial.value is None
        or trial.state != TrialState.COMPLETE
        or trial.algorithm == BASELINE
    ):
        return None, []
    better = leaderboard(trial.run).filter(
        Q(value__gt=trial.value) | Q(value=trial.value, number__lt=trial.number)
    )
    rank = better.count() + 1
    start = max(0, rank - 1 - NEIGHBOURS)
    around = leaderboard(trial.run).only(
        "run_id", "number", "algorithm", "params", "found", "value", "fit_seconds"
    )[start : rank + NEIGHBOURS]
    return rank, [
        Neighbour(start + i, other, other.pk == trial.pk)
        for i, other in enumerate(around, 1)
    ]


def chart(run: Run, number: int) -> dict[str, Any]:
    """Return the chart of all trials with this one marked."""
    past = history(run)
    data = history_data(
        past["points"],
        metric=past["metric"],
        greater_is_better=past["greater_is_better"],
        titles=past["algorithms"],
    )
    found: dict[str, Any] = json.loads(history_figure(data, highlight=number).to_json())
    return found


def context(trial: Trial) -> dict[str, Any]:
    rank, neighbours = ranking(trial)
    return {
        "run": trial.run,
        "trial": trial,
        "params": parameter_rows(trial),
        "untouched": untouched_parameters(trial),
        "metrics": metric_rows(trial),
        "fold_metrics": fold_metrics(trial),
        "folds": fold_rows(trial),
        "has_train_scores": any(trial.train_metrics.values()),
        "members": members(trial),
        "is_ensemble": trial.algorithm == ENSEMBLE,
        "log": list(log_lines(trial)),
        "rank": rank,
        "neighbours": neighbours,
        "figure": chart(trial.run, trial.number),
    }
