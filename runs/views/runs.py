"""A search: configure it, watch it, steer it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)
from django.views.decorators.vary import vary_on_headers

from runs import listings
from runs.access import dataset_for, may, run_for
from runs.enums import Descent, Role
from runs.forms.changes import converted_to
from runs.forms.descents import asked_for
from runs.forms.opening import opening, settle
from runs.forms.runs import RunForm
from runs.http import PageRequest, wants_fragment
from runs.live.state import live_state
from runs.models import Run
from runs.services import runs as services
from runs.steered import steering_state
from runs.views.configuring import form_context


@require_GET
@login_required
def index(request: PageRequest) -> HttpResponse:
    paginator = Paginator(listings.run_rows(request.user), listings.RUNS_A_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    return render(request, "runs/runs.html", {"page": page})


# --- Configure ---------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_required
def create(request: PageRequest, dataset_id: int) -> HttpResponse:
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    if not dataset.is_ready:
        messages.error(request, "A run can be configured as soon as the table is read.")
        return redirect(dataset)
    if request.method == "POST":
        form = RunForm(request.POST, dataset=dataset)
        if form.is_valid() and form.configuration:
            try:
                origin = asked_for(form.cleaned_data, dataset)
                run = services.start_run(
                    user=request.user,
                    dataset=dataset,
                    name=form.run_name(),
                    configuration=form.configuration,
                    parent=origin[0] if origin else None,
                    descent=origin[1] if origin else Descent.NONE,
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return redirect(run)
        context = form_context(form, request.user)
        return render(request, "runs/run_form.html", context, status=422)
    # The address may bring values: of a run to repeat, or without JavaScript the target
    # whose task, metrics and algorithms are wanted.
    form = opening(request.GET, dataset=dataset, user=request.user)
    return render(request, "runs/run_form.html", form_context(form, request.user))


@require_http_methods(["GET", "POST"])
@login_required
def options(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Answer a change in the form: the parts that depend on the changed field."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    # Posted by the page: with every section open it is too long for an address.
    sent = request.POST or request.GET
    changed = sent.get("changed", "")
    data = settle(sent, dataset=dataset, changed=changed)
    notes = converted_to(data, dataset) if changed else []
    form = RunForm(data, dataset=dataset)
    context = form_context(form, request.user) | {"notes": notes, "oob": True}
    if changed == "strategy":
        context["main"] = "runs/configure/algorithms.html#algorithms"
        return render(request, "runs/configure/changed.html", context)
    if changed in {"target", "task"}:
        return render(request, "runs/run_form.html#options", context)
    context["oob"] = False
    return render(request, "runs/configure/sized.html", context)


# --- Watch and steer ---------------------------------------------------------------


@require_GET
@login_required
@vary_on_headers("HX-Request")
def detail(request: PageRequest, run_id: int) -> HttpResponse:
    run = run_for(request.user, run_id)
    if wants_fragment(request):
        # The socket says that a run has ended; its result is fetched from here.
        return render(request, "runs/run/result.html", {"run": run})
    return render(request, "runs/run.html", run_context(request, run))


def run_context(request: PageRequest, run: Run) -> dict[str, Any]:
    return {
        "run": run,
        "state": live_state(run),
        "steer": steering_state(run),
        "can_edit": may(request.user, run.project, Role.EDITOR),
    }


@require_POST
@login_required
def pause(request: PageRequest, run_id: int) -> HttpResponse:
    return steer(request, run_id, services.pause_run)


@require_POST
@login_required
def resume(request: PageRequest, run_id: int) -> HttpResponse:
    return steer(request, run_id, services.resume_run)


@require_POST
@login_required
def stop(request: PageRequest, run_id: int) -> HttpResponse:
    return steer(request, run_id, services.stop_run)


def steer(request: PageRequest, run_id: int, wish: Callable[..., None]) -> HttpResponse:
    run = run_for(request.user, run_id, Role.EDITOR)
    problem = ""
    try:
        wish(run, user=request.user)
    except ValidationError as error:  # the run has gone on since the page was drawn
        problem = " ".join(error.messages)
    if wants_fragment(request):
        run.refresh_from_db()
        context = run_context(request, run) | {"problem": problem}
        return render(request, "runs/run/controls.html", context)
    if problem:
        messages.error(request, problem)
    return redirect(run)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: PageRequest, run_id: int) -> HttpResponse:
    run = run_for(request.user, run_id, Role.EDITOR)
    if request.method == "POST":
        dataset = run.dataset
        services.delete_run(run, user=request.user)
        messages.success(request, f"The run “{run.name}” is deleted.")
        return redirect(dataset)
    return render(request, "runs/run_delete.html", {"run": run})
