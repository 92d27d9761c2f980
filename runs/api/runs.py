"""Runs: started from a document, listed, looked at, steered, deleted."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from ninja import Field, Query, Router, Schema, Status

from runs import listings, queries
from runs.access import dataset_for, project_for, run_for
from runs.api.configurations import EXAMPLE, configuration_sent
from runs.api.creating import creates
from runs.api.descents import OriginQuery, origin_of
from runs.api.paging import NEWEST, page_of
from runs.api.responses import MAX_ID, SENT, Paging, answers, body
from runs.api.security import ApiRequest
from runs.api.specification import specification_schema
from runs.enums import Phase, Role
from runs.models import Run
from runs.search.metrics import METRICS
from runs.services import runs as services
from runs.specifications import specification_of
from runs.steered import is_steerable
from runs.troubles import troubles

router = Router(tags=["Runs"])


class RunOut(Schema):
    id: int
    url: str
    name: str
    project: int
    dataset: int
    target: str
    task: str
    strategy: str
    preset: str
    parent: int | None = Field(description="The run it came out of.")
    descent: str = Field(description="How: clone, refine or continue; else empty.")
    scoring: str
    greater_is_better: bool
    phase: str
    n_planned: int
    n_ended: int = Field(description="Trials that have ended.")
    best_value: float | None = Field(description="Of the metric, as people read it.")
    baseline_value: float | None
    error: str
    created_by: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class RunList(Schema):
    items: list[RunOut]
    next_cursor: str | None


class LeaderOut(Schema):
    number: int
    algorithm: str
    params: dict[str, Any]
    value: float


class TroubleOut(Schema):
    kind: str
    reason: str
    n_trials: int


class RunDetail(RunOut):
    configuration: dict[str, Any] = Field(
        description="The document that starts the same run again."
    )
    revision: int = Field(description="Counts the changes of what is searched.")
    is_steerable: bool = Field(description="Whether its search can still be changed.")
    switched_off: list[str] = Field(description="Algorithms that are left out for now.")
    parallelism: int | None = Field(description="Units worked on at once, at most.")
    trials_by_state: dict[str, int]
    leader: LeaderOut | None
    troubles: list[TroubleOut]


class RunQuery(Paging):
    project: int | None = Field(None, ge=1, le=MAX_ID, description="Only of this one.")
    dataset: int | None = Field(None, ge=1, le=MAX_ID, description="Only of this one.")
    phase: Phase | None = Field(None, description="Only in this phase.")


def fields_of(run: Run, *, n_ended: int) -> dict[str, Any]:
    metric = METRICS[run.scoring]

    def shown(value: float | None) -> float | None:
        return None if value is None else metric.display(value)

    return {
        "id": run.pk,
        "url": reverse("api:get_run", args=[run.pk]),
        "name": run.name,
        "project": run.project_id,
        "dataset": run.dataset_id,
        "target": run.target,
        "task": run.task,
        "strategy": run.strategy,
        "preset": run.preset,
        "parent": run.parent_id,
        "descent": run.descent,
        "scoring": run.scoring,
        "greater_is_better": metric.greater_is_better,
        "phase": run.phase,
        "n_planned": run.n_planned,
        "n_ended": n_ended,
        "best_value": shown(run.best_value),
        "baseline_value": shown(run.baseline_value),
        "error": run.error,
        "created_by": run.created_by.get_username() if run.created_by else None,
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }


def run_detail(run: Run) -> RunDetail:
    counts = queries.trial_counts(run)
    by_state = counts._asdict()
    del by_state["planned"]
    return RunDetail(
        **fields_of(run, n_ended=counts.ended),
        configuration=specification_of(run, run.dataset),
        revision=run.revision,
        is_steerable=is_steerable(run),
        switched_off=run.switched_off,
        parallelism=run.parallelism,
        trials_by_state=by_state,
        leader=leader_of(run),
        troubles=[TroubleOut(**found._asdict()) for found in troubles(run)],
    )


def leader_of(run: Run) -> LeaderOut | None:
    best = queries.leaderboard(run).first()
    if best is None or best.value is None:
        return None
    return LeaderOut(
        number=best.number,
        algorithm=best.algorithm,
        params=queries.shown_params(best),
        value=METRICS[run.scoring].display(best.value),
    )


@router.post(
    "/datasets/{int:dataset_id}/runs",
    **answers(
        201,
        RunDetail,
        404,
        *SENT,
        **body(specification_schema(), example=EXAMPLE),
    ),
)
@creates
def start_run(
    request: ApiRequest, dataset_id: int, query: Query[OriginQuery]
) -> RunDetail:
    """Start a search.

    The body is the document that `manage.py train --spec` reads and that the configure
    page shows as “the whole configuration”. Whatever it leaves open is as usual.
    """
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    name, configuration = configuration_sent(request, dataset)
    parent, descent = origin_of(query, dataset)
    run = services.start_run(
        user=request.user,
        dataset=dataset,
        name=name,
        configuration=configuration,
        parent=parent,
        descent=descent,
    )
    return run_detail(run)


@router.get("/runs", **answers(200, RunList, 404, 422))
def list_runs(request: ApiRequest, query: Query[RunQuery]) -> RunList:
    """Return the runs you can see, the newest first."""
    rows: QuerySet[Run] = listings.run_rows(request.user)
    if query.project is not None:
        rows = rows.filter(project=project_for(request.user, query.project))
    if query.dataset is not None:
        rows = rows.filter(dataset=dataset_for(request.user, query.dataset))
    if query.phase is not None:
        rows = rows.filter(phase=query.phase)
    found = page_of(rows, NEWEST, order="runs", cursor=query.cursor, limit=query.limit)
    return RunList(
        items=[RunOut(**fields_of(r, n_ended=r.n_ended)) for r in found.rows],
        next_cursor=found.next_cursor,
    )


@router.get("/runs/{int:run_id}", **answers(200, RunDetail, 404))
def get_run(request: ApiRequest, run_id: int) -> RunDetail:
    """Return one run: where it is, its best trial, and how to start it again."""
    return run_detail(run_for(request.user, run_id))


STEERED = answers(202, RunDetail, 404, 409)


@router.post("/runs/{int:run_id}/pause", **STEERED)
def pause_run(request: ApiRequest, run_id: int) -> Status[RunDetail]:
    """Begin no further trial; those being fitted are completed."""
    return steered(request, run_id, services.pause_run)


@router.post("/runs/{int:run_id}/resume", **STEERED)
def resume_run(request: ApiRequest, run_id: int) -> Status[RunDetail]:
    """Go on after a pause."""
    return steered(request, run_id, services.resume_run)


@router.post("/runs/{int:run_id}/stop", **STEERED)
def stop_run(request: ApiRequest, run_id: int) -> Status[RunDetail]:
    """End the search and keep what it has found; its best trials become models."""
    return steered(request, run_id, services.stop_run)


def steered(
    request: ApiRequest, run_id: int, wish: Callable[..., None]
) -> Status[RunDetail]:
    # 202: the wish is noted, and the run follows within a moment.
    run = run_for(request.user, run_id, Role.EDITOR)
    wish(run, user=request.user)
    run.refresh_from_db()
    return Status(202, run_detail(run))


@router.delete("/runs/{int:run_id}", **answers(204, None, 404))
def delete_run(request: ApiRequest, run_id: int) -> Status[None]:
    """Delete a run with its trials, models and files."""
    run = run_for(request.user, run_id, Role.EDITOR)
    services.delete_run(run, user=request.user)
    return Status(204, None)
