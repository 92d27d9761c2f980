"""A model to take away: its files, and the recipe that makes it again."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from models_app import listings
from models_app.access import model_for
from models_app.decisions import chosen_of, decision_notes
from models_app.enums import ArtifactKind, ComputationKind
from models_app.exporting import SUFFIXES, folder_name
from models_app.noting import note_model
from models_app.recipes import recipe_of
from models_app.views.frame import computation_of, frame
from runs import queries as run_queries
from runs.enums import Action
from runs.http import PageRequest
from runs.trials.code import file_name

# By a folder from before it was noted.
NOTHING_CHOSEN = {"threshold": None, "recalibration": ""}


@require_GET
@login_required
def export(request: PageRequest, model_id: int) -> HttpResponse:
    model = model_for(request.user, model_id)
    stored = {artifact.kind: artifact for artifact in model.artifacts.all()}
    folder = stored.get(ArtifactKind.FOLDER)
    context = {
        **frame(request, model, "export"),
        "decided": decision_notes(model),
        "folder_is_outdated": folder is not None
        and folder.data.get("chosen", NOTHING_CHOSEN) != chosen_of(model),
        "exports": computation_of(model, ComputationKind.EXPORTS),
        "verification": computation_of(model, ComputationKind.RECIPE),
        "pipeline": stored.get(ArtifactKind.PIPELINE),
        "skops": stored.get(ArtifactKind.SKOPS),
        "onnx": stored.get(ArtifactKind.ONNX),
        "folder": folder,
        "recipe": stored.get(ArtifactKind.RECIPE),
        "recipe_rows": listings.recipe_rows(stored.get(ArtifactKind.RECIPE)),
        "code": recipe_of(model),
        "table_name": file_name(model.trial),
        "members": run_queries.members(model.trial),
    }
    return render(request, "models_app/export.html", context)


@require_GET
@login_required
def recipe(request: PageRequest, model_id: int) -> HttpResponse:
    """Send the recipe: the verified one, with what is chosen for the answers by now."""
    model = model_for(request.user, model_id)
    text = recipe_of(model)
    if not text:
        raise Http404
    return HttpResponse(
        text,
        content_type="text/x-python; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{folder_name(model)}_recipe.py"'
        },
    )


@require_GET
@login_required
def download(request: PageRequest, model_id: int, kind: str) -> FileResponse:
    model = model_for(request.user, model_id)
    if kind not in SUFFIXES:
        raise Http404
    found = get_object_or_404(model.artifacts, kind=kind)
    if not found.file:
        raise Http404
    suffix = SUFFIXES[ArtifactKind(kind)]
    note = f"As {found.get_kind_display()}."
    note_model(Action.MODEL_DOWNLOADED, model, note=note)
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=f"{folder_name(model)}.{suffix}",
    )
