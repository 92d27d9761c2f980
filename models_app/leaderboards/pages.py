"""A page of the leaderboard, with all that it shows of its models."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import QueryDict

from models_app.enums import ArtifactKind
from models_app.leaderboards.filters import Filter, filters_of, ready_models
from models_app.leaderboards.ranking import SORTS, Group, Row, ranked
from models_app.models import Artifact, ModelMeta
from runs.models import Project

ROWS_A_PAGE = 100


READ = (
    *("algorithm", "value", "state", "metrics", "rows", "n_rows_evaluated", "stage"),
    *("fit_seconds", "predict_seconds", "size_bytes", "created_at", "run", "trial"),
    *("run__name", "run__target", "run__task", "run__scoring", "run__dataset"),
    *("run__project", "run__dataset__name", "run__dataset__version"),
    "trial__number",
)


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
