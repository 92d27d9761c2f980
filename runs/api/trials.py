"""Trials of a run: filtered and sorted as their page does, and one of them."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import F
from django.http import HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from runs import additions
from runs.access import run_for
from runs.api.bodies import json_body, shaped
from runs.api.creating import creates
from runs.api.errors import said_at
from runs.api.events import EventOut, event_out
from runs.api.files import conditional, sends_file
from runs.api.paging import Key, Page, page_of
from runs.api.problems import FieldError, ProblemError, invalid, pointer
from runs.api.responses import SENT, Paging, answers, body
from runs.api.security import ApiRequest
from runs.enums import Role, TrialState
from runs.models import Run, Trial
from runs.queries import metric_rows, shown_params
from runs.search.metrics import METRICS
from runs.search.problem import SpecError
from runs.services import steering
from runs.trials.code import program, program_name
from runs.trials.files import TYPES, Kind, trials_file
from runs.trials.layout import Layout
from runs.trials.listing import Listing
from runs.trials.page import LOG_ROWS, log_lines

router = Router(tags=["Trials"])
PYTHON = "text/x-python"
PAGING = frozenset(Paging.model_fields)
# Combinations of a request; more are a search of their own.
MOST = 200
FILTERS = """Return the trials that pass the filters of the trials page, in its order.

