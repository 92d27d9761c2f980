"""What a run would take, before it is started."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from runs.access import dataset_for
from runs.configuration import Configuration
from runs.enums import Role
from runs.forms.runs import RunForm
from runs.http import PageRequest, wants_fragment
from runs.services import preflights as services
from runs.views.configuring import form_context, preflight_context, shown

FRAGMENT = "runs/configure/preflight.html"


@require_POST
@login_required
def ask(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Have some fits of the configuration in the form timed."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    form = RunForm(request.POST, dataset=dataset)
    if form.is_valid() and form.configuration and dataset.is_ready:
        services.ask(dataset, form.configuration)
    if not wants_fragment(request):
        status = 200 if form.configuration else 422
        context = form_context(form, request.user)
        return render(request, "runs/run_form.html", context, status=status)
    context = {"dataset": dataset, **preflight_context(dataset, form.configuration)}
    return render(request, FRAGMENT, context)


@require_GET
@login_required
def look(request: PageRequest, dataset_id: int, preflight_id: int) -> HttpResponse:
    """Answer a page that waits for the worker."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    preflight = get_object_or_404(dataset.preflights, pk=preflight_id)
    if not wants_fragment(request):
        return redirect(reverse("runs:run_new", args=[dataset.pk]))
    wish = Configuration(**preflight.specification)
    context = {"dataset": dataset, **shown(dataset, wish, preflight)}
    return render(request, FRAGMENT, context)
