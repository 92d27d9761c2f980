"""Models of a project side by side, `?models=3,5,9`: the page and its numbers."""

import math
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from models_app.comparing import asked as asking
from models_app.comparing import page
from models_app.comparing.asked import Asked, CompareError, OtherRowsError
from models_app.comparing.common import wanted_models
from models_app.comparing.numbers import Numbers, numbers
from models_app.comparing.on_set import NotPredictedError, rows_asked_for
from models_app.comparing.requested import (
    Candidate,
    candidate_of,
    choices,
    request_set,
)
from models_app.comparing.tables import table_of
from models_app.comparing.verdicts import verdicts
from models_app.evaluation_sets.rows import MAX_ROWS, MIN_UNSEEN
from models_app.views.addresses import with_address
from runs.access import dataset_for, may, project_for
from runs.enums import Role
from runs.http import PageRequest, wants_fragment
from runs.models import Project
from runs.spreadsheets import safe_lines

# The id of what a page shows while models predict a set, and asks again by.
WAITING = "compare-waiting"


@require_GET
@login_required
@vary_on_headers("HX-Request")
def index(request: PageRequest, project_id: int) -> HttpResponse:
    """Show the models that the address names on the rows they have in common."""
    project = project_for(request.user, project_id)
    asked = asking.read(request.GET)
    context: dict[str, Any] = {
        "project": project,
        "asked": asked,
    }
    try:
        found = numbers(rows_asked_for(project, asked), asked)
    except NotPredictedError as error:
        return not_predicted(request, context, error)
    except CompareError as error:
        context["problem"] = str(error)
        if isinstance(error, OtherRowsError) or asked.on is not None:
            context |= offer(request, project, asked)
        return render(request, "models_app/compare.html", context, status=422)
    if request.headers.get("HX-Trigger") == WAITING:
        # What waited is the smallest part of a page that now has many.
        return HttpResponse(headers={"HX-Refresh": "true"})
    decided = verdicts(found)
    context |= {
        "found": found,
        "common": found.common,
        "verdicts": decided,
        "cards": page.cards(found, decided),
        "sentences": page.sentences(found, decided),
        "threshold_note": page.threshold_note(found),
        "cost_fields": [
            (name, label, f"{asked.costs[name]:g}" if name in asked.costs else "")
            for name, label in asking.COST_FIELDS.items()
        ],
        "address": request.GET.urlencode(safe=","),
    }
    if found.common.warnings:
        context |= offer(request, project, asked)
    if wants_fragment(request):
        part = render(request, "models_app/compare.html#comparison", context)
        return with_address(request, part)
    return render(request, "models_app/compare.html", context)


def offer(request: PageRequest, project: Project, asked: Asked) -> dict[str, Any]:
    """Return the datasets an evaluation set can be of, and whether to have it made."""
    found: list[Candidate] = []
    with suppress(CompareError):
        found = choices(wanted_models(project, asked.models))
    return {
        "candidates": found,
        "can_edit": may(request.user, project, Role.EDITOR),
        "min_unseen": MIN_UNSEEN,
        "max_rows": MAX_ROWS,
    }


def not_predicted(
    request: PageRequest, context: dict[str, Any], error: NotPredictedError
) -> HttpResponse:
    """Show how far the models are with a set, or offer to begin."""
    status = error.status
    context |= offer(request, context["project"], context["asked"])
    context["status"] = status
    part = "#comparison" if wants_fragment(request) else ""
    return render(request, f"models_app/compare.html{part}", context)


@require_POST
@login_required
def request_rows(request: PageRequest, project_id: int) -> HttpResponse:
    """Have workers predict a dataset's rows with every model, and show how that goes."""
    project = project_for(request.user, project_id, Role.EDITOR)
    asked = asking.read(request.POST)
    dataset = dataset_for(request.user, asked.on or 0, Role.EDITOR)
    try:
        models = wanted_models(project, asked.models)
        request_set(models, candidate_of(models, dataset.pk), user=request.user)
    except (CompareError, ValidationError) as error:
        messages.error(request, getattr(error, "message", str(error)))
    page = reverse("models_app:compare_models", args=[project.pk])
    return redirect(f"{page}?{asked.address}")


def measured(project: Project, request: PageRequest) -> Numbers:
    asked = asking.read(request.GET)
    return numbers(rows_asked_for(project, asked), asked)


@require_GET
@login_required
def as_json(request: PageRequest, project_id: int) -> JsonResponse:
    """Answer with all numbers of the page."""
    project = project_for(request.user, project_id)
    try:
        found = measured(project, request)
    except CompareError as error:
        return JsonResponse({"error": str(error)}, status=422)
    decided = verdicts(found)
    answer = page.as_json(found, decided, page.cards(found, decided))
    return JsonResponse(finite(answer))


def finite(value: Any) -> Any:  # noqa: ANN401
    """Return the same without what JSON does not know: NaN and infinity are null."""
    if isinstance(value, dict):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@require_GET
@login_required
def as_csv(request: PageRequest, project_id: int, name: str) -> HttpResponse:
    """Send the numbers of one part of the page."""
    project = project_for(request.user, project_id)
    try:
        found = measured(project, request)
    except CompareError as error:
        return HttpResponse(str(error), status=422, content_type="text/plain")
    table = table_of(found, name)
    if table is None:
        raise Http404
    lines = b"".join(safe_lines([table.header, *table.rows]))
    headers = {"Content-Disposition": f'attachment; filename="compare-{name}.csv"'}
    return HttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
