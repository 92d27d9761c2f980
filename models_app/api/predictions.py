"""Files of rows to predict: an upload, how far it is, the answers."""

from datetime import datetime
from functools import partial
from pathlib import PurePath

from django import forms
from django.http.response import HttpResponseBase
from django.urls import reverse
from ninja import Field, Query, Router, Schema

from models_app import services
from models_app.access import model_for, prediction_for
from models_app.enums import PredictionState, ResultFormat
from models_app.forms import PredictionForm
from models_app.models import Prediction
from models_app.noting import note_model
from runs.api.bodies import refuse_form_errors, wants
from runs.api.creating import order_uploads
from runs.api.datasets import FORM
from runs.api.files import sends_file, stored_file
from runs.api.paging import NEWEST, page_of
from runs.api.problems import ProblemError
from runs.api.responses import SENT, Paging, answers, body
from runs.api.security import ApiRequest
from runs.enums import Action, Role

router = Router(tags=["Predictions"])
MEDIA_TYPES = {
    ResultFormat.CSV: "text/csv",
    ResultFormat.PARQUET: "application/vnd.apache.parquet",
}
UPLOAD = {
    "type": "object",
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "The rows."},
        "explain": {
            "type": "boolean",
            "default": False,
            "description": "Write beside each answer what moved it.",
        },
        "output_format": {
            "type": "string",
            "enum": ResultFormat.values,
            "default": ResultFormat.CSV.value,
            "description": "What the answers are written as.",
        },
    },
    "required": ["file"],
}


class UploadForm(PredictionForm):
    """The page's form, with what the API also takes."""

    explain = forms.BooleanField(required=False)


class PredictionOut(Schema):
    id: int
    url: str
    model: int
    filename: str
    state: str = Field(description="waiting, predicting, ready or failed")
    n_rows: int | None
    n_rows_done: int
    error: str = Field(description="Why it could not be predicted, in a sentence.")
    notes: list[str] = Field(description="What had to be done to the rows.")
    explain: bool
    output_format: str
    file: str | None = Field(description="The answers, as soon as they are there.")
    created_by: str | None
    created_at: datetime


class PredictionList(Schema):
    items: list[PredictionOut]
    next_cursor: str | None


def prediction_out(prediction: Prediction) -> PredictionOut:
    is_ready = prediction.state == PredictionState.READY
    by = prediction.created_by
    return PredictionOut(
        id=prediction.pk,
        url=reverse("api:get_prediction", args=[prediction.pk]),
        model=prediction.model_id,
        filename=prediction.filename,
        state=prediction.state,
        n_rows=prediction.n_rows,
        n_rows_done=prediction.n_rows_done,
        error=prediction.error,
        notes=prediction.notes,
        explain=prediction.with_explanation,
        output_format=prediction.output_format,
        file=reverse("api:get_prediction_file", args=[prediction.pk])
        if is_ready
        else None,
        created_by=by.get_username() if by else None,
        created_at=prediction.created_at,
    )


@router.get(
    "/models/{int:model_id}/predictions", **answers(200, PredictionList, 404, 422)
)
def list_predictions(
    request: ApiRequest, model_id: int, paging: Query[Paging]
) -> PredictionList:
    """Return the files that were predicted with a model, the newest first."""
    model = model_for(request.user, model_id)
    found = page_of(
        model.predictions.select_related("created_by").defer("preview"),
        NEWEST,
        order=f"predictions {model.pk}",
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return PredictionList(
        items=[prediction_out(one) for one in found.rows],
        next_cursor=found.next_cursor,
    )


@router.post(
    "/models/{int:model_id}/predictions",
    **answers(202, PredictionOut, 404, *SENT, **body(UPLOAD, media_type=FORM)),
)
@order_uploads
def predict_file(request: ApiRequest, model_id: int) -> PredictionOut:
    """Store a file of rows; a worker then predicts it, which `state` tells of.

    Any format that an upload of a table may have. The answers have all columns of the
    file, and behind them `prediction` and, for classification, `probability_CLASS`.
    """
    model = model_for(request.user, model_id, Role.EDITOR)
    wants(request, FORM)
    form = UploadForm(request.POST, request.FILES)
    refuse_form_errors(form)
    file = form.cleaned_data["file"]
    prediction = services.create_prediction(
        user=request.user,
        model=model,
        file=file,
        filename=file.name,
        output_format=form.cleaned_data["output_format"],
        with_explanation=form.cleaned_data["explain"],
    )
    return prediction_out(prediction)


@router.get("/predictions/{int:prediction_id}", **answers(200, PredictionOut, 404))
def get_prediction(request: ApiRequest, prediction_id: int) -> PredictionOut:
    """Return one file of predictions: how far it is, and what was found in its rows."""
    return prediction_out(prediction_for(request.user, prediction_id))


@router.get(
    "/predictions/{int:prediction_id}/file",
    **sends_file(409, media_types=tuple(MEDIA_TYPES.values())),
)
def get_prediction_file(request: ApiRequest, prediction_id: int) -> HttpResponseBase:
    """Return the rows of the file with their answers."""
    prediction = prediction_for(request.user, prediction_id)
    if prediction.state != PredictionState.READY:
        detail = prediction.error or "The file is not predicted yet."
        raise ProblemError(409, detail)
    suffix = ResultFormat(prediction.output_format)
    note = f"File {prediction.filename}."
    return stored_file(
        request,
        prediction.output,
        filename=f"{PurePath(prediction.filename).stem}_predictions.{suffix}",
        content_type=MEDIA_TYPES[suffix],
        on_send=partial(
            note_model, Action.PREDICTION_DOWNLOADED, prediction.model, note=note
        ),
    )
