"""What a model would say if a value were another, and why."""

from typing import Any

from django.core.exceptions import ValidationError
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from models_app import asking
from models_app.access import model_for
from models_app.api.rows import (
    LEVEL,
    ContributionOut,
    at_places,
    contributions_out,
    interval_of,
    level_of,
)
from models_app.inference.client import InferenceError, UnavailableError, ask
from models_app.inference.protocol import Answer
from models_app.models import ModelMeta
from runs.api.bodies import json_body, shaped
from runs.api.problems import FieldError, ProblemError, invalid, pointer
from runs.api.responses import SENT, answers, sends
from runs.api.security import ApiRequest

router = Router(tags=["Predictions"])
EXAMPLE = {"row": {"sex": "MALE", "body_mass_g": 4200, "bill_length_mm": 41.5}}
SECONDS = 10.0


class WhatIfIn(Schema):
    model_config = ConfigDict(extra="forbid")

    row: dict[str, Any] | None = Field(
        None, description="Value by column; null is a missing value."
    )
    number: str = Field(
        "",
        pattern="^([0-9]{1,9}|first|random|worst)?$",
        description="Without `row`: an evaluated row, by its number in the table, or "
        "first, random or worst.",
    )
    column: str = Field("", description="Answer with other values of it, too.")
    interval_level: float = Field(
        LEVEL,
        gt=0,
        lt=1,
        description="Share of intervals that hold the truth, one of those measured.",
    )


class EvaluatedOut(Schema):
    number: int = Field(description="In the uploaded table, from 1.")
    values: dict[str, Any]
    actual: str | float


class CurveOut(Schema):
    column: str
    kind: str = Field(description="number, date or category")
    grid: list[Any]
    outputs: list[list[float]] = Field(
        description="An output a list, a value of the grid a number."
    )


class WhatIfOut(Schema):
    prediction: str | float
    probabilities: dict[str, float] | None = Field(description="The model’s own.")
    interval: tuple[float, float] | None = Field(description="Of a number.")
    interval_level: float | None = Field(description="Of the interval, if there is.")
    label: str | None = Field(
        description="The class that is explained: of two the positive, of more the "
        "predicted."
    )
    space: str = Field(description="Unit: probability, log-odds or value.")
    base: float = Field(description="Expected of any row.")
    output: float = Field(description="`base` with all contributions.")
    contributions: list[ContributionOut] = Field(description="The strongest first.")
    explainer: str = Field(description="What has explained, in words.")
    curve: CurveOut | None
    row: EvaluatedOut | None = Field(description="The one that was asked for.")
    notes: list[str]


@router.post(
    "/models/{int:model_id}/what-if",
    **answers(200, WhatIfOut, 404, 503, *SENT, **sends(WhatIfIn, example=EXAMPLE)),
)
def what_if(request: ApiRequest, model_id: int) -> WhatIfOut:
    """Predict one row and say what moved the answer, as the What if tab does."""
    model = model_for(request.user, model_id)
    wish = shaped(json_body(request), WhatIfIn)
    check(model, wish)
    try:
        answer = ask(
            model,
            [] if wish.row is None else [wish.row],
            explain=True,
            curves=[wish.column] if wish.column else [],
            row=wish.number,
            timeout=SECONDS,
        )
    except UnavailableError as error:
        raise ProblemError(503, str(error), headers={"Retry-After": "5"}) from None
    except InferenceError as error:
        refusal = asking.refusal(error)
        if not isinstance(refusal, asking.RefusedError):
            raise refusal from None
        place = "number" if wish.row is None else "row"
        raise at_places(refusal, place, counted=False) from None
    return answer_out(model, answer, wish)


def check(model: ModelMeta, wish: WhatIfIn) -> None:
    if not model.is_ready:
        raise ValidationError("This model cannot predict: it is not ready.")
    if (wish.row is None) is (not wish.number):
        detail = "Give a row, or the number of one that was evaluated."
        raise invalid([FieldError(detail, pointer=pointer("row"))])
    if wish.column and wish.column not in model.run.features:
        detail = f"The model has no column “{wish.column[:100]}”."
        raise invalid([FieldError(detail, pointer=pointer("column"))])


def answer_out(model: ModelMeta, answer: Answer, wish: WhatIfIn) -> WhatIfOut:
    row, prediction = answer["row"], answer["predictions"][0]
    shares = answer["probabilities"]
    values = row["values"] if row else wish.row or {}
    [record] = asking.records(model, answer)
    level = level_of({"predictions": [record]}, wish.interval_level)
    first = answer["explanations"][0]
    why = asking.explained(first, values, prediction)
    return WhatIfOut(
        prediction=prediction,
        probabilities=dict(zip(answer["labels"], shares[0], strict=True))
        if shares
        else None,
        interval=interval_of(record, level),
        interval_level=level,
        contributions=contributions_out(why),
        explainer=first["method"],
        curve=CurveOut(**answer["curves"][0]) if answer["curves"] else None,
        row=row and EvaluatedOut(**row),
        notes=answer["notes"],
        **{name: why[name] for name in ("label", "space", "base", "output")},
    )
