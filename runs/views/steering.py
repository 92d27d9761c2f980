"""Steering a run while it searches: a URL and a form for everything that can be changed.

With htmx an answer is the part of the page that has changed; without, a page of its own
for a form, and the run's page after a change.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from runs import queries
from runs.access import run_for
from runs.addresses import whole_number
from runs.enums import BESIDES, EventKind, Origin, Role
from runs.forms.steering import (
    BudgetForm,
    CombinationForm,
    ParallelismForm,
    SpaceForm,
    SteeringForm,
)
from runs.http import PageRequest, wants_fragment
from runs.models import Run, Trial
from runs.services import steering as services
from runs.steered import steering_state


@require_POST
@login_required
def stop_trial(request: PageRequest, run_id: int, number: int) -> HttpResponse:
    run = run_for(request.user, run_id, Role.EDITOR)
    trial = get_object_or_404(run.trials, number=number)
    return carry_out(
        request, run, lambda: services.stop_trial(trial, user=request.user)
    )


@require_POST
@login_required
def switch(request: PageRequest, run_id: int, algorithm: str) -> HttpResponse:
    run = run_for(request.user, run_id, Role.EDITOR)
    on = request.POST.get("on") == "1"
    return carry_out(
        request,
        run,
        lambda: services.switch_algorithm(
            run, algorithm, on=on, user=request.user, revision=seen_revision(request)
        ),
    )


@require_POST
@login_required
def extend(request: PageRequest, run_id: int) -> HttpResponse:
    """Add some trials or minutes to the budget there is."""
    run = run_for(request.user, run_id, Role.EDITOR)
    trials = whole_number(request.POST.get("trials")) or 0
    minutes = whole_number(request.POST.get("minutes")) or 0
    seconds = run.time_budget_seconds
    n_trials = run.n_trials if run.n_trials is None else run.n_trials + trials
    seen = seen_revision(request)
    return carry_out(
        request,
        run,
        lambda: services.change_budget(
            run,
            n_trials=n_trials,
            time_budget_seconds=None if seconds is None else seconds + 60 * minutes,
            user=request.user,
            # The sum is of what this request has read, whatever the page had shown.
            revision=run.revision if seen is None else seen,
        ),
    )


@require_http_methods(["GET", "POST"])
@login_required
@vary_on_headers("HX-Request")
def space(request: PageRequest, run_id: int, algorithm: str) -> HttpResponse:
    run = run_for(request.user, run_id, Role.EDITOR)
    if algorithm not in run.spaces:
        raise Http404
    title = queries.algorithm_title(algorithm)
    form = SpaceForm(bound(request), run=run, algorithm=algorithm, title=title)
    return form_page(
        request,
        form,
        lambda: services.change_space(
            run,
            algorithm,
            form.wanted(),
            user=request.user,
            revision=form.cleaned_data["revision"],
        ),
    )


@require_http_methods(["GET", "POST"])
@login_required
@vary_on_headers("HX-Request")
def add(request: PageRequest, run_id: int) -> HttpResponse:
    """Add a combination; `?from=12` begins with that trial's, `?algorithm=` with the best."""
    run = run_for(request.user, run_id, Role.EDITOR)
    source = combination_source(request, run)
    asked = request.POST.get("algorithm") or request.GET.get("algorithm")
    algorithm = source.algorithm if source else asked or next(iter(run.spaces))
    if algorithm not in run.spaces:
        raise Http404
    form = CombinationForm(
        bound(request),
        run=run,
        algorithm=algorithm,
        title=queries.algorithm_title(algorithm),
        source=source,
    )
    is_copy = source is not None and request.GET.get("from")
    return form_page(
        request,
        form,
        lambda: services.add_trials(
            run,
            [(algorithm, form.wanted())],
            user=request.user,
            origin=Origin.COPY if is_copy else Origin.PERSON,
        ),
    )


@require_http_methods(["GET", "POST"])
@login_required
@vary_on_headers("HX-Request")
def budget(request: PageRequest, run_id: int) -> HttpResponse:
    run = run_for(request.user, run_id, Role.EDITOR)
    form = BudgetForm(bound(request), run=run)
    return form_page(
        request,
        form,
        lambda: services.change_budget(
            run,
            **form.wanted(),
            user=request.user,
            revision=form.cleaned_data["revision"],
        ),
    )


@require_http_methods(["GET", "POST"])
@login_required
@vary_on_headers("HX-Request")
def parallelism(request: PageRequest, run_id: int) -> HttpResponse:
    run = run_for(request.user, run_id, Role.EDITOR)
    form = ParallelismForm(bound(request), run=run)
    return form_page(
        request,
        form,
        lambda: services.change_parallelism(
            run,
            form.cleaned_data["parallelism"],
            user=request.user,
            revision=form.cleaned_data["revision"],
        ),
    )


# --- What all of them do ---------------------------------------------------------------


def bound(request: PageRequest) -> Any:  # noqa: ANN401 - data of a form, or none
    return request.POST if request.method == "POST" else None


def seen_revision(request: PageRequest) -> int | None:
    return whole_number(request.POST.get("revision"))


def combination_source(request: PageRequest, run: Run) -> Trial | None:
    """Return the trial a combination begins with: the one named, or the best."""
    trials = run.trials.exclude(algorithm__in=BESIDES)
    if named := request.GET.get("from"):
        found: Trial = get_object_or_404(trials, number=whole_number(named))
        return found
    asked = request.POST.get("algorithm") or request.GET.get("algorithm")
    best = queries.leaderboard(run).exclude(algorithm__in=BESIDES)
    if asked:
        best = best.filter(algorithm=asked)
    first: Trial | None = best.first()
    return first


def carry_out(
    request: PageRequest, run: Run, change: Callable[[], object]
) -> HttpResponse:
    """Do what a button asks for; a refusal is shown where the button is."""
    problem = ""
    try:
        change()
    except ValidationError as error:
        problem = " ".join(error.messages)
    if wants_fragment(request):
        return section(request, run, problem=problem)
    if problem:
        messages.error(request, problem)
    return redirect(f"{run.get_absolute_url()}#steer")


def form_page(
    request: PageRequest, form: SteeringForm, change: Callable[[], object]
) -> HttpResponse:
    """Show a form, or carry it out; what cannot be is answered with the form and 422."""
    run = form.run
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                change()
            except ValidationError as error:
                run.refresh_from_db()
                if getattr(error, "code", "") == "revision":
                    form.seen(run)
                form.refuse(error)
            else:
                if wants_fragment(request):
                    return section(request, run)
                return redirect(f"{run.get_absolute_url()}#steer")
    context = {
        "run": run,
        "form": form,
        "action": request.get_full_path(),
    }
    fragment = "#form" if wants_fragment(request) else ""
    return render(request, f"runs/steer.html{fragment}", context, status=status)


def section(request: PageRequest, run: Run, *, problem: str = "") -> HttpResponse:
    """Answer with the values as they are now, and what came of the request."""
    run.refresh_from_db()
    last = run.events.filter(kind=EventKind.STEERING).last()
    context = {
        "run": run,
        "steer": steering_state(run),
        "can_edit": True,
        "problem": problem,
        "done": last.message if last and not problem else "",
        # A form's answer empties the form; both parts find their own places.
        "oob": request.htmx.target == "steer-form",
        "oob_message": True,
    }
    parts = [
        render_to_string(f"runs/run/steering.html#{name}", context, request)
        for name in ("live", "message")
    ]
    return HttpResponse("".join(parts))
