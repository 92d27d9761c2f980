"""What all pages of a model show, and which pages there are."""

from typing import Any, NamedTuple

from django.urls import reverse

from models_app import queries
from models_app.enums import ComputationKind, ComputationState, ModelState
from models_app.models import Computation, ModelMeta
from models_app.services import bring_forward
from runs.access import may
from runs.enums import Role
from runs.http import PageRequest

SETTLED = (ModelState.READY, ModelState.FAILED)
# Name of the URL -> what its tab says.
TABS = {
    "model": "Overview",
    "evaluation": "Evaluation",
    "diagnosis": "Diagnosis",
    "explanation": "Explanation",
    "what_if": "What if",
    "predict": "Predict",
    "export": "Export",
    "stages": "Stages",
}


class Tab(NamedTuple):
    name: str
    title: str
    url: str


def frame(request: PageRequest, model: ModelMeta, tab: str) -> dict[str, Any]:
    """Return the context of `models_app/frame.html`."""
    return {
        "model": model,
        "run": model.run,
        "tab": tab,
        "tab_url": reverse(f"models_app:{tab}", args=[model.pk]),
        "tabs": [
            Tab(name, title, reverse(f"models_app:{name}", args=[model.pk]))
            for name, title in TABS.items()
        ],
        "is_settled": model.state in SETTLED,
        "siblings": queries.siblings(model),
        "can_edit": may(request.user, model.run.project, Role.EDITOR),
    }


def awaited(
    request: PageRequest, model: ModelMeta, kind: ComputationKind
) -> Computation | None:
    """Return the same for a page that waits for it, which brings it forward in the queue."""
    computation = computation_of(model, kind)
    if computation is not None and computation.state == ComputationState.WAITING:
        bring_forward(computation, user=request.user)
    return computation


def computation_of(model: ModelMeta, kind: ComputationKind) -> Computation | None:
    """Return how far workers are with something; None if nobody has asked for it."""
    return model.computations.filter(kind=kind).first()
