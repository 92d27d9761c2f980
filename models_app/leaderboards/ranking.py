"""The order of a project's models: target by target, by what is asked for."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet

from models_app.enums import Stage
from models_app.leaderboards.filters import Filter, matching, ready_models
from models_app.models import ModelMeta
from runs.models import Project, Trial
from runs.queries import algorithm_title
from runs.search.metrics import METRICS, Metric

STAGE_ORDER = (Stage.CHAMPION, Stage.CANDIDATE, Stage.ARCHIVED)


class ListedDataset(NamedTuple):
    name: str


class ListedRun(NamedTuple):
    pk: int
    name: str
    target: str
    task: str
    scoring: str
    dataset: ListedDataset


class Listed(NamedTuple):
    """What ranks a model: all of a project's are read, and only a page's as a whole."""

    pk: int
    algorithm: str
    value: float | None
    metrics: dict[str, float]
    stage: str
    fit_seconds: float | None
    size_bytes: int | None
    created_at: datetime
    trial_id: int
    run: ListedRun


class Row(NamedTuple):
    """A model with the numbers of its group's metric, as people read them.

    Of a page that is shown it is the model itself.
    """

    model: Any
    fold_score: float | None
    measured: float | None  # on the holdout, or out-of-fold
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Group:
    """The models of one target."""

    target: str
    task: str
    metric: Metric
    rows: list[Row]
    goes_on: bool = False  # from the page before


def greater_first(value: float | None, *, greater: bool) -> float | None:
    return None if value is None else -value if greater else value


# Key -> what sorts a row; the smallest is first, and what is not known always last.
SORTS: dict[str, tuple[str, Callable[[Row, Metric], Any]]] = {
    "score": (
        "Fold score",
        lambda row, m: greater_first(row.fold_score, greater=m.greater_is_better),
    ),
    "metric": (
        "Measured",
        lambda row, m: greater_first(row.measured, greater=m.greater_is_better),
    ),
    "algorithm": ("Model", lambda row, _: algorithm_title(row.model.algorithm).lower()),
    "run": ("Run", lambda row, _: row.model.run.name.lower()),
    "dataset": ("Dataset", lambda row, _: row.model.run.dataset.name.lower()),
    "fit": ("Fit", lambda row, _: row.model.fit_seconds),
    "size": ("Size", lambda row, _: row.model.size_bytes),
    "stage": ("Stage", lambda row, _: STAGE_ORDER.index(row.model.stage)),
    "created": ("Made", lambda row, _: -row.model.created_at.timestamp()),
}


def sorted_rows(rows: Iterable[Row], metric: Metric, sort: str) -> list[Row]:
    key = SORTS[sort.removeprefix("-")][1]
    pairs = [(key(row, metric), row) for row in rows]
    known = [(k, row) for k, row in pairs if k is not None]
    # The order that equals keep: the best fold score, then the older model.
    by_score = SORTS["score"][1]
    known.sort(key=lambda p: (by_score(p[1], metric) or 0.0, p[1].model.pk))
    known.sort(key=lambda p: p[0], reverse=sort.startswith("-"))
    return [row for _, row in known] + [row for k, row in pairs if k is None]


def ranked(
    project: Project, filters: Sequence[Filter], sort: str
) -> list[tuple[Group, Row]]:
    """Return all models that pass the filters, target by target, in their order."""
    models = listed(matching(ready_models(project), filters))
    return [
        (group, row)
        for group in grouped(models)
        for row in sorted_rows(group.rows, group.metric, sort)
    ]


def listed(models: QuerySet[ModelMeta]) -> list[Listed]:
    rows = models.order_by("pk").values_list(
        *("pk", "algorithm", "value", "metrics", "stage", "fit_seconds", "size_bytes"),
        *("created_at", "trial_id", "run_id", "run__name", "run__target"),
        *("run__task", "run__scoring", "run__dataset__name"),
    )
    return [
        Listed._make([*row[:9], ListedRun._make([*row[9:14], ListedDataset(row[14])])])
        for row in rows
    ]


def grouped(models: Iterable[Listed]) -> list[Group]:
    """Return the models by target, each with the metric most of its runs rank by."""
    by_target: dict[tuple[str, str], list[Listed]] = {}
    for model in models:
        by_target.setdefault((model.run.target, model.run.task), []).append(model)
    metrics = {
        key: METRICS[Counter(m.run.scoring for m in members).most_common(1)[0][0]]
        for key, members in by_target.items()
    }
    others = [
        model.trial_id
        for key, members in by_target.items()
        for model in members
        if model.run.scoring != metrics[key].name
    ]
    scores = fold_scores(others)
    return [
        Group(*key, metrics[key], [row_of(m, metrics[key], scores) for m in members])
        for key, members in sorted(by_target.items())
    ]


def fold_scores(trials: Sequence[int]) -> dict[int, dict[str, list[float]]]:
    """Return the scores of trials in all metrics, of those whose run ranks by another."""
    if not trials:
        return {}
    return dict(Trial.objects.filter(pk__in=trials).values_list("pk", "metrics"))


def row_of(
    model: Listed, metric: Metric, scores: dict[int, dict[str, list[float]]]
) -> Row:
    value = fold_value(model, metric.name, scores)
    score = None if value is None else metric.display(value)
    return Row(model, score, model.metrics.get(metric.name))


def fold_value(
    model: Listed, metric: str, scores: dict[int, dict[str, list[float]]]
) -> float | None:
    """Return the mean over the folds of a metric, greater being better, if it is known."""
    if model.run.scoring == metric:
        return model.value
    found = scores.get(model.trial_id, {}).get(metric) or []
    return sum(found) / len(found) if found else None
