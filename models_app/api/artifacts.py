"""What is stored about a model: the numbers of every chart, and files."""

from datetime import datetime
from functools import partial
from pathlib import PurePath
from typing import Any

from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from ninja import Field, Query, Router, Schema
from ninja.responses import NinjaJSONEncoder

from models_app import members
from models_app.access import model_for
from models_app.answers import answers_of_artifact
from models_app.enums import ArtifactKind
from models_app.explained.files import has_table, table_file
from models_app.exporting import SUFFIXES, folder_name
from models_app.models import Artifact, ModelMeta
from models_app.noting import note_model
from runs.api.files import conditional, sends_file, stored_file
from runs.api.problems import ProblemError
from runs.api.responses import answers
from runs.api.security import ApiRequest
from runs.enums import Action

router = Router(tags=["Models"])
# Kinds whose file is a zip of JSON; the answers are arrays of NumPy.
ZIPPED = frozenset({ArtifactKind.SHAP, ArtifactKind.PARTIAL_DEPENDENCE})


class ArtifactOut(Schema):
    kind: str
    rows: str = Field(description="holdout, out_of_fold or training")
    n_rows: int | None
    url: str
    csv: str | None = Field(
        description="The same numbers as a table, of kinds that are one."
    )


class ArtifactDetail(ArtifactOut):
    model: int
    schema_version: int
    created_at: datetime
    file: str | None = Field(description="What is too large for `data`, if anything.")
    data: dict[str, Any]
    members: dict[str, Any] | None = Field(
        description="With `full`: the numbers row by row, of kinds that keep them."
    )


class ArtifactQuery(Schema):
    full: bool = Field(False, description="With the numbers row by row: many.")


def fields_of(artifact: Artifact) -> dict[str, Any]:
    at = [artifact.model_id, artifact.kind]
    is_table = has_table(artifact.kind)
    return {
        "kind": artifact.kind,
        "rows": artifact.rows,
        "n_rows": artifact.n_rows,
        "url": reverse("api:get_artifact", args=at),
        "csv": reverse("api:get_artifact_csv", args=at) if is_table else None,
    }


def found_artifact(model: ModelMeta, kind: ArtifactKind) -> Artifact:
    """Return an artifact without its numbers, which may be many, or 404."""
    found: Artifact = get_object_or_404(model.artifacts.defer("data"), kind=kind)
    return found


@router.get(
    "/models/{int:model_id}/artifacts/{kind}", **answers(200, ArtifactDetail, 404, 422)
)
def get_artifact(
    request: ApiRequest, model_id: int, kind: ArtifactKind, query: Query[ArtifactQuery]
) -> HttpResponseBase:
    """Return the numbers of one evaluation or explanation of a model.

    They change only when they are computed again: the `ETag` of an answer saves sending
    it a second time.
    """
    artifact = found_artifact(model_for(request.user, model_id), kind)
    # Computed again it is another row.
    version = f"{artifact.pk} {artifact.schema_version} {artifact.digest} {query.full}"
    return conditional(
        request,
        version,
        lambda: JsonResponse(
            artifact_detail(artifact, full=query.full).model_dump(),
            encoder=NinjaJSONEncoder,
        ),
    )


def artifact_detail(artifact: Artifact, *, full: bool) -> ArtifactDetail:
    file = None
    if artifact.file:
        at = [artifact.model_id, artifact.kind]
        file = reverse("api:get_artifact_file", args=at)
    return ArtifactDetail(
        **fields_of(artifact),
        model=artifact.model_id,
        schema_version=artifact.schema_version,
        created_at=artifact.created_at,
        file=file,
        data=artifact.data,
        members=members_of(artifact) if full and artifact.file else None,
    )


def members_of(artifact: Artifact) -> dict[str, Any] | None:
    """Read the numbers that an artifact keeps in its file."""
    if artifact.kind == ArtifactKind.ANSWERS:
        arrays = answers_of_artifact(artifact)._asdict()
        return {
            name: array.tolist()
            for name, array in arrays.items()
            if name != "rows" and array is not None
        }
    if artifact.kind in ZIPPED:
        return members.read_all(artifact)
    return None


@router.get("/models/{int:model_id}/artifacts/{kind}/file", **sends_file(422))
def get_artifact_file(
    request: ApiRequest, model_id: int, kind: ArtifactKind
) -> HttpResponseBase:
    """Return the file of what is too large to be sent as JSON."""
    return file_of(request, model_for(request.user, model_id), kind)


@router.get(
    "/models/{int:model_id}/artifacts/{kind}/csv",
    **sends_file(422, media_types=("text/csv",)),
)
def get_artifact_csv(
    request: ApiRequest, model_id: int, kind: ArtifactKind
) -> HttpResponseBase:
    """Return the numbers of one chart as a table, a row a number.

    A text that a spreadsheet would take for a formula has an apostrophe before it.
    """
    model = model_for(request.user, model_id)
    if not has_table(kind):
        raise ProblemError(404, "Its numbers are no table: take them as JSON.")
    return table_file(request, model, get_object_or_404(model.artifacts, kind=kind))


@router.get("/models/{int:model_id}/file", **sends_file())
def get_model_file(request: ApiRequest, model_id: int) -> HttpResponseBase:
    """Return the fitted pipeline, a joblib file that opens without Tuneboard."""
    model = model_for(request.user, model_id)
    return file_of(request, model, ArtifactKind.PIPELINE)


def file_of(
    request: ApiRequest, model: ModelMeta, kind: ArtifactKind
) -> HttpResponseBase:
    artifact = found_artifact(model, kind)
    if not artifact.file:
        raise ProblemError(404, "There is no file of it.")
    suffix = PurePath(str(artifact.file.name)).suffix
    name = folder_name(model)
    if kind != ArtifactKind.PIPELINE and kind not in SUFFIXES:
        # Numbers of its pages; the others are what somebody takes away.
        return stored_file(request, artifact.file, filename=f"{name}_{kind}{suffix}")
    note = f"As {artifact.get_kind_display()}."
    return stored_file(
        request,
        artifact.file,
        filename=f"{name}{suffix}",
        on_send=partial(note_model, Action.MODEL_DOWNLOADED, model, note=note),
    )
