"""Where a model is weak, and whether more rows would help."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from models_app.access import model_for
from models_app.cards.diagnosis import diagnosis_of
from models_app.enums import ArtifactKind, ComputationKind
from models_app.views.frame import awaited, frame
from runs.http import PageRequest

KINDS = (
    ArtifactKind.FOLDS,
    ArtifactKind.LEARNING_CURVE,
    ArtifactKind.SEGMENTS,
    ArtifactKind.WORST_ROWS,
)


@require_GET
@login_required
def diagnosis(request: PageRequest, model_id: int) -> HttpResponse:
    """Show folds, learning curve, segments and worst rows."""
    model = model_for(request.user, model_id)
    artifacts = list(model.artifacts.filter(kind__in=KINDS))
    context = {
        **frame(request, model, "diagnosis"),
        "computation": awaited(request, model, ComputationKind.DIAGNOSIS),
        "diagnosis": diagnosis_of(model, artifacts, request.GET.dict()),
    }
    return render(request, "models_app/diagnosis.html", context)