Filters: `algorithm`, `state` and `origin` (each any number of times), `params` (a search,
as `max_depth=8`), `worker`, and `NAME_min` and `NAME_max` of the numeric columns:
`number`, `value`, every other metric, `train`, `fit`, `scoring`, `duration`, `started`,
`finished`, `memory`. With one algorithm its parameters are columns too: `param_NAME`.
`order` is the name of a column, `-` before it turns the order. Values are as people read
them: an error is not negative.
"""


class TrialOut(Schema):
    number: int
    url: str
    algorithm: str
    params: dict[str, Any]
    state: str
    value: float | None = Field(
        description="Mean of the ranking metric over the folds."
    )
    metrics: dict[str, float] = Field(description="Means over the folds.")
    fold_values: list[float] = Field(description="Of the ranking metric.")
    fit_seconds: float | None = Field(description="Of all folds, added up.")
    score_seconds: float | None
    started_at: datetime | None
    finished_at: datetime | None
    origin: str = Field(description="Empty: the sampler’s.")
    is_reused: bool = Field(description="Scored in an earlier run on the same folds.")
    error: str


class TrialList(Schema):
    items: list[TrialOut]
    next_cursor: str | None


class TrialDetail(TrialOut):
    fold_metrics: dict[str, list[float]]
    train_metrics: dict[str, list[float]] = Field(description="On the rows fitted.")
    fold_fit_seconds: list[float]
    peak_memory_bytes: int | None
    rungs: list[Any] = Field(description="Of successive halving.")
    warnings: list[str]
    worker: str
    log: list[EventOut] = Field(
        description=f"Events that name the trial, at most {LOG_ROWS}, the latest first."
    )


class CombinationIn(Schema):
    model_config = ConfigDict(extra="forbid")

    algorithm: str
    params: dict[str, Any]


class CombinationsIn(Schema):
    model_config = ConfigDict(extra="forbid")

    trials: list[CombinationIn] = Field(min_length=1, max_length=MOST)


class AddedTrials(Schema):
    url: str = Field(description="The run’s trials.")
    items: list[TrialOut]


class TrialQuery(Paging):
    order: str = Field("number", description="A column; `-` before it turns the order.")
    algorithm: list[str] | None = Field(None, description="Only of these.")
    state: list[TrialState] | None = Field(None, description="Only in these states.")


class TrialFileQuery(Schema):
    format: Kind = Field("csv", description="What the file is.")
    order: str = Field("number", description="A column; `-` before it turns the order.")
    algorithm: list[str] | None = Field(None, description="Only of these.")
    state: list[TrialState] | None = Field(None, description="Only in these states.")


def fields_of(trial: Trial, run: Run) -> dict[str, Any]:
    metric = METRICS[run.scoring]
    return {
        "number": trial.number,
        "url": reverse("api:get_trial", args=[run.pk, trial.number]),
        "algorithm": trial.algorithm,
        "params": shown_params(trial),
        "state": trial.state,
        "value": None if trial.value is None else metric.display(trial.value),
        "metrics": {row.name: row.mean for row in metric_rows(trial)},
        "fold_values": [metric.display(score) for score in trial.fold_scores],
        "fit_seconds": sum(trial.fit_seconds) if trial.fit_seconds else None,
        "score_seconds": sum(trial.score_seconds) if trial.score_seconds else None,
        "started_at": trial.started_at,
        "finished_at": trial.finished_at,
        "origin": trial.origin,
        "is_reused": trial.reused_from_id is not None,
        "error": trial.error,
    }


def trial_detail(trial: Trial, run: Run) -> TrialDetail:
    return TrialDetail(
        **fields_of(trial, run),
        fold_metrics=displayed(trial.metrics),
        train_metrics=displayed(trial.train_metrics),
        fold_fit_seconds=trial.fit_seconds,
        peak_memory_bytes=trial.peak_memory_bytes,
        rungs=trial.rungs,
        warnings=trial.warnings,
        worker=trial.worker,
        log=[event_out(event) for event in log_lines(trial)],
    )


def displayed(scores: dict[str, list[float]]) -> dict[str, list[float]]:
    return {
        name: [METRICS[name].display(score) for score in folds]
        for name, folds in scores.items()
        if name in METRICS
    }


@router.get(
    "/runs/{int:run_id}/trials",
    **answers(200, TrialList, 404, 422),
    description=FILTERS,
)
def list_trials(
    request: ApiRequest, run_id: int, query: Query[TrialQuery]
) -> TrialList:
    run = run_for(request.user, run_id)
    found = page_asked_for(listing_of(request, run, besides=PAGING), query)
    return TrialList(
        items=[TrialOut(**fields_of(trial, run)) for trial in found.rows],
        next_cursor=found.next_cursor,
    )


@router.get(
    "/runs/{int:run_id}/trials/file",
    **sends_file(422, media_types=("text/csv", TYPES["parquet"])),
)
def get_trials_file(
    request: ApiRequest, run_id: int, query: Query[TrialFileQuery]
) -> HttpResponseBase:
    """Return the trials that pass the filters as a file, with all of their columns.

    Filters and order are those of the list. In CSV, a text that a spreadsheet would take
    for a formula has an apostrophe before it.
    """
    run = run_for(request.user, run_id)
    listing = listing_of(request, run, besides=frozenset({"format"}))
    refuse_unknown(listing)
    columns = listing.file_columns(which="all")
    return trials_file(request, listing, columns, kind=query.format)


def listing_of(request: ApiRequest, run: Run, *, besides: frozenset[str]) -> Listing:
    """Return what filters and order of an address ask for; `besides` are neither."""
    asked = QueryDict(request.GET.urlencode(), mutable=True)
    for name in besides:
        asked.pop(name, None)
    return Listing(run, asked, Layout())


def page_asked_for(listing: Listing, query: TrialQuery) -> Page:
    refuse_unknown(listing)
    name = listing.order.removeprefix("-")
    descending = listing.order.startswith("-")
    keys = [Key(F("number"), descending=descending and name == "number")]
    if name != "number":
        column = next(c for c in listing.columns if c.name == name)
        expressions = [e for e in (column.expression, column.second) if e is not None]
        keys = [Key(e, descending, nullable=True) for e in expressions] + keys
    rows = listing.filters.trials.defer("rungs", "warnings", "params_key")
    return page_of(
        rows,
        keys,
        order=f"trials {listing.run.pk} {listing.order}",
        cursor=query.cursor,
        limit=query.limit,
    )


def refuse_unknown(listing: Listing) -> None:
    """Raise a problem for what the page would leave out without a word."""
    known = [*listing.filters.names, "order", "trials"]
    errors = [
        FieldError(
            f"There is no filter “{name}” here. Known: {', '.join(known)}."
            f"{hint(listing, name)}",
            parameter=name,
        )
        for name in listing.query
        if name not in known
    ]
    errors += [
        FieldError(f"{name}: {message}", parameter=name)
        for name, messages in listing.filters.form.errors.items()
        for message in messages
    ]
    order = listing.query.get("order", "number")
    if order != listing.order:
        name = order.removeprefix("-")
        detail = (
            f"There is no column “{name}” to sort by. Known: "
            f"{', '.join(listing.orders)}.{hint(listing, name)}"
        )
        errors.append(FieldError(detail, parameter="order"))
    if errors:
        raise invalid(errors)


def hint(listing: Listing, name: str) -> str:
    """Say when parameters are columns, to whoever asks for one without that."""
    if not name.startswith("param_") or listing.algorithm:
        return ""
    return " Parameters are columns where one algorithm is chosen: algorithm=NAME."


@router.post(
    "/runs/{int:run_id}/trials",
    **answers(
        201,
        AddedTrials,
        404,
        *SENT,
        **body(
            CombinationsIn,
            example={
                "trials": [{"algorithm": "random_forest", "params": {"max_depth": 8}}]
            },
        ),
    ),
)
@creates
def add_trials(request: ApiRequest, run_id: int) -> AddedTrials:
    """Have combinations tried next, in front of the queue: all of them, or none."""
    run = run_for(request.user, run_id, Role.EDITOR)
    wish = shaped(json_body(request), CombinationsIn)
    asked = [(one.algorithm, one.params) for one in wish.trials]
    errors = [wrong for at, one in enumerate(asked) for wrong in wrongs(run, at, one)]
    if errors:
        raise invalid(errors)
    place = ("trials", "0", "params") if len(asked) == 1 else ("trials",)
    with said_at(*place):
        trials = steering.add_trials(run, asked, user=request.user)
    return AddedTrials(
        url=reverse("api:list_trials", args=[run.pk]),
        items=[TrialOut(**fields_of(trial, run)) for trial in trials],
    )


def wrongs(run: Run, at: int, one: tuple[str, dict[str, Any]]) -> Iterator[FieldError]:
    """Check a combination by itself, so that each that is wrong can be named."""
    try:
        additions.cleaned(run, [one])
    except SpecError as error:
        path = ["params", error.parameter] if error.parameter in one[1] else []
        path = path or ["algorithm" if error.field == "algorithm" else "params"]
        yield FieldError(str(error), pointer=pointer("trials", at, *path))


@router.get("/runs/{int:run_id}/trials/{int:number}", **answers(200, TrialDetail, 404))
def get_trial(request: ApiRequest, run_id: int, number: int) -> TrialDetail:
    """Return one trial with all that was measured of it."""
    run = run_for(request.user, run_id)
    return trial_detail(found_trial(run, number), run)


@router.get(
    "/runs/{int:run_id}/trials/{int:number}/code",
    **sends_file(media_types=(PYTHON,)),
)
def get_trial_code(request: ApiRequest, run_id: int, number: int) -> HttpResponseBase:
    """Return a trial as a program in Python, which reads the file of its table."""
    trial = found_trial(run_for(request.user, run_id), number)
    text = program(trial)
    if not text:
        raise ProblemError(404, "No single program makes this trial.")
    name = f'attachment; filename="{program_name(trial)}"'
    return conditional(
        request,
        text,
        lambda: HttpResponse(
            text, content_type=PYTHON, headers={"Content-Disposition": name}
        ),
    )


def found_trial(run: Run, number: int) -> Trial:
    """Return a trial of a run, or 404."""
    trial = get_object_or_404(run.trials, number=number)
    trial.run = run
    return trial
