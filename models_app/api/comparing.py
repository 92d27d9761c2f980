"""Models of a project side by side, on the rows they have in common."""

from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from models_app.comparing import asked as asking
from models_app.comparing import page
from models_app.comparing.common import common_rows
from models_app.comparing.numbers import numbers
from models_app.comparing.verdicts import verdicts
from runs.access import project_for
from runs.api.problems import FieldError, invalid
from runs.api.responses import MAX_ID, answers
from runs.api.security import ApiRequest
from runs.search.json_text import finite

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
    "/projects/{int:project_id}/comparison", **answers(200, ComparisonOut, 404, 422)
)
def compare_models(
    request: ApiRequest, project_id: int, query: Query[ComparisonQuery]
) -> ComparisonOut:
    """Return what the comparison page shows of models, as numbers."""
    project = project_for(request.user, project_id)
    asked = asking.read(request.GET)
    if asked.problems:
        raise invalid(FieldError(text, parameter="models") for text in asked.problems)
    try:
        found = numbers(common_rows(project, asked.models), asked)
    except asking.CompareError as error:
        raise invalid([FieldError(str(error), parameter="models")]) from None
    if query.metric and found.metric.name != query.metric:
        detail = f"There is no metric “{query.metric[:100]}” to rank by here."
        raise invalid([FieldError(detail, parameter="metric")])
    decided = verdicts(found)
    answer = page.as_json(found, decided, page.cards(found, decided))
    return ComparisonOut(**finite(answer))
