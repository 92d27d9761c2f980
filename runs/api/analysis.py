"""The analysis of a run: every chart's numbers, of all trials or of a selection."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from runs.access import run_for
from runs.analysis.addresses import known, number
from runs.analysis.figures import FIGURES
from runs.analysis.importances import newest_importance, ready_importance
from runs.analysis.looking import Looked, look
from runs.api.bodies import json_body, shaped
from runs.api.creating import accepts
from runs.api.problems import FieldError, ProblemError, invalid, pointer
from runs.api.responses import SENT, answers, body
from runs.api.security import ApiRequest
from runs.charts.trials import MEASURES
from runs.enums import TrialState
from runs.models import ParameterImportance, Run
from runs.services.analysis import FEWEST_TRIALS, ask_importance

router = Router(tags=["Analysis"])
SELECTION = f"""Return the numbers of a chart, as its page shows them.

Of all trials that have begun, or of a selection: `algorithm` and `state` (each any number
of times), `NAME_min` and `NAME_max` of the measures {", ".join(MEASURES)} and of the
parameters of the algorithm `of`, and the values of its other parameters by their names.
"""


class ChartOut(Schema):
    chart: str
    url: str
    title: str
    hint: str = Field(description="How to read it.")
    of_algorithm: bool = Field(description="Whether it is of one algorithm: `of`.")
    parameters: list[str] = Field(description="Which parameters it takes: `x`, `y`.")
    reading: str = Field(description="What it says, in a sentence.")


class AnalysisOut(Schema):
    n_trials: int = Field(description="That have begun, without the baseline.")
    algorithm: str = Field(description="Whose charts are meant where `of` is left out.")
    parameters: dict[str, list[str]] = Field(
        description="Algorithm → its parameters that vary."
    )
    items: list[ChartOut]


class ChartData(Schema):
    chart: str
    title: str
    reading: str
    algorithm: str
    x: str
    y: str
    n_trials: int = Field(description="That are selected.")
    columns: list[str]
    rows: list[list[Any]]


class ChartQuery(Schema):
    of: str | None = Field(None, description="An algorithm; else the best trial’s.")
    x: str | None = Field(None, description="One of its parameters.")
    y: str | None = Field(None, description="Another one.")
    algorithm: list[str] | None = Field(None, description="Only trials of these.")
    state: list[TrialState] | None = Field(None, description="Only in these states.")


class ImportanceQuery(Schema):
    algorithm: str


class ImportanceIn(Schema):
    model_config = ConfigDict(extra="forbid")

    algorithm: str


class ImportanceOut(Schema):
    url: str
    algorithm: str
    state: str = Field(description="none, waiting, working, ready or failed")
    error: str
    n_trials: int | None = Field(description="Complete trials it was measured on.")
    parameters: list[dict[str, Any]] = Field(
        description="Shares of the variation, the most important first."
    )


@router.get("/runs/{int:run_id}/analysis", **answers(200, AnalysisOut, 404))
def get_analysis(request: ApiRequest, run_id: int) -> AnalysisOut:
    """Return the charts there are, what each says, and the parameters to ask about."""
    run = run_for(request.user, run_id)
    looked = look(run, QueryDict())
    texts = looked.readings()
    return AnalysisOut(
        n_trials=len(looked.snapshot.trials),
        algorithm=looked.asked.view.algorithm,
        parameters={name: list(a) for name, a in looked.asked.view.axes.items()},
        items=[
            ChartOut(
                chart=name,
                url=reverse("api:get_chart", args=[run.pk, name]),
                title=figure.title,
                hint=figure.hint,
                of_algorithm=figure.of_algorithm,
                parameters=list(figure.pickers),
                reading=texts[name],
            )
            for name, figure in FIGURES.items()
        ],
    )


@router.get(
    "/runs/{int:run_id}/analysis/{slug:chart}",
    **answers(200, ChartData, 404, 422),
    description=SELECTION,
)
def get_chart(
    request: ApiRequest, run_id: int, chart: str, query: Query[ChartQuery]
) -> ChartData:
    run = run_for(request.user, run_id)
    if chart not in FIGURES:
        raise Http404
    figure, looked = FIGURES[chart], look(run, request.GET)
    if errors := list(misunderstood(looked, request.GET)):
        raise invalid(errors)
    sheet, view = looked.sheet(figure), looked.asked.view
    return ChartData(
        chart=chart,
        title=figure.title,
        reading=looked.reading(figure),
        algorithm=view.algorithm,
        x=view.x,
        y=view.y,
        n_trials=len(looked.trials),
        columns=sheet.header,
        rows=sheet.rows,
    )


def misunderstood(looked: Looked, query: QueryDict) -> Iterator[FieldError]:
    """Yield what the page would leave out without a word."""
    view = looked.asked.view
    axes = view.axes.get(view.algorithm, {})
    choices = {
        "of": list(view.axes),
        "x": list(axes),
        "y": list(axes),
        "algorithm": known(looked.run),
        "state": TrialState.values,
        **{name: list(a.values) for name, a in axes.items() if a.is_category},
    }
    numbers = {*MEASURES, *(name for name, a in axes.items() if not a.is_category)}
    ends = {f"{name}_{end}" for name in numbers for end in ("min", "max")}
    for name, values in query.lists():
        if name in ends:
            wrong = [value for value in values if number(value) is None]
            expected = "give a number"
        elif name in choices:
            wrong = [value for value in values if value not in choices[name]]
            expected = f"choose among {', '.join(choices[name]) or 'none'}"
        else:
            wrong, expected = (
                values,
                f"known are {', '.join([*choices, *sorted(ends)])}",
            )
        if wrong:
            detail = f"{name}: “{wrong[0][:80]}” is not known here; {expected}."
            yield FieldError(detail, parameter=name)
    if query.get("x") in axes and query.get("x") == query.get("y"):
        others = ", ".join(name for name in axes if name != query["x"])
        detail = f"y: choose another parameter than x: {others or 'there is none'}."
        yield FieldError(detail, parameter="y")


# --- Importance -----------------------------------------------------------------------


def importance_out(
    run: Run, algorithm: str, newest: ParameterImportance | None
) -> ImportanceOut:
    """Describe what is known; an older measurement stands in while a newer one is made."""
    ready = newest if newest and newest.data else ready_importance(run, algorithm)
    url = reverse("api:get_importance", args=[run.pk])
    return ImportanceOut(
        url=f"{url}?algorithm={algorithm}",
        algorithm=algorithm,
        state=newest.state if newest else "none",
        error=newest.error if newest else "",
        n_trials=ready.n_trials if ready else None,
        parameters=ready.data.get("parameters", []) if ready else [],
    )


@router.get("/runs/{int:run_id}/importance", **answers(200, ImportanceOut, 404, 422))
def get_importance(
    request: ApiRequest, run_id: int, query: Query[ImportanceQuery]
) -> ImportanceOut:
    """Return how much the scores of an algorithm depend on each of its parameters."""
    run = run_for(request.user, run_id)
    if query.algorithm not in run.spaces:
        detail = f"This run does not search “{query.algorithm}”."
        raise invalid([FieldError(detail, parameter="algorithm")])
    newest = newest_importance(run, query.algorithm)
    return importance_out(run, query.algorithm, newest)


@router.post(
    "/runs/{int:run_id}/importance",
    **answers(
        202,
        ImportanceOut,
        404,
        *SENT,
        **body(ImportanceIn, example={"algorithm": "random_forest"}),
    ),
)
@accepts
def measure_importance(request: ApiRequest, run_id: int) -> ImportanceOut:
    """Have that measured by a worker, unless what is known will do."""
    run = run_for(request.user, run_id)
    wish = shaped(json_body(request), ImportanceIn)
    if wish.algorithm not in run.spaces:
        detail = f"This run does not search “{wish.algorithm}”."
        raise invalid([FieldError(detail, pointer=pointer("algorithm"))])
    asked = ask_importance(run, wish.algorithm)
    if asked is None:
        detail = (
            f"Fewer than {FEWEST_TRIALS} trials of this algorithm are complete, which "
            "says nothing of its parameters."
        )
        raise ProblemError(409, detail)
    return importance_out(run, wish.algorithm, asked)
