"""One model: its page, its numbers, its file, its end."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from models_app import listings, queries, services
from models_app.access import model_for
from models_app.enums import ArtifactKind, ModelState
from models_app.forms import PredictionForm
from models_app.models import ModelMeta
from runs import queries as run_queries
from runs.access import may
from runs.enums import ENSEMBLE, Role
from runs.http import PageRequest, wants_fragment

PREDICTIONS_SHOWN = 20
SETTLED = (ModelState.READY, ModelState.FAILED)


@require_GET
@login_required
@vary_on_headers("HX-Request")
def detail(request: PageRequest, model_id: int) -> HttpResponse:
    model = model_for(request.user, model_id)
    context = model_context(request, model, PredictionForm())
    fragment = "#body" if wants_fragment(request) else ""
    return render(request, f"models_app/model.html{fragment}", context)


def model_context(
    request: PageRequest, model: ModelMeta, form: PredictionForm
) -> dict[str, Any]:
    artifacts = list(model.artifacts.all())
    pipeline = next((a for a in artifacts if a.kind == ArtifactKind.PIPELINE), None)
    cells = request.GET.get("cells", "count")
    return {
        "model": model,
        "run": model.run,
        "is_settled": model.state in SETTLED,
        **listings.notes(model, pipeline),
        "siblings": queries.siblings(model),
        "metrics": listings.metric_rows(model),
        "members": run_queries.members(model.trial),
        "left_out": queries.left_out(model) if model.algorithm == ENSEMBLE else [],
        "parameters": listings.parameter_rows(model, artifacts),
        "charts": listings.chart_cards(model, artifacts, cells=cells),
        "pipeline": pipeline,
        "form": form,
        "predictions": model.predictions.select_related("created_by")[
            :PREDICTIONS_SHOWN
        ],
        "can_edit": may(request.user, model.run.project, Role.EDITOR),
    }


@require_GET
@login_required
def artifact(request: PageRequest, model_id: int, kind: str) -> JsonResponse:
    """Answer with the numbers of one chart."""
    model = model_for(request.user, model_id)
    found = get_object_or_404(model.artifacts, kind=kind)
    return JsonResponse(
        {
            "model": model.pk,
            "kind": found.kind,
            "schema_version": found.schema_version,
            "rows": found.rows,
            "n_rows": found.n_rows,
            "data": found.data,
        }
    )


@require_GET
@login_required
def download(request: PageRequest, model_id: int) -> FileResponse:
    """Send the fitted pipeline: a joblib file that opens without Tuneboard."""
    model = model_for(request.user, model_id)
    found = model.artifacts.filter(kind=ArtifactKind.PIPELINE).first()
    if found is None or not found.file:
        raise Http404
    name = slugify(f"{model.run.name} {model.algorithm}") or "model"
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=f"{name}.joblib"
    )


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: PageRequest, model_id: int) -> HttpResponse:
    model = model_for(request.user, model_id, Role.EDITOR)
    status = 200
    if request.method == "POST":
        try:
            services.delete_model(model, user=request.user)
        except ValidationError as error:
            messages.error(request, error.message)
            status = 409
        else:
            messages.success(request, "The model was deleted.")
            return redirect(model.run)
    return render(
        request, "models_app/model_delete.html", {"model": model}, status=status
    )
