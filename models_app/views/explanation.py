"""Why a model answers as it does: the Explanation tab."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from models_app.access import model_for
from models_app.enums import ArtifactKind, ComputationKind
from models_app.explained import importance, page
from models_app.explained.sampled import n_rows_of, sampled
from models_app.views.frame import awaited, frame
from runs.http import PageRequest

KINDS = (
    *(ArtifactKind.PERMUTATION, ArtifactKind.BUILT_IN, ArtifactKind.COEFFICIENTS),
    *(ArtifactKind.REDUNDANCY, ArtifactKind.SHAP, ArtifactKind.INTERACTIONS),
    ArtifactKind.PARTIAL_DEPENDENCE,
)
INTERACTIONS_SHOWN = 10


@require_GET
@login_required
def explanation(request: PageRequest, model_id: int) -> HttpResponse:
    model = model_for(request.user, model_id)
    stored = {a.kind: a for a in model.artifacts.filter(kind__in=KINDS)}
    context = {
        **frame(request, model, "explanation"),
        "computation": awaited(request, model, ComputationKind.EXPLANATION),
        "importances": importance.importances(model, stored),
        "redundant": importance.sentences(stored),
        "stored": stored,
        "interaction_rows": sampled(interactions, n_rows_of(model, interactions.rows))
        if (interactions := stored.get(ArtifactKind.INTERACTIONS))
        else "",
    }
    if ArtifactKind.SHAP in stored:
        asked = request.GET.dict()
        context |= page.shap_page(model, stored, asked)
        context["asked_by"] = asked.get("by", "")
        choice, label = context["choice"], context["output_label"]
        if ArtifactKind.PARTIAL_DEPENDENCE in stored:
            context |= page.dependence_page(model, stored, choice, label)
    if ArtifactKind.INTERACTIONS in stored:
        pairs = stored[ArtifactKind.INTERACTIONS].data["pairs"][:INTERACTIONS_SHOWN]
        largest = max((pair["strength"] for pair in pairs), default=0) or 1
        context["interactions"] = [
            {**pair, "width": round(100 * pair["strength"] / largest, 1)}
            for pair in pairs
        ]
    return render(request, "models_app/explanation.html", context)
