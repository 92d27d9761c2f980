"""The models of a project, ranked target by target."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from ninja import Field, Query, Router, Schema

from models_app.leaderboards.filters import Filter, filters_of
from models_app.leaderboards.pages import paged
from models_app.leaderboards.ranking import SORTS, Group, Row, ranked
from runs.access import project_for
from runs.api.paging import cursor_of, values_of
from runs.api.problems import FieldError, invalid
from runs.api.responses import Paging, answers
from runs.api.security import ApiRequest

router = Router(tags=["Models"])


class BoardQuery(Paging):
    target: str = Field("", description="Only of this target.")
    dataset: str = Field("", description="Only of this table, by its id.")
    run: str = Field("", description="Only of this run, by its id.")
    algorithm: str = Field("", description="Only of this algorithm.")
    stage: str = Field(
        "", description="Only in this stage; `all` shows archived ones, too."
    )
    sort: str = Field(
        "score",
        description=f"One of {', '.join(SORTS)}; `-` turns the order.",
    )


class BoardRowOut(Schema):
    rank: int = Field(description="Among those of its target, as they are sorted.")
    model: int
    url: str
    target: str
    task: str
    metric: str = Field(description="The one that most runs of the target rank by.")
    greater_is_better: bool
    fold_score: float | None
    measured: float | None = Field(description="Of the metric, on `rows`.")
    interval: tuple[float, float] | None
    rows: str = Field(description="holdout or out_of_fold")
    n_rows: int | None
    algorithm: str
    run: int
    run_name: str
    dataset: int
    stage: str
    fit_seconds: float | None
    predict_seconds: float | None
    size_bytes: int | None
    created_at: datetime


class Leaderboard(Schema):
    items: list[BoardRowOut]
    next_cursor: str | None


@router.get(
    "/projects/{int:project_id}/leaderboard", **answers(200, Leaderboard, 404, 422)
)
def get_leaderboard(
    request: ApiRequest, project_id: int, query: Query[BoardQuery]
) -> Leaderboard:
    """Return the models that can predict, target by target, the best first."""
    project = project_for(request.user, project_id)
    asked = QueryDict(request.GET.urlencode())
    filters = filters_of(project, asked)
    refuse_unknown(filters, asked, query.sort)
    everything = ranked(project, filters, query.sort)
    chosen = " ".join(f"{one.name}={one.value}" for one in filters)
    order = f"leaderboard {project.pk} {query.sort} {chosen}"
    start = start_of(everything, query.cursor, order)
    shown = everything[start : start + query.limit]
    stop = start + len(shown)
    more = stop < len(everything)
    ranks = ranks_of(everything)
    return Leaderboard(
        items=[
            row_out(group, row, ranks[row.model.pk])
            for group in paged(shown, None)
            for row in group.rows
        ],
        next_cursor=cursor_of(order, [shown[-1][1].model.pk, stop]) if more else None,
    )


def refuse_unknown(filters: list[Filter], asked: QueryDict, sort: str) -> None:
    """Raise a problem for what the page would leave out without a word."""
    errors = [
        FieldError(
            f"No model has the {one.name} “{asked[one.name][:100]}”.",
            parameter=one.name,
        )
        for one in filters
        if asked.get(one.name) and not one.value
    ]
    if sort.removeprefix("-") not in SORTS:
        detail = f"Sort by one of {', '.join(SORTS)}."
        errors.append(FieldError(detail, parameter="sort"))
    if errors:
        raise invalid(errors)


def start_of(ranked: list[tuple[Group, Row]], cursor: str | None, order: str) -> int:
    """Return where a page begins: after the last model of the one before."""
    if not cursor:
        return 0
    last, count = values_of(cursor, order, 2)
    places = {row.model.pk: at for at, (_, row) in enumerate(ranked, 1)}
    # Deleted meanwhile, its place is what is known.
    found: int = places.get(last, count)
    return found


def ranks_of(ranked: list[tuple[Group, Row]]) -> dict[int, int]:
    ranks: dict[int, int] = {}
    seen: dict[int, int] = {}
    for group, row in ranked:
        seen[id(group)] = seen.get(id(group), 0) + 1
        ranks[row.model.pk] = seen[id(group)]
    return ranks


def row_out(group: Group, row: Row, rank: int) -> BoardRowOut:
    model = row.model
    named: dict[str, Any] = {
        name: getattr(model, name)
        for name in (
            *("rows", "algorithm", "stage", "fit_seconds", "predict_seconds"),
            *("size_bytes", "created_at"),
        )
    }
    return BoardRowOut(
        rank=rank,
        model=model.pk,
        url=reverse("api:get_model", args=[model.pk]),
        target=group.target,
        task=group.task,
        metric=group.metric.name,
        greater_is_better=group.metric.greater_is_better,
        fold_score=row.fold_score,
        measured=row.measured,
        interval=row.interval,
        n_rows=model.n_rows_evaluated,
        run=model.run_id,
        run_name=model.run.name,
        dataset=model.run.dataset_id,
        **named,
    )
