"""A few rows, answered at once; nothing is stored."""

from typing import Any

from ninja import Field, Router, Schema
from pydantic import ConfigDict

from models_app import asking, services
from models_app.access import model_to_ask
from runs.api.bodies import json_body, shaped
from runs.api.problems import FieldError, ProblemError, invalid, pointer
from runs.api.responses import SENT, answers, sends
from runs.api.security import ApiRequest
from runs.search.json_text import finite

router = Router(tags=["Predictions"])
EXAMPLE = {
    "rows": [{"sex": "MALE", "body_mass_g": 4200, "bill_length_mm": 41.5}],
    "explain": False,
}
LEVEL = 0.9


class RowsIn(Schema):
    model_config = ConfigDict(extra="forbid")

    rows: list[dict[str, Any]] = Field(
        description="Value by column; null is a missing value.",
        json_schema_extra={"minItems": 1, "maxItems": asking.MAX_ROWS},
    )
    explain: bool = Field(
        False,
        description="Say what moved each answer: of at most "
        f"{asking.MAX_EXPLAINED_ROWS} rows.",
    )
    interval_level: float = Field(
        LEVEL,
        gt=0,
        lt=1,
        description="Share of intervals that hold the truth, one of those measured.",
    )


class ContributionOut(Schema):
    column: str
    value: Any
    contribution: float


class ExplainedOut(Schema):
    label: str | None = Field(
        description="The class it is about: of two the positive, of more the predicted."
    )
    space: str = Field(description="Unit: probability, log-odds or value.")
    base: float = Field(description="Expected of any row.")
    output: float = Field(description="`base` with all contributions.")


class RowOut(Schema):
    prediction: str | float = Field(description="A class, or a number.")
    probabilities: dict[str, float] | None = Field(description="By class.")
    interval: tuple[float, float] | None = Field(description="Of a number.")
    explanation: list[ContributionOut] | None = Field(
        description="What moved the answer, the strongest column first."
    )
    explained: ExplainedOut | None = Field(
        description="What the contributions add up to."
    )


class RowsOut(Schema):
    model: int
    target: str
    interval_level: float | None = Field(description="Of the intervals, if there are.")
    explainer: str | None = Field(description="What has explained, in words.")
    rows: list[RowOut]
    notes: list[str] = Field(description="What had to be done to the rows.")


@router.post(
    "/models/{int:model_id}/predictions/rows",
    **answers(200, RowsOut, 404, *SENT, **sends(RowsIn, example=EXAMPLE)),
)
def predict_rows(request: ApiRequest, model_id: int) -> RowsOut:
    """Predict a few rows at once; nothing is stored.

    The schema is checked: a column that is missing, and a value that cannot be one, is
    named with its row. Whatever else was done to the rows is told as `notes`.
    """
    model = model_to_ask(request.user, model_id)
    wish = shaped(json_body(request), RowsIn)
    try:
        found = services.predict_rows(model, wish.rows, explain=wish.explain)
    except asking.RefusedError as error:
        raise at_places(error, "rows") from None
    level = level_of(found, wish.interval_level)
    return RowsOut(
        model=model.pk,
        target=model.run.target,
        interval_level=level,
        explainer=found.get("explainer"),
        rows=[row_out(record, level) for record in found["predictions"]],
        notes=found["notes"],
    )


def at_places(
    error: asking.RefusedError, name: str, *, counted: bool = True
) -> ProblemError:
    """Return the problem of rows: which value of which row, if that is known.

    `name` is the field they were sent as; not `counted`, that is one row.
    """
    found = []
    for place in error.places:
        path: list[str | int] = [name]
        path += [place["row"]] if counted else []
        path += [place["column"]] if place["column"] else []
        found.append(FieldError(place["detail"], pointer=pointer(*path)))
    return invalid(found or [FieldError(str(error), pointer=pointer(name))])


def level_of(found: dict[str, Any], wanted: float) -> float | None:
    """Return the level of the intervals to tell; None of a model that has none."""
    levels = [
        one["level"]
        for row in found["predictions"][:1]
        for one in row.get("intervals", ())
    ]
    if levels and wanted not in levels:
        detail = (
            f"Intervals were measured of {', '.join(f'{one:g}' for one in levels)}."
        )
        raise invalid([FieldError(detail, pointer=pointer("interval_level"))])
    return wanted if levels else None


def row_out(record: dict[str, Any], level: float | None) -> RowOut:
    """Put one row of `services.predict_rows` as the API has it."""
    why = record.get("explanation")
    return RowOut(
        prediction=record["prediction"],
        probabilities=record.get("probabilities"),
        interval=interval_of(record, level),
        explanation=why and contributions_out(why),
        explained=why
        and ExplainedOut(**{n: why[n] for n in ExplainedOut.model_fields}),
    )


def interval_of(
    record: dict[str, Any], level: float | None
) -> tuple[float, float] | None:
    """Return the bounds of one level; None of a model that has none."""
    for one in record.get("intervals", ()):
        if one["level"] == level:
            return one["lower"], one["upper"]
    return None


def contributions_out(why: dict[str, Any]) -> list[ContributionOut]:
    # Python also reads NaN, and what was sent is told again.
    return [
        ContributionOut(**{**one, "value": finite(one["value"])})
        for one in why["contributions"]
    ]
