"""A column that might be predicted: what the table tells of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_POST

from runs.access import dataset_for, may
from runs.enums import Role
from runs.forms.datasets import TargetForm
from runs.http import PageRequest, wants_fragment
from runs.services import recipes as services
from runs.views.datasets.pages import target_context


@require_POST
@login_required
def choose(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Have a column looked at; the page then shows what is known of it."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    form = TargetForm(request.POST)
    target = form.cleaned_data["target"] if form.is_valid() else ""
    try:
        services.look_at_target(dataset, target)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(dataset)
    query = urlencode({"target": target})
    return redirect(f"{dataset.get_absolute_url()}?{query}#target")


@require_GET
@login_required
def look(request: PageRequest, dataset_id: int, profile_id: int) -> HttpResponse:
    """Answer a page that waits for the worker."""
    dataset = dataset_for(request.user, dataset_id)
    profile = get_object_or_404(dataset.target_profiles, pk=profile_id)
    if not wants_fragment(request):
        query = urlencode({"target": profile.target})
        return redirect(f"{dataset.get_absolute_url()}?{query}#target")
    context = {
        "dataset": dataset,
        "can_edit": may(request.user, dataset.project, Role.EDITOR),
        **target_context(request, dataset, profile),
    }
    return render(request, "runs/dataset/target.html", context)
