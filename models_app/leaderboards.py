"""All models of a project, ranked target by target."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from models_app.enums import ArtifactKind, ModelState, Stage
from models_app.models import Artifact, ModelMeta
from runs.models import Project, Trial
from runs.queries import algorithm_title
from runs.search.metrics import METRICS, Metric

ROWS_A_PAGE = 100
ALL = "all"
STAGE_ORDER = (Stage.CHAMPION, Stage.CANDIDATE, Stage.ARCHIVED)
READ = (
    *("algorithm", "value", "state", "metrics", "rows", "n_rows_evaluated", "stage"),
    *("fit_seconds", "predict_seconds", "size_bytes", "created_at", "run", "trial"),
    *("run__name", "run__target", "run__task", "run__scoring", "run__dataset"),
    *("run__project", "run__dataset__name", "run__dataset__version"),
    "trial__number",
)


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


class Choice(NamedTuple):
    value: str
    label: str

    def option(self, chosen: str) -> SafeString:
        mark = " selected" if self.value == chosen else ""
        return format_html(
            '<option value="{}"{}>{}</option>', self.value, mark, self.label
        )


@dataclass(frozen=True)
class Filter:
    """One field of the filters, and what it can be."""

    name: str
    label: str
    value: str
    choices: list[Choice]

    @property
    def options(self) -> SafeString:
        """The choices as a list has them; there may be thousands of runs."""
        return mark_safe("".join(c.option(self.value) for c in self.choices))  # noqa: S308 - each is made safe


@dataclass(frozen=True)
class Board:
    """A page of the leaderboard."""

    groups: list[Group]
    page: Page  # type: ignore[type-arg]
    filters: list[Filter]
    sort: str
    n_models: int  # of the project, whatever the filters say
    fields: list[tuple[str, str]] = field(default_factory=list)  # that sort

    @property
    def is_filtered(self) -> bool:
        return any(f.value for f in self.filters)


# --- Sorting ----------------------------------------------------------------------------


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


# --- What is asked for ------------------------------------------------------------------


def ready_models(project: Project) -> QuerySet[ModelMeta]:
    return ModelMeta.objects.filter(run__project=project, state=ModelState.READY)


def filters_of(project: Project, query: QueryDict) -> list[Filter]:
    found = (
        ready_models(project)
        .order_by()
        .values_list(
            *("run__target", "run__dataset_id", "run__dataset__name"),
            *("run__dataset__version", "run_id", "run__name", "algorithm"),
        )
    )
    targets, datasets, runs, algorithms = set(), {}, {}, set()
    for target, data_id, data, version, run_id, run, algorithm in found.distinct():
        targets.add(target)
        datasets[data_id] = data if version == 1 else f"{data} v{version}"
        runs[run_id] = run
        algorithms.add(algorithm)
    return [
        chooser(query, "target", "Target", [(t, t) for t in targets]),
        chooser(query, "dataset", "Dataset", datasets.items()),
        chooser(query, "run", "Run", runs.items()),
        chooser(
            query,
            "algorithm",
            "Algorithm",
            [(a, algorithm_title(a)) for a in algorithms],
        ),
        chooser(
            query,
            "stage",
            "Stage",
            [*Stage.choices, (ALL, "All, archived too")],
            in_order=True,
        ),
    ]


def chooser(
    query: QueryDict,
    name: str,
    label: str,
    choices: Iterable[tuple[Any, str]],
    *,
    in_order: bool = False,
) -> Filter:
    known = [Choice(str(value), text) for value, text in choices]
    if not in_order:
        known.sort(key=lambda choice: choice.label.lower())
    asked = query.get(name, "")
    value = asked if any(asked == choice.value for choice in known) else ""
    return Filter(name, label, value, known)


def matching(
    models: QuerySet[ModelMeta], filters: Sequence[Filter]
) -> QuerySet[ModelMeta]:
    paths = {
        "target": "run__target",
        "dataset": "run__dataset",
        "run": "run",
        "algorithm": "algorithm",
    }
    for chosen in filters:
        if chosen.name == "stage":
            if not chosen.value:
                models = models.exclude(stage=Stage.ARCHIVED)
            elif chosen.value != ALL:
                models = models.filter(stage=chosen.value)
        elif chosen.value:
            models = models.filter(**{paths[chosen.name]: chosen.value})
    return models


# --- The page ---------------------------------------------------------------------------


def board(project: Project, query: QueryDict) -> Board:
    """Return the models that pass an address's filters, in its order.

    A number of queries that does not depend on how many there are.
    """
    filters = filters_of(project, query)
    sort = query.get("sort", "")
    if sort.removeprefix("-") not in SORTS:
        sort = "score"
    everything = ranked(project, filters, sort)
    page = Paginator(everything, ROWS_A_PAGE).get_page(query.get("page"))
    start = page.start_index() - 1
    before = everything[start - 1][0] if start > 0 else None
    return Board(
        groups=paged(list(page), before),
        page=page,
        filters=filters,
        sort=sort,
        n_models=ready_models(project).count(),
        fields=[(name, title) for name, (title, _) in SORTS.items()],
    )


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


def paged(shown: Sequence[tuple[Group, Row]], before: Group | None) -> list[Group]:
    """Return the groups of a page with the models that it shows, and their intervals."""
    wanted = [row.model.pk for _, row in shown]
    found = ModelMeta.objects.select_related("run__dataset", "trial").only(*READ)
    models = found.in_bulk(wanted)
    stored = Artifact.objects.filter(kind=ArtifactKind.INTERVALS, model__in=wanted)
    intervals = {a.model_id: a.data for a in stored.only("model", "data")}
    parts: dict[int, Group] = {}
    for group, row in shown:
        if row.model.pk not in models:  # deleted since
            continue
        part = parts.setdefault(
            id(group),
            Group(
                group.target,
                group.task,
                group.metric,
                [],
                goes_on=group is before,
            ),
        )
        interval = interval_of(intervals.get(row.model.pk, {}), group.metric.name)
        model = models[row.model.pk]
        part.rows.append(row._replace(model=model, interval=interval))
    return list(parts.values())


def interval_of(stored: dict[str, Any], metric: str) -> tuple[float, float] | None:
    """Return a metric's interval, as the evaluation has stored it."""
    found = stored.get("metrics", stored).get(metric)
    if not isinstance(found, dict) or found.get("low") is None:
        return None
    return float(found["low"]), float(found["high"])
