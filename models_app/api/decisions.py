"""What is decided about a model: its stage, and how its predictions are told."""

from datetime import datetime

from django.db import transaction
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from models_app import choosing, staging
from models_app.access import model_for
from models_app.decisions import decision_notes
from models_app.enums import Recalibration, Stage
from models_app.forms import NOTE_LENGTH, StageForm
from models_app.models import ModelMeta, StageChange
from runs.api.bodies import json_body, refuse_form_errors, shaped
from runs.api.paging import NEWEST, page_of
from runs.api.responses import SENT, Paging, answers, sends
from runs.api.security import ApiRequest
from runs.enums import Role

router = Router(tags=["Models"])


class StageIn(Schema):
    model_config = ConfigDict(extra="forbid")

    stage: Stage
    note: str = Field("", max_length=NOTE_LENGTH, description="Why; kept with it.")


class StageChangeOut(Schema):
    before: str
    after: str
    note: str
    created_by: str | None
    created_at: datetime


class StageOut(Schema):
    model: int
    stage: str
    change: StageChangeOut | None = Field(description="null: it was so already.")


class StageChangeList(Schema):
    items: list[StageChangeOut]
    next_cursor: str | None


def change_out(change: StageChange) -> StageChangeOut:
    by = change.created_by
    return StageChangeOut(
        before=change.before,
        after=change.after,
        note=change.note,
        created_by=by.get_username() if by else None,
        created_at=change.created_at,
    )


@router.put(
    "/models/{int:model_id}/stage",
    **answers(
        200,
        StageOut,
        404,
        *SENT,
        **sends(StageIn, example={"stage": "champion", "note": "Best so far"}),
    ),
)
def set_stage(request: ApiRequest, model_id: int) -> StageOut:
    """Give a model a stage; of a target’s champions the earlier one is a candidate again."""
    model = model_for(request.user, model_id, Role.EDITOR)
    wish = shaped(json_body(request), StageIn)
    form = StageForm(wish.model_dump())
    refuse_form_errors(form)
    change = staging.change_stage(
        model, wish.stage, user=request.user, note=form.cleaned_data["note"]
    )
    return StageOut(
        model=model.pk, stage=wish.stage, change=change_out(change) if change else None
    )


@router.get("/models/{int:model_id}/stages", **answers(200, StageChangeList, 404, 422))
def list_stages(
    request: ApiRequest, model_id: int, paging: Query[Paging]
) -> StageChangeList:
    """Return who gave a model which stage, when and why; the latest first."""
    model = model_for(request.user, model_id)
    found = page_of(
        model.stage_changes.select_related("created_by"),
        NEWEST,
        order=f"stages {model.pk}",
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return StageChangeList(
        items=[change_out(one) for one in found.rows], next_cursor=found.next_cursor
    )


class DecisionIn(Schema):
    model_config = ConfigDict(extra="forbid")

    threshold: float | None = Field(
        None,
        description="Of two classes: the probability from which on the positive one is "
        "answered; null answers the more probable class.",
    )
    costs: dict[str, float] | None = Field(
        None, description=f"What each outcome costs: {', '.join(choosing.COSTS)}."
    )
    recalibration: Recalibration | None = Field(
        None, description="How the probabilities that are told are made."
    )


class DecisionOut(Schema):
    threshold: float | None
    costs: dict[str, float]
    recalibration: str
    notes: list[str] = Field(
        description="How predictions differ from what the pipeline says by itself."
    )


def decision_out(model: ModelMeta) -> DecisionOut:
    return DecisionOut(
        threshold=model.threshold,
        costs=model.costs,
        recalibration=model.recalibration,
        notes=decision_notes(model),
    )


@router.get("/models/{int:model_id}/decision", **answers(200, DecisionOut, 404))
def get_decision(request: ApiRequest, model_id: int) -> DecisionOut:
    """Return what was chosen for a model’s predictions."""
    return decision_out(model_for(request.user, model_id))


@router.put(
    "/models/{int:model_id}/decision",
    **answers(
        200,
        DecisionOut,
        404,
        *SENT,
        **sends(DecisionIn, example={"threshold": 0.3}),
    ),
)
def set_decision(request: ApiRequest, model_id: int) -> DecisionOut:
    """Choose threshold, costs and recalibration; what is left out stays as it is."""
    model = model_for(request.user, model_id, Role.EDITOR)
    wish = shaped(json_body(request), DecisionIn)
    with transaction.atomic():
        if wish.model_fields_set & {"threshold", "costs"}:
            is_set = "threshold" in wish.model_fields_set
            choosing.set_threshold(
                model,
                user=request.user,
                threshold=wish.threshold if is_set else model.threshold,
                costs=wish.costs,
            )
        if wish.recalibration is not None:
            choosing.set_recalibration(
                model, user=request.user, recalibration=wish.recalibration
            )
    return decision_out(model)
