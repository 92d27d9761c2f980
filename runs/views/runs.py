"""A search: configure it, watch it, steer it, look at its trials."""

import json
from collections.abc import Callable
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)
from django.views.decorators.vary import vary_on_headers

from runs import listings, queries
from runs.access import dataset_for, may, run_for
from runs.charts.history import history_data, history_figure
from runs.enums import Role, TrialState
from runs.forms.opening import opening, settle
from runs.forms.runs import RunForm
from runs.http import PageRequest, wants_fragment
from runs.models import Run
from runs.services import runs as services

PER_PAGE = 50


@require_GET
@login_required
def index(request: PageRequest) -> HttpResponse:
    paginator = Paginator(listings.run_rows(request.user), PER_PAGE)
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
                run = services.start_run(
                    user=request.user,
                    dataset=dataset,
                    name=form.run_name(),
                    configuration=form.configuration,
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return redirect(run)
        return render(request, "runs/run_form.html", form_context(form), status=422)
    # The address may bring values: of a run to repeat, or without JavaScript the target
    # whose task, metrics and algorithms are wanted.
    form = opening(request.GET, dataset=dataset)
    return render(request, "runs/run_form.html", form_context(form))


@require_GET
@login_required
def options(request: PageRequest, dataset_id: int) -> HttpResponse:
    """Answer a change in the form: the parts that depend on the changed field."""
    dataset = dataset_for(request.user, dataset_id, Role.EDITOR)
    changed = request.GET.get("changed", "")
    form = RunForm(
        settle(request.GET, dataset=dataset, changed=changed), dataset=dataset
    )
    part = "options" if changed in {"target", "task"} else "size"
    context = form_context(form) | {"oob": part == "options"}
    return render(request, f"runs/run_form.html#{part}", context)


def form_context(form: RunForm) -> dict[str, Any]:
    return {
        "form": form,
        "dataset": form.dataset,
        "preview": form.preview(),
        "facts": form.target_facts(),
    }


# --- Watch and steer ---------------------------------------------------------------


@require_GET
@login_required
@vary_on_headers("HX-Request")
def detail(request: PageRequest, run_id: int) -> HttpResponse:
    run = run_for(request.user, run_id)
    if wants_fragment(request):
        # The socket says that a run has ended; its result is fetched from here.
        return render(request, "runs/run.html#result", {"run": run})
    context = run_context(request, run) | {"history": queries.history(run)}
    return render(request, "runs/run.html", context)


def run_context(request: PageRequest, run: Run) -> dict[str, Any]:
    return {
        "run": run,
        "state": queries.live_state(run),
        "can_edit": may(request.user, run.project, Role.EDITOR),
    }


@require_GET
@login_required
def history(request: PageRequest, run_id: int) -> JsonResponse:
    return JsonResponse(queries.history(run_for(request.user, run_id)))


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
        return render(request, "runs/run.html#controls", context)
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


# --- Trials ------------------------------------------------------------------------


@require_GET
@login_required
@vary_on_headers("HX-Request")
def trials(request: PageRequest, run_id: int) -> HttpResponse:
    run = run_for(request.user, run_id)
    query = listings.trial_query(request.GET, run)
    page = Paginator(listings.trial_rows(run, query), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "run": run,
        "query": query,
        "page": page,
        "states": TrialState.choices,
        "columns": listings.trial_columns(run, query),
    }
    fragment = "#table" if wants_fragment(request) else ""
    return render(request, f"runs/trials.html{fragment}", context)


@require_GET
@login_required
def trial(request: PageRequest, run_id: int, number: int) -> HttpResponse:
    run = run_for(request.user, run_id)
    trials = run.trials.select_related("model", "reused_from__run")
    found = get_object_or_404(trials, number=number)
    past = queries.history(run)
    data = history_data(
        past["points"],
        metric=past["metric"],
        greater_is_better=past["greater_is_better"],
        titles=past["algorithms"],
    )
    figure = history_figure(data, highlight=number).to_json()
    times = zip_longest(found.fold_scores, found.fit_seconds, found.score_seconds)
    context = {
        "run": run,
        "trial": found,
        "folds": list(times),
        "metrics": queries.metric_rows(found),
        "members": queries.members(found),
        "params": queries.shown_params(found),
        "figure": json.loads(figure),
    }
    return render(request, "runs/trial.html", context)
