"""How good a model is, its numbers as files, and what is decided by them."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from models_app import choosing
from models_app.access import model_for
from models_app.cards.card import options_of
from models_app.cards.registry import evaluation_cards, is_outdated
from models_app.enums import ArtifactKind, ComputationKind, Recalibration
from models_app.explained.files import TABLES, has_table, table_file
from models_app.forms import RecalibrationForm, ThresholdForm
from models_app.models import ModelMeta
from models_app.views.frame import computation_of, frame
from runs.enums import Role
from runs.http import PageRequest


@require_GET
@login_required
def evaluation(request: PageRequest, model_id: int) -> HttpResponse:
    """Show how good the model is on rows it has not seen."""
    model = model_for(request.user, model_id)
    artifacts = list(model.artifacts.all())
    cards = evaluation_cards(model, artifacts, options_of(request.GET.dict()))
    kind = ComputationKind.EVALUATION
    context = {
        **frame(request, model, "evaluation"),
        "charts": cards,
        "threshold": next(
            (c for c in cards if c.kind == ArtifactKind.THRESHOLDS), None
        ),
        "is_outdated": is_outdated(model, artifacts),
        "kind": kind,
        "computation": computation_of(model, kind),
        "csv_kinds": TABLES,
    }
    return render(request, "models_app/evaluation.html", context)


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
def artifact_csv(request: PageRequest, model_id: int, kind: str) -> HttpResponseBase:
    """Answer with the numbers of one chart as a table."""
    model = model_for(request.user, model_id)
    found = get_object_or_404(model.artifacts, kind=kind)
    if not has_table(found.kind):
        raise Http404
    return table_file(request, model, found)


@require_POST
@login_required
def set_threshold(request: PageRequest, model_id: int) -> HttpResponse:
    """Store the threshold and the costs that predictions are decided by."""
    model = model_for(request.user, model_id, Role.EDITOR)
    if "forget" in request.POST:
        choose(
            request,
            lambda: choosing.set_threshold(model, user=request.user, threshold=None),
            "Predictions answer the more probable class again.",
        )
        return back(model, ArtifactKind.THRESHOLDS)
    form = ThresholdForm(request.POST)
    if not form.is_valid():
        return refused(request, model, form, ArtifactKind.THRESHOLDS)
    threshold = form.cleaned_data["threshold"]
    choose(
        request,
        lambda: choosing.set_threshold(
            model, user=request.user, threshold=threshold, costs=form.costs()
        ),
        f"Predictions use the threshold {threshold:g} from now on.",
    )
    return back(model, ArtifactKind.THRESHOLDS)


@require_POST
@login_required
def set_recalibration(request: PageRequest, model_id: int) -> HttpResponse:
    """Store how the probabilities that predictions tell are made."""
    model = model_for(request.user, model_id, Role.EDITOR)
    form = RecalibrationForm(request.POST)
    if not form.is_valid():
        return refused(request, model, form, ArtifactKind.CALIBRATION)
    chosen = Recalibration(form.cleaned_data["recalibration"])
    choose(
        request,
        lambda: choosing.set_recalibration(
            model, user=request.user, recalibration=chosen
        ),
        f"Predictions tell probabilities from now on: {chosen.label.lower()}.",
    )
    return back(model, ArtifactKind.CALIBRATION)


def choose(request: PageRequest, change: Callable[[], None], done: str) -> None:
    try:
        change()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)


def refused(
    request: PageRequest, model: ModelMeta, form: Form, kind: ArtifactKind
) -> HttpResponse:
    """Say what was wrong with numbers that the page's own fields do not send."""
    for name, errors in form.errors.items():
        label = str(name).replace("_", " ").capitalize()
        messages.error(request, f"{label}: {' '.join(map(str, errors))}")
    return back(model, kind)


def back(model: ModelMeta, kind: ArtifactKind) -> HttpResponse:
    return redirect(
        reverse("models_app:evaluation", args=[model.pk]) + f"#chart-{kind.value}"
    )
