"""A model to take away: which files there are, and having them written."""

from enum import StrEnum
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from models_app import services
from models_app.access import model_for
from models_app.api.artifacts import file_of
from models_app.api.computations import ComputationOut, computation_out
from models_app.enums import ArtifactKind, ComputationKind
from models_app.exporting import folder_name
from models_app.models import Artifact, Computation, ModelMeta
from models_app.recipes import recipe_of
from runs.api.bodies import json_body, shaped
from runs.api.creating import accepts
from runs.api.files import BINARY, conditional, sends_file
from runs.api.problems import ProblemError
from runs.api.responses import SENT, answers, body
from runs.api.security import ApiRequest
from runs.enums import Role

router = Router(tags=["Exports"])
PYTHON = "text/x-python"


class ExportKind(StrEnum):
    """What a model is taken away as."""

    JOBLIB = "joblib"
    SKOPS = "skops"
    ONNX = "onnx"
    FOLDER = "folder"
    RECIPE = "recipe"


# What has to be computed for a file; the pipeline's own is always there.
COMPUTED = {
    ExportKind.SKOPS: ComputationKind.EXPORTS,
    ExportKind.ONNX: ComputationKind.EXPORTS,
    ExportKind.FOLDER: ComputationKind.EXPORTS,
    ExportKind.RECIPE: ComputationKind.RECIPE,
}
STORED = {
    ExportKind.JOBLIB: ArtifactKind.PIPELINE,
    ExportKind.SKOPS: ArtifactKind.SKOPS,
    ExportKind.ONNX: ArtifactKind.ONNX,
    ExportKind.FOLDER: ArtifactKind.FOLDER,
    ExportKind.RECIPE: ArtifactKind.RECIPE,
}


class ExportIn(Schema):
    model_config = ConfigDict(extra="forbid")

    kind: ExportKind = Field(
        description="skops, onnx and folder are written together; a recipe is verified.",
        json_schema_extra={"enum": list(COMPUTED)},
    )


class ExportOut(Schema):
    kind: str
    state: str = Field(
        description="missing, waiting, computing, ready, or failed: then see `error`"
    )
    error: str = Field(description="Why there is none.")
    file: str | None
    checks: dict[str, Any] = Field(
        description="What was found when it was compared with the model."
    )


class ExportList(Schema):
    items: list[ExportOut]


@router.get("/models/{int:model_id}/exports", **answers(200, ExportList, 404))
def list_exports(request: ApiRequest, model_id: int) -> ExportList:
    """Return each kind of file a model can be taken away as, and whether it is there."""
    model = model_for(request.user, model_id)
    stored = {a.kind: a for a in model.artifacts.filter(kind__in=STORED.values())}
    computed = {c.kind: c for c in model.computations.all()}
    return ExportList(
        items=[
            export_out(
                model,
                kind,
                stored.get(STORED[kind]),
                computed.get(COMPUTED.get(kind, "")),
            )
            for kind in ExportKind
        ]
    )


def export_out(
    model: ModelMeta,
    kind: ExportKind,
    artifact: Artifact | None,
    computation: Computation | None,
) -> ExportOut:
    about = dict(artifact.data) if artifact and kind in COMPUTED else {}
    error = about.pop("reason", "")
    about.pop("program", None)
    if computation is not None and not computation.is_settled:
        state = computation.state
    elif artifact is not None:
        state = "failed" if error else "ready"
    elif computation is not None and computation.error:
        state, error = "failed", computation.error
    else:
        state = "missing"
    # The program is known without being verified.
    is_there = (
        bool(recipe_of(model))
        if kind == ExportKind.RECIPE
        else artifact is not None and bool(artifact.file)
    )
    at = [model.pk, kind.value]
    return ExportOut(
        kind=kind,
        state=state,
        error=error,
        file=reverse("api:get_export_file", args=at) if is_there else None,
        checks=about,
    )


@router.post(
    "/models/{int:model_id}/exports",
    **answers(
        202,
        ComputationOut,
        404,
        *SENT,
        **body(ExportIn, example={"kind": "onnx"}),
    ),
)
@accepts
def write_export(request: ApiRequest, model_id: int) -> ComputationOut:
    """Have a file written and checked; the answer is the computation that does so."""
    model = model_for(request.user, model_id, Role.EDITOR)
    wish = shaped(json_body(request), ExportIn)
    if wish.kind not in COMPUTED:
        raise ProblemError(409, "The joblib file is always there.")
    made = services.request_computation(model, COMPUTED[wish.kind], user=request.user)
    return computation_out(made)


@router.get(
    "/models/{int:model_id}/exports/{kind}/file",
    **sends_file(422, media_types=(BINARY, PYTHON)),
)
def get_export_file(
    request: ApiRequest, model_id: int, kind: ExportKind
) -> HttpResponseBase:
    """Return a file of a model; the recipe is a program in Python."""
    model = model_for(request.user, model_id)
    if kind != ExportKind.RECIPE:
        return file_of(request, model, STORED[kind])
    text = recipe_of(model)
    if not text:
        raise ProblemError(404, "No single program makes this model.")
    name = f'attachment; filename="{folder_name(model)}_recipe.py"'
    return conditional(
        request,
        text,
        lambda: HttpResponse(
            text, content_type=PYTHON, headers={"Content-Disposition": name}
        ),
    )
