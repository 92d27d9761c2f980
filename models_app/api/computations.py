"""What workers compute of a model when somebody asks, and how far they are."""

from datetime import datetime

from django.db.models import F
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from models_app import services
from models_app.access import model_for
from models_app.enums import ComputationKind
from models_app.models import Computation
from runs.api.bodies import json_body, shaped
from runs.api.creating import accepts
from runs.api.paging import Key, page_of
from runs.api.responses import SENT, Paging, answers, body
from runs.api.security import ApiRequest
from runs.enums import Role

router = Router(tags=["Models"])
BY_KIND = (Key(F("kind")), Key(F("pk")))


class ComputationIn(Schema):
    model_config = ConfigDict(extra="forbid")

    kind: ComputationKind


class ComputationOut(Schema):
    kind: str
    url: str
    model: int
    state: str = Field(description="waiting, computing, ready or failed")
    share: float = Field(description="Of the work that is done, 0 to 1.")
    doing: str = Field(description="What is being done, in words.")
    error: str = Field(description="Why it could not be computed.")
    seconds: float | None
    created_at: datetime


class ComputationList(Schema):
    items: list[ComputationOut]
    next_cursor: str | None


def computation_out(computation: Computation) -> ComputationOut:
    at = [computation.model_id, computation.kind]
    return ComputationOut(
        kind=computation.kind,
        url=reverse("api:get_computation", args=at),
        model=computation.model_id,
        state=computation.state,
        share=computation.share,
        doing=computation.doing,
        error=computation.error,
        seconds=computation.seconds,
        created_at=computation.created_at,
    )


@router.get(
    "/models/{int:model_id}/computations", **answers(200, ComputationList, 404, 422)
)
def list_computations(
    request: ApiRequest, model_id: int, paging: Query[Paging]
) -> ComputationList:
    """Return what was asked to be computed of a model."""
    model = model_for(request.user, model_id)
    found = page_of(
        model.computations.all(),
        BY_KIND,
        order=f"computations {model.pk}",
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return ComputationList(
        items=[computation_out(one) for one in found.rows],
        next_cursor=found.next_cursor,
    )


@router.post(
    "/models/{int:model_id}/computations",
    **answers(
        202,
        ComputationOut,
        404,
        *SENT,
        **body(ComputationIn, example={"kind": "explanation"}),
    ),
)
@accepts
def compute(request: ApiRequest, model_id: int) -> ComputationOut:
    """Have something computed again; what is being computed already goes on."""
    model = model_for(request.user, model_id, Role.EDITOR)
    wish = shaped(json_body(request), ComputationIn)
    made = services.request_computation(model, wish.kind, user=request.user)
    return computation_out(made)


@router.get(
    "/models/{int:model_id}/computations/{kind}",
    **answers(200, ComputationOut, 404, 422),
)
def get_computation(
    request: ApiRequest, model_id: int, kind: ComputationKind
) -> ComputationOut:
    """Return how far workers are with something."""
    model = model_for(request.user, model_id)
    return computation_out(get_object_or_404(model.computations, kind=kind))
