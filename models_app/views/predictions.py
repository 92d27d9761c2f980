"""Files of rows to predict: upload, progress, answers."""

from pathlib import PurePath

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from models_app import listings, services
from models_app.access import model_for, prediction_for
from models_app.enums import PredictionState
from models_app.forms import PredictionForm
from models_app.views.models import model_context
from runs.enums import Role
from runs.http import PageRequest, wants_fragment


@require_POST
@login_required
def create(request: PageRequest, model_id: int) -> HttpResponse:
    model = model_for(request.user, model_id, Role.EDITOR)
    form = PredictionForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            prediction = services.create_prediction(
                user=request.user, model=model, file=file, filename=file.name
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("models_app:prediction", prediction.pk)
    context = model_context(request, model, form)
    fragment = "#upload" if wants_fragment(request) else ""
    return render(request, f"models_app/model.html{fragment}", context, status=422)


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
def download(request: PageRequest, prediction_id: int) -> FileResponse:
    prediction = prediction_for(request.user, prediction_id)
    if prediction.state != PredictionState.READY:
        raise Http404
    name = f"{PurePath(prediction.filename).stem}_predictions.csv"
    return FileResponse(
        prediction.output.open("rb"),
        as_attachment=True,
        filename=name,
        content_type="text/csv; charset=utf-8",
    )
