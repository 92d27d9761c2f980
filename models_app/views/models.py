"""One model: its page, its numbers, its file, its end."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import slugify
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)
from django.views.decorators.vary import vary_on_headers

from models_app import listings, queries, services
from models_app.access import model_for
from models_app.cards.insights import awaited, model_insights
from models_app.cards.metrics import interval_note, metric_rows
from models_app.decisions import decision_notes
from models_app.enums import ArtifactKind, ComputationKind
from models_app.models import ModelMeta
from models_app.noting import note_model
from models_app.views.frame import frame
from runs import queries as run_queries
from runs.access import run_for
from runs.enums import ENSEMBLE, Action, Role
from runs.http import PageRequest, wants_fragment


@require_GET
@login_required
@vary_on_headers("HX-Request")
def detail(request: PageRequest, model_id: int) -> HttpResponse:
    model = model_for(request.user, model_id)
    context = overview(request, model)
    fragment = "#body" if wants_fragment(request) else ""
    return render(request, f"models_app/model.html{fragment}", context)


def overview(request: PageRequest, model: ModelMeta) -> dict[str, Any]:
    artifacts = list(model.artifacts.all())
    found = {artifact.kind: artifact for artifact in artifacts}
    pipeline, intervals = (
        found.get(kind) for kind in (ArtifactKind.PIPELINE, ArtifactKind.INTERVALS)
    )
    return {
        **frame(request, model, "model"),
        **listings.notes(model, pipeline),
        "metrics": metric_rows(model, intervals),
        "insights": model_insights(model, artifacts) if model.is_ready else [],
        "awaited_insights": awaited(model) if model.is_ready else [],
        "interval_note": interval_note(intervals.data, intervals.n_rows)
        if intervals
        else "",
        "decisions": decision_notes(model),
        "members": run_queries.members(model.trial),
        "left_out": queries.left_out(model) if model.algorithm == ENSEMBLE else [],
        "parameters": listings.parameter_rows(model, artifacts),
        "pipeline": pipeline,
    }


@require_POST
@login_required
def compute(request: PageRequest, model_id: int, kind: str) -> HttpResponse:
    """Have something computed of a model, and show how that goes."""
    model = model_for(request.user, model_id, Role.EDITOR)
    if kind not in ComputationKind.values:
        raise Http404
    try:
        services.request_computation(model, ComputationKind(kind), user=request.user)
    except ValidationError as error:
        messages.error(request, error.message)
    return redirect(came_from(request) or model.get_absolute_url())


def came_from(request: PageRequest) -> str:
    """Return the page of this site that the request was sent from."""
    address = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(
        address, {request.get_host()}, require_https=request.is_secure()
    )
    return address if here else ""


@require_GET
@login_required
def download(request: PageRequest, model_id: int) -> FileResponse:
    """Send the fitted pipeline: a joblib file that opens without Tuneboard."""
    model = model_for(request.user, model_id)
    found = model.artifacts.filter(kind=ArtifactKind.PIPELINE).first()
    if found is None or not found.file:
        raise Http404
    name = slugify(f"{model.run.name} {model.algorithm}") or "model"
    note_model(Action.MODEL_DOWNLOADED, model, note="As a pipeline.")
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=f"{name}.joblib"
    )


@require_POST
@login_required
def refit(request: PageRequest, run_id: int, number: int) -> HttpResponse:
    """Have a trial fitted as a model, and show how that goes."""
    run = run_for(request.user, run_id, Role.EDITOR)
    trial = get_object_or_404(run.trials, number=number)
    try:
        model = services.refit_trial(trial, user=request.user)
    except ValidationError as error:
        messages.error(request, error.message)
        return redirect("runs:trial", run.pk, number)
    return redirect(model)


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
