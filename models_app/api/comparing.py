"""Models of a project side by side, on the rows they have in common."""

from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema

from models_app.comparing import asked as asking
from models_app.comparing import page
from models_app.comparing.numbers import Numbers, numbers
from models_app.comparing.on_set import NotPredictedError, rows_asked_for
from models_app.comparing.tables import table_of
from models_app.comparing.verdicts import verdicts
from runs.access import project_for
from runs.api.files import sends_file
from runs.api.problems import FieldError, ProblemError, invalid
from runs.api.responses import MAX_ID, answers
from runs.api.security import ApiRequest
from runs.search.json_text import finite
from runs.spreadsheets import safe_lines

router = Router(tags=["Models"])


class ComparisonQuery(Schema):
    models: list[Annotated[int, Field(ge=1, le=MAX_ID)]] = Field(
        [],
        description=f"{asking.LEAST} to {asking.MOST} models of one target.",
    )
    threshold: float | None = Field(None, description="Of all models, for this answer.")
    cost_fp: float | None = Field(None, description="A false alarm costs.")
    cost_fn: float | None = Field(None, description="A missed row costs.")
    cost_tp: float | None = Field(None, description="A row found costs.")
    cost_tn: float | None = Field(None, description="A row left alone costs.")
    metric: str = Field("", description="Rank by it.")
    on: int | None = Field(
        None,
        ge=1,
        le=MAX_ID,
        description=(
            "A dataset whose rows all models have predicted anew; without it their own "
            "common rows."
        ),
    )


class ComparedOut(Schema):
    id: int
    name: str
    run: str
    rank: int
    threshold: float | None
    fit_seconds: float | None
    metrics: dict[str, dict[str, Any]] = Field(description="With their intervals.")


class TableOut(Schema):
    caption: str
    header: list[str]
    rows: list[list[Any]]


class ComparisonOut(Schema):
    target: str
    rows: str = Field(description="Which rows the numbers are of.")
    warnings: list[str]
    ranked_by: str
    n_rows_resampled: int
    models: list[ComparedOut]
    tied: list[int] = Field(description="Models that may as well be the best one.")
    best: int
    quickest_of_the_tie: int | None
    sentences: list[str]
    tables: dict[str, list[TableOut]] = Field(description="The numbers of each chart.")


@router.get(
    "/projects/{int:project_id}/comparison",
    **answers(200, ComparisonOut, 404, 409, 422),
)
def compare_models(
    request: ApiRequest, project_id: int, query: Query[ComparisonQuery]
) -> ComparisonOut:
    """Return what the comparison page shows of models, as numbers.

    With `on`, 409 says that a model has not predicted these rows yet: a POST to
    `/projects/ID/comparison/sets` asks for it.
    """
    found = measured(request, project_id, query)
    decided = verdicts(found)
    answer = page.as_json(found, decided, page.cards(found, decided))
    return ComparisonOut(**finite(answer))


@router.get(
    "/projects/{int:project_id}/comparison/{name}/csv",
    **sends_file(409, 422, media_types=("text/csv",)),
)
def get_comparison_csv(
    request: ApiRequest, project_id: int, name: str, query: Query[ComparisonQuery]
) -> HttpResponse:
    """Return the numbers of a part: `metrics`, or one that `tables` names."""
    table = table_of(measured(request, project_id, query), name)
    if table is None:
        raise ProblemError(404, "The comparison has no part of this name.")
    lines = b"".join(safe_lines([table.header, *table.rows]))
    headers = {"Content-Disposition": f'attachment; filename="compare-{name}.csv"'}
    return HttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def measured(request: ApiRequest, project_id: int, query: ComparisonQuery) -> Numbers:
    """Return the numbers that an address asks for, or raise a problem that says why not."""
    project = project_for(request.user, project_id)
    asked = asking.read(request.GET)
    if asked.problems:
        raise invalid(FieldError(text, parameter="models") for text in asked.problems)
    try:
        found = numbers(rows_asked_for(project, asked), asked)
    except NotPredictedError as error:
        raise ProblemError(409, str(error)) from None
    except asking.CompareError as error:
        raise invalid([FieldError(str(error), parameter="models")]) from None
    if query.metric and found.metric.name != query.metric:
        detail = f"There is no metric “{query.metric[:100]}” to rank by here."
        raise invalid([FieldError(detail, parameter="metric")])
    return found
