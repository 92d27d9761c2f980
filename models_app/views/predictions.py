"""Files of rows to predict: upload, progress, answers."""

import json
from pathlib import PurePath
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, JsonResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from models_app import listings, services
from models_app.access import model_for, model_to_ask, prediction_for
from models_app.enums import PredictionState, ResultFormat
from models_app.forms import MAX_FIELDS, PredictionForm, RowForm
from models_app.models import ModelMeta
from models_app.noting import note_model
from models_app.views.frame import frame
from runs.enums import Action, Role
from runs.http import PageRequest, wants_fragment
from runs.http import download as send_parts
from runs.search.json_text import read_json
from runs.spreadsheets import safe_copy

PREDICTIONS_SHOWN = 20
CONTENT_TYPES = {
    ResultFormat.CSV: "text/csv; charset=utf-8",
    ResultFormat.PARQUET: "application/vnd.apache.parquet",
}


@require_http_methods(["GET", "POST"])
@login_required
def predict(request: PageRequest, model_id: int) -> HttpResponse:
    """Show what can be predicted and what was; take a file of rows."""
    if request.method == "POST":
        return create(request, model_for(request.user, model_id, Role.EDITOR))
    model = model_for(request.user, model_id)
    context = predict_context(request, model, PredictionForm())
    return render(request, "models_app/predict.html", context)


def predict_context(
    request: PageRequest, model: ModelMeta, form: PredictionForm
) -> dict[str, Any]:
    predictions = model.predictions.select_related("created_by")[:PREDICTIONS_SHOWN]
    drivers = listings.drivers_offer(model)
    form.fields["with_explanation"].help_text = drivers.cost
    return {
        **frame(request, model, "predict"),
        "form": form,
        "row_form": row_form(model),
        "predictions": predictions,
        "example": example(model),
        "drivers": drivers,
    }


def row_form(model: ModelMeta, data: QueryDict | None = None) -> RowForm | None:
    """Return the form of one row; None of a table too wide for one."""
    run = model.run
    if not model.is_ready or len(run.features) > MAX_FIELDS:
        return None
    profiles = [run.dataset.column(name) or {"name": name} for name in run.features]
    return RowForm(data, profiles=profiles)


def example(model: ModelMeta) -> str:
    """Return what a request of JSON looks like: a typical row."""
    form = row_form(model)
    if form is None:
        return ""
    return json.dumps({"rows": [form.typical()]}, indent=2, ensure_ascii=False)


def create(request: PageRequest, model: ModelMeta) -> HttpResponse:
    form = PredictionForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            prediction = services.create_prediction(
                user=request.user,
                model=model,
                file=file,
                filename=file.name,
                output_format=form.cleaned_data["output_format"],
                with_explanation=form.cleaned_data["with_explanation"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("models_app:prediction", prediction.pk)
    context = predict_context(request, model, form)
    fragment = "#upload" if wants_fragment(request) else ""
    return render(request, f"models_app/predict.html{fragment}", context, status=422)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def detail(request: PageRequest, prediction_id: int) -> HttpResponse:
    prediction = prediction_for(request.user, prediction_id)
    context = {
        "prediction": prediction,
        "model": prediction.model,
        "preview": listings.prediction_preview(prediction),
    }
    fragment = "#body" if wants_fragment(request) else ""
    return render(request, f"models_app/prediction.html{fragment}", context)


@require_GET
@login_required
def download(request: PageRequest, prediction_id: int) -> HttpResponseBase:
    """Send the answers; `?exact` also where a spreadsheet would see a formula in them."""
    prediction = prediction_for(request.user, prediction_id)
    if prediction.state != PredictionState.READY:
        raise Http404
    suffix = prediction.output_format
    name = f"{PurePath(prediction.filename).stem}_predictions.{suffix}"
    note = f"File {prediction.filename}."
    note_model(Action.PREDICTION_DOWNLOADED, prediction.model, note=note)
    if suffix == ResultFormat.CSV and "exact" not in request.GET:
        lines = safe_copy(prediction.output.open("rb"))
        return send_parts(
            request, lines, filename=name, content_type=CONTENT_TYPES[ResultFormat.CSV]
        )
    return FileResponse(
        prediction.output.open("rb"),
        as_attachment=True,
        filename=name,
        content_type=CONTENT_TYPES[ResultFormat(suffix)],
    )


@require_POST
@login_required
def row(request: PageRequest, model_id: int) -> HttpResponse:
    """Predict the one row of the form; nothing is stored."""
    model = model_for(request.user, model_id)
    form = row_form(model, request.POST)
    if form is None:
        raise Http404
    context = predict_context(request, model, PredictionForm())
    context["row_form"] = form
    status = 200
    try:
        if form.is_valid():
            answer = services.predict_rows(model, [form.row()])
            context["answer"] = listings.row_answer(model, answer)
        else:
            status = 422
    except ValidationError as error:
        form.add_error(None, error)
        status = 422
    fragment = "#row" if wants_fragment(request) else ""
    template = f"models_app/predict.html{fragment}"
    return render(request, template, context, status=status)


@require_POST
@login_required
def rows(request: PageRequest, model_id: int) -> JsonResponse:
    """Predict rows of JSON at once; nothing is stored."""
    model = model_to_ask(request.user, model_id)
    try:
        asked = read_json(request.body.decode())
    except UnicodeDecodeError:
        return JsonResponse({"error": "Not JSON: it is not UTF-8."}, status=400)
    except ValueError as error:
        return JsonResponse({"error": str(error)}, status=400)
    given = asked.get("rows") if isinstance(asked, dict) else None
    try:
        answer = services.predict_rows(model, given)
    except ValidationError as error:
        return JsonResponse({"error": " ".join(error.messages)}, status=422)
    return JsonResponse({"model": model.pk, "target": model.run.target, **answer})
