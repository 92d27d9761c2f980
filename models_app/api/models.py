"""Models: those of a run, and one of them."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.urls import reverse
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from models_app import services
from models_app.access import model_for
from models_app.api.artifacts import ArtifactOut
from models_app.api.artifacts import fields_of as artifact_fields
from models_app.models import ModelMeta
from runs.access import run_for
from runs.api.bodies import json_body, shaped
from runs.api.creating import accepts
from runs.api.paging import Key, page_of
from runs.api.problems import FieldError, invalid, pointer
from runs.api.responses import MAX_ID, SENT, Paging, answers, body
from runs.api.security import ApiRequest
from runs.enums import Role
from runs.search.metrics import METRICS

router = Router(tags=["Models"])
BEST_FIRST = (Key(F("value"), descending=True), Key(F("pk")))


class ModelOut(Schema):
    id: int
    url: str
    run: int
    trial: int = Field(description="Number of the trial it was refitted from.")
    algorithm: str
    params: dict[str, Any]
    state: str
    error: str
    value: float = Field(description="Mean over the folds, as people read it.")
    metrics: dict[str, float | None] = Field(description="On `rows`, by name.")
    rows: str = Field(description="Which rows the metrics are of.")
    n_rows: int | None
    fit_seconds: float | None
    predict_seconds: float | None
    size_bytes: int | None
    stage: str = Field(description="candidate, champion or archived")
    created_at: datetime


class RefitIn(Schema):
    model_config = ConfigDict(extra="forbid")

    trial: int = Field(ge=0, le=MAX_ID, description="Number of the trial.")


class ModelList(Schema):
    items: list[ModelOut]
    next_cursor: str | None


class ModelDetail(ModelOut):
    artifacts: list[ArtifactOut]


def fields_of(model: ModelMeta) -> dict[str, Any]:
    return {
        "id": model.pk,
        "url": reverse("api:get_model", args=[model.pk]),
        "run": model.run_id,
        "trial": model.trial.number,
        "algorithm": model.algorithm,
        "params": model.params,
        "state": model.state,
        "error": model.error,
        "value": METRICS[model.run.scoring].display(model.value),
        "metrics": model.metrics,
        "rows": model.rows,
        "n_rows": model.n_rows_evaluated,
        "fit_seconds": model.fit_seconds,
        "predict_seconds": model.predict_seconds,
        "size_bytes": model.size_bytes,
        "stage": model.stage,
        "created_at": model.created_at,
    }


@router.get("/runs/{int:run_id}/models", **answers(200, ModelList, 404, 422))
def list_models(request: ApiRequest, run_id: int, paging: Query[Paging]) -> ModelList:
    """Return the models of a run, the best first."""
    run = run_for(request.user, run_id)
    found = page_of(
        run.models.select_related("run", "trial"),
        BEST_FIRST,
        order=f"models {run.pk}",
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return ModelList(
        items=[ModelOut(**fields_of(model)) for model in found.rows],
        next_cursor=found.next_cursor,
    )


@router.post(
    "/runs/{int:run_id}/models",
    **answers(202, ModelOut, 404, *SENT, **body(RefitIn, example={"trial": 3})),
)
@accepts
def refit_trial(request: ApiRequest, run_id: int) -> ModelOut:
    """Have a complete trial fitted as a model; one that is there already is answered."""
    run = run_for(request.user, run_id, Role.EDITOR)
    wish = shaped(json_body(request), RefitIn)
    trial = run.trials.filter(number=wish.trial).first()
    if trial is None:
        detail = f"This run has no trial {wish.trial}."
        raise invalid([FieldError(detail, pointer=pointer("trial"))])
    model = services.refit_trial(trial, user=request.user)
    return ModelOut(**fields_of(model))


@router.get("/models/{int:model_id}", **answers(200, ModelDetail, 404))
def get_model(request: ApiRequest, model_id: int) -> ModelDetail:
    """Return one model, and what is stored about it."""
    model = model_for(request.user, model_id)
    return ModelDetail(
        **fields_of(model),
        artifacts=[
            ArtifactOut(**artifact_fields(found))
            for found in model.artifacts.defer("data")
        ],
    )


@router.delete("/models/{int:model_id}", **answers(204, None, 404, 409))
def delete_model(request: ApiRequest, model_id: int) -> Status[None]:
    """Delete a model with its results, predictions and files; its trial stays."""
    model = model_for(request.user, model_id, Role.EDITOR)
    services.delete_model(model, user=request.user)
    return Status(204, None)
